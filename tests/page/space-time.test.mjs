// @ts-check
// The space-time diagram on the page: found, walked, asked, searched and compared, by hand and by keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();
const there = { calm: true, path: "?view=space-time#raft/leader-crash" };

/** @typedef {import("playwright-core").Page} Page */

const diagram = (/** @type {Page} */ page) => page.locator("netsplit-space-time");
const ready = (/** @type {Page} */ page) => page.locator("netsplit-space-time[data-ready]").waitFor();
const events = (/** @type {Page} */ page) => diagram(page).getByRole("option");
const note = (/** @type {Page} */ page) => diagram(page).locator(".st-note");

/** @param {Page} page @returns {Promise<Buffer>} what the canvas shows */
const pixels = (page) => diagram(page).locator("canvas").screenshot();

test("it is a view of the stage, loaded when somebody looks", async (t) => {
  const { page, requests } = await lab.visit(t, { calm: true });
  assert.ok(!requests.some((url) => /space-time/.test(url)), "not before");
  await page.getByRole("tab", { name: "Space-time" }).click();
  await ready(page);
  assert.match(page.url(), /view=space-time/);
  assert.ok((await events(page).count()) > 50);
  await page.getByRole("tab", { name: "Cluster" }).click();
  await diagram(page).waitFor({ state: "detached" });
  await page.locator("netsplit-stage > [role=listbox]").waitFor();
});

test("with the keyboard: along a lane, along a message, and to the event", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  await diagram(page).getByRole("listbox").focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  const active = () => diagram(page).getByRole("listbox").getAttribute("aria-activedescendant");
  const first = await active();
  assert.ok(first);
  await page.keyboard.press("Shift+ArrowLeft");
  const cause = await active();
  assert.notEqual(cause, first);
  await page.keyboard.press("Shift+ArrowRight");
  assert.match(await note(page).innerText(), /S\d \d+/, "the vector stamp");
  const { event } = await cursor(page);
  await page.keyboard.press("Enter");
  await cursorWhere(page, (at) => at.event !== event);
  await diagram(page).getByRole("button", { name: "Chain to.." }).waitFor();
  await page.keyboard.press("Escape");
  await diagram(page).getByRole("button", { name: "Chain to.." }).waitFor({ state: "detached" });
});

test("a selected event dims what is concurrent with it; two have a chain between them", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  const before = await pixels(page);
  await events(page).nth(5).evaluate((option) => option.scrollIntoView());
  const box = await events(page).nth(5).boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await diagram(page).getByRole("button", { name: "Chain to.." }).waitFor();
  const status = diagram(page).locator("p[role=status]");
  await status.filter({ hasText: /events before it, [\d,]+ after it/ }).waitFor({ state: "attached" });
  assert.notDeepEqual(await pixels(page), before);
  await diagram(page).getByRole("button", { name: "Chain to.." }).click();
  await diagram(page).getByRole("listbox").focus();
  for (let n = 0; n < 9; n++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+Enter");
  await status.filter({ hasText: /shortest chain has \d+ message|concurrent/ }).waitFor({ state: "attached" });
});

/** @param {{ x: number, y: number }} at @param {{ x: number, y: number, width: number, height: number }} box */
const isBeside = (at, box) => at.x < box.x || at.x > box.x + box.width || at.y < box.y || at.y > box.y + box.height;

test("the note hides neither the event that it is about nor the selected one, on any side, on any screen", async (t) => {
  for (const size of [sizes.desktop, sizes.phone]) {
    const { page } = await lab.visit(t, { ...there, size });
    await ready(page);
    const plot = await diagram(page).locator(".st-plot").boundingBox();
    assert.ok(plot);
    const boxes = await events(page).evaluateAll((all) => all.map((option) => option.getBoundingClientRect()).map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 })));
    const inside = boxes.filter(({ x, y }) => x > plot.x + 70 && x < plot.x + plot.width - 20 && y > plot.y && y < plot.y + plot.height);
    const corners = new Set();
    const spread = inside.filter((_, n) => n % Math.ceil(inside.length / 12) === 0);
    assert.ok(spread.length >= 8);
    for (const at of spread) {
      await page.mouse.move(plot.x + plot.width / 2, plot.y + plot.height - 5);
      await page.mouse.move(at.x, at.y);
      // The note of the place before may still be there for a frame or two.
      let box = null;
      for (let tries = 0; tries < 60; tries++) {
        await note(page).waitFor();
        box = await note(page).boundingBox();
        if (box && isBeside(at, box)) break;
        await page.waitForTimeout(50);
      }
      assert.ok(box && isBeside(at, box), `${JSON.stringify(at)} is below the note, ${JSON.stringify(box)}`);
      corners.add(await note(page).getAttribute("data-corner"));
    }
    assert.ok(corners.size > 1, "it has gone out of the way");
  }
});

test("the words to find stand apart from the bar, with room for the focus", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  await diagram(page).getByRole("button", { name: "Find.." }).click();
  const [field, above, below] = await Promise.all([diagram(page).getByRole("searchbox"), diagram(page).getByRole("button", { name: "Time" }), diagram(page).locator(".st-plot")].map((each) => each.boundingBox()));
  assert.ok(field && above && below);
  assert.ok(field.y - (above.y + above.height) >= 6, "above");
  assert.ok(below.y - (field.y + field.height) >= 4, "below");
});

test("words are found, one match after the other; so is a drawn pattern", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  await diagram(page).getByRole("button", { name: "Find.." }).click();
  await page.keyboard.type("becomes leader");
  const matches = diagram(page).locator("output");
  await matches.filter({ hasText: /^1 match$/ }).waitFor();
  await page.getByRole("searchbox", { name: "Words in the events' sentences" }).fill("no such words");
  await matches.filter({ hasText: /^0 matches$/ }).waitFor();
  await diagram(page).getByRole("button", { name: "Pattern.." }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Broadcast" }).click();
  await dialog.getByRole("button", { name: /^Find/ }).click();
  await matches.filter({ hasText: /^[1-9]\d* match/ }).waitFor();
});

test("lanes are hidden, local events collapsed, order is an axis", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  const whole = await pixels(page);
  await diagram(page).getByRole("button", { name: "More.." }).click();
  await page.getByRole("menuitem", { name: "Lanes.." }).click();
  await page.getByRole("checkbox", { name: /^S2/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.waitForTimeout(200);
  const without = await pixels(page);
  assert.notDeepEqual(without, whole);
  await diagram(page).getByRole("button", { name: "Order" }).click();
  await page.waitForTimeout(200);
  assert.notDeepEqual(await pixels(page), without);
});

test("two branches are compared, and where they part is said", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  await page.getByRole("button", { name: "One event back" }).click();
  await page.getByRole("button", { name: "Crash..", exact: true }).click();
  await page.getByRole("menuitem", { name: /^S2/ }).click();
  await diagram(page).getByRole("button", { name: "More.." }).click();
  await page.getByRole("menuitem", { name: /^Compare with/ }).click();
  await page.locator(".caption-text, [role=status]").filter({ hasText: /They differ from event [\d,]+ on/ }).first().waitFor({ state: "attached" });
});

test("while branches are compared the page says how far it is, and shows what it has", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  const painted = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const all = app.lab.eventCount();
    let painted = 0;
    app.lab.spaceTimeRead = () => ({ ok: true, value: { read: all, all, drawn: all, compared: 407 } });
    const { spaceTimePaint } = app.lab;
    app.lab.spaceTimePaint = (/** @type {unknown[]} */ ...args) => (painted++, spaceTimePaint.apply(app.lab, args));
    app.changed("look");
    await new Promise((later) => setTimeout(later, 300));
    return painted;
  });
  assert.ok(painted > 1, `${painted} pictures`);
  await page.locator(".st-note", { hasText: "Comparing the branches: 40 %." }).waitFor();
  await page.evaluate(() => {
    const { lab } = /** @type {any} */ (document.querySelector("netsplit-lab")).app;
    for (const stubbed of ["spaceTimeRead", "spaceTimePaint"]) delete lab[stubbed];
  });
  await page.locator(".st-note", { hasText: "Comparing" }).waitFor({ state: "hidden" });
});

test("its picture is what Share gives", async (t) => {
  const { page } = await lab.visit(t, there);
  await ready(page);
  await page.getByRole("button", { name: "Share" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save a picture (SVG)" }).click();
  const stream = await (await download).createReadStream();
  let svg = "";
  for await (const chunk of stream) svg += chunk;
  assert.match(svg, /^<svg/);
  assert.match(svg, /client 1/);
  assert.ok((svg.match(/<title|aria-label/g) ?? []).length > 20, "events have names");
});

for (const theme of /** @type {const} */ (["light", "dark"])) {
  for (const size of /** @type {const} */ (["desktop", "phone"])) {
    test(`nothing stands in anybody's way: ${theme}, ${size}`, async (t) => {
      const visit = await lab.visit(t, { ...there, theme, size: sizes[size], touch: size === "phone" });
      await ready(visit.page);
      await visit.assertAccessible();
      await visit.screenshot(`space-time-${theme}-${size}`);
      const wider = await visit.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wider, 0);
    });
  }
}
