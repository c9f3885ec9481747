// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { cursor, placeOf, selected } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };
const phone = { calm: true, touch: true, size: sizes.phone };

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} name waits until Inspect shows it */
const inspects = (page, name) => page.locator("netsplit-inspect h3", { hasText: name }).waitFor();

/** @param {Page} page @returns {Promise<string>} how the pointer looks on the stage */
const pointer = (page) => page.locator("netsplit-stage").evaluate((stage) => getComputedStyle(stage).cursor);

/** @param {Page} page @param {RegExp} what waits until it stands still, after the stage has changed its size */
async function still(page, what) {
  let before = await placeOf(page, what);
  for (let look = 0; look < 50; look++) {
    await page.waitForTimeout(60);
    const now = await placeOf(page, what);
    if (now.x === before.x && now.y === before.y) return now;
    before = now;
  }
  throw new Error(`${what} never stands still`);
}

test("a click shows a node in Inspect, and the focus stays; the next click shows another, whatever tab was open", async (t) => {
  const { page } = await lab.visit(t, calm);
  const one = await placeOf(page, /^S1\b/);
  await page.mouse.move(one.x, one.y);
  await page.waitForTimeout(100);
  assert.equal(await page.locator("netsplit-panel").isVisible(), false, "nothing opens by hovering");
  await page.mouse.click(one.x, one.y);
  await inspects(page, "S1");
  assert.equal(await page.locator("netsplit-panel").evaluate((panel) => panel.contains(document.activeElement)), false);
  await page.locator("netsplit-inspect .actions").getByRole("button", { name: "Crash", exact: true }).waitFor();

  const { event } = await cursor(page);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((event) => !document.querySelector("[role=slider], input[type=range]")?.getAttribute("aria-valuetext")?.startsWith(`event ${event} `), event);
  await inspects(page, "S1");

  await page.getByRole("tab", { name: "Events", exact: true }).click();
  await page.locator("netsplit-events li").first().waitFor();
  const two = await still(page, /^S2\b/);
  await page.mouse.click(two.x, two.y);
  await inspects(page, "S2");

  await page.keyboard.press("Escape");
  await page.locator("netsplit-panel").waitFor({ state: "hidden" });
  assert.equal(await selected(page).count(), 1);
  await page.keyboard.press("Escape");
  await selected(page).waitFor({ state: "detached" });
});

test("two quick clicks open the actions, although the panel moves the node between them", async (t) => {
  const { page } = await lab.visit(t, calm);
  const { x, y } = await placeOf(page, /^S3\b/);
  await page.mouse.click(x, y);
  await page.waitForFunction(() => !(/** @type {HTMLElement} */ (document.querySelector("netsplit-panel")).hidden));
  await page.mouse.click(x, y);
  await page.getByRole("menu", { name: "S3" }).waitFor();
});

test("a click on a message shows it; one on an empty place selects nothing, and opens nothing", async (t) => {
  const { page } = await lab.visit(t, calm);
  const box = await page.locator("netsplit-stage").boundingBox();
  assert(box);
  await page.mouse.click(box.x + 6, box.y + 6);
  await page.waitForTimeout(100);
  assert.equal(await page.locator("netsplit-panel").isVisible(), false);
  const { x, y } = await placeOf(page, /^\w+ from S\d to S\d/);
  await page.mouse.click(x, y);
  await page.locator("netsplit-inspect .actions").getByRole("button", { name: "Drop", exact: true }).waitFor();
});

test("a click on a link shows it, and its actions cut and mend it", async (t) => {
  const { page } = await lab.visit(t, calm);
  const { x, y } = await placeOf(page, /^Link between S3 and S4/);
  await page.mouse.click(x, y);
  await inspects(page, "S3 and S4");
  const inspect = page.locator("netsplit-inspect");
  await inspect.getByText("Nothing is wrong with this link.").waitFor();
  await inspect.getByRole("button", { name: "Cut this link" }).click();
  await inspect.getByText("S3 to S4").first().waitFor();
  await inspect.getByRole("button", { name: "Mend this link" }).click();
  await inspect.getByText("Nothing is wrong with this link.").waitFor();
  const link = await still(page, /^Link between S3 and S4/);
  await page.mouse.click(link.x, link.y);
  await page.getByRole("menu", { name: "S3 and S4" }).getByRole("menuitem", { name: "Cut from S3 to S4" }).waitFor();
});

test("what a click does something with has the pointer of what can be pressed", async (t) => {
  const { page } = await lab.visit(t, calm);
  const box = await page.locator("netsplit-stage").boundingBox();
  assert(box);
  const { x, y } = await placeOf(page, /^S1\b/);
  await page.mouse.move(box.x + 8, box.y + 8);
  await page.mouse.move(x, y, { steps: 3 });
  await page.waitForFunction(() => getComputedStyle(/** @type {Element} */ (document.querySelector("netsplit-stage"))).cursor === "pointer");
  await page.mouse.move(box.x + 8, box.y + 8, { steps: 3 });
  await page.waitForFunction(() => getComputedStyle(/** @type {Element} */ (document.querySelector("netsplit-stage"))).cursor === "auto");
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y + 40, { steps: 4 });
  assert.equal(await pointer(page), "grabbing");
  await page.mouse.up();
  assert.equal(await pointer(page), "pointer");
  assert.equal(await page.locator("netsplit-panel").isVisible(), false, "dragging is not clicking");
});

test("a tap shows a node in half a sheet, the stage in view; two taps open its actions alone", async (t) => {
  const { page } = await lab.visit(t, phone);
  const { x, y } = await placeOf(page, /^S2\b/);
  await page.touchscreen.tap(x, y);
  await page.touchscreen.tap(x, y);
  await page.getByRole("menu", { name: "S2" }).waitFor();
  await page.waitForTimeout(500);
  assert.equal(await page.locator("netsplit-panel").isVisible(), false, "no sheet lies under the menu");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "hidden" });

  const one = await placeOf(page, /^S1\b/);
  await page.touchscreen.tap(one.x, one.y);
  await inspects(page, "S1");
  const node = await still(page, /^S1\b/);
  const sheet = await page.locator("netsplit-panel").boundingBox();
  assert(sheet);
  assert.ok(node.y > 0 && node.y < sheet.y, "the node stands above the sheet");
});

test("without a pointer: Enter opens the actions, Inspect among them takes the focus along, and Esc brings it back", async (t) => {
  const { page } = await lab.visit(t, calm);
  const list = page.getByRole("listbox", { name: /^Cluster/ });
  await list.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Inspect", exact: true }).press("Enter");
  const name = /^\S+?(?=:)/.exec(await selected(page).innerText())?.[0] ?? "?";
  await inspects(page, name);
  await page.waitForFunction(() => document.activeElement?.id === "tab-inspect");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches("[role=listbox]"));
});

test("in an embed, which has no room beside its stage, a click selects, and a second one opens the actions", async (t) => {
  const { page } = await lab.visit(t, { path: "embed.html#raft/leader-crash", size: { width: 640, height: 400 }, started: false, ...calm });
  await page.locator(".poster-play").click();
  await page.waitForSelector(":root[data-lab=ready]", { state: "attached" });
  const { x, y } = await still(page, /^S1\b/);
  await page.mouse.click(x, y);
  await selected(page).filter({ hasText: /^S1\b/ }).waitFor({ state: "attached" });
  await page.waitForTimeout(100);
  assert.equal(await page.locator("netsplit-panel").isVisible(), false);
  await page.mouse.click(x, y);
  await page.getByRole("menu", { name: "S1" }).waitFor();
});

test("what the last event changed is told, also to somebody who comes after it", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/first-election", ...calm });
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  // Who has just become a leader was none, and knew of none.
  const leader = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    for (let n = 0; n < 40 && app.caption.event?.key !== "raft.becomes-leader"; n++) await app.step("story");
    return app.caption.event.node;
  });
  await page.evaluate((leader) => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    app.select(`node:${leader}`);
    app.openPanel("inspect");
  }, leader);
  await page.locator("netsplit-inspect dt", { hasText: /^leader$/ }).waitFor();
  await page.locator("netsplit-inspect dt:text-is('leader') + dd small", { hasText: "was" }).waitFor();
  // Not what stood there when somebody looked from later on.
  const [at, told] = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { event } = app.lab.cursor();
    const told = document.querySelector("netsplit-inspect")?.textContent ?? "";
    await app.seekEvent(event + 300);
    await new Promise((drawn) => setTimeout(drawn, 400));
    await app.seekEvent(event);
    return [event, told];
  });
  await page.waitForFunction((told) => document.querySelector("netsplit-inspect")?.textContent === told, told);
  assert.ok(at > 0);
});
