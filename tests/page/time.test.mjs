// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { branches, caption, cursor, cursorWhere, pause } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };

test("one event forward, one back: the same moment and the same state", async (t) => {
  const { page } = await lab.visit(t, calm);
  const start = await cursor(page);
  const picture = () => page.locator("netsplit-stage canvas").screenshot();
  await page.getByRole("button", { name: "One event back" }).click();
  await cursorWhere(page, (at) => at.event === start.event - 1);
  const there = await picture();
  await page.getByRole("button", { name: "One event forward" }).click();
  await cursorWhere(page, (at) => at.event === start.event);
  await page.getByRole("button", { name: "One event back" }).click();
  await cursorWhere(page, (at) => at.event === start.event - 1);
  assert.ok(there.equals(await picture()), "the picture is a function of the moment");
});

test("the scrubber seeks as it is dragged, and by click", async (t) => {
  const { page } = await lab.visit(t, calm);
  const start = await cursor(page);
  const box = await page.getByRole("slider").boundingBox();
  assert(box);
  await page.mouse.move(box.x + box.width - 8, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  const middle = await cursorWhere(page, (at) => at.event < start.event);
  assert.ok(middle.event > 0);
  assert.equal(middle.events, start.events, "what was played is still there");
  await page.mouse.click(box.x + box.width - 9, box.y + box.height / 2);
  await cursorWhere(page, (at) => at.event > middle.event);
});

test("the speed is said in words, and keys change it", async (t) => {
  const { page } = await lab.visit(t, calm);
  const speed = page.getByLabel("Speed");
  const label = () => speed.evaluate((element) => /** @type {HTMLSelectElement} */ (element).selectedOptions[0]?.text ?? "");
  const before = await label();
  assert.match(before, /^\d+ x slower$/);
  await page.keyboard.press("+");
  await page.locator("netsplit-time option:checked", { hasNotText: before }).waitFor({ state: "attached" });
  assert.notEqual(await label(), before);
  await page.keyboard.press("-");
  await page.locator("netsplit-time option:checked", { hasText: before }).waitFor({ state: "attached" });
});

test("intervening in the past starts a branch and keeps the old future", async (t) => {
  const { page } = await lab.visit(t, calm);
  const furthest = await cursor(page);
  for (let n = 0; n < 5; n++) await page.keyboard.press("ArrowLeft");
  await cursorWhere(page, (at) => at.event === furthest.event - 5);
  await page.locator("button.primary").click();
  await page.locator(".branches .branch").nth(1).waitFor();
  const names = await branches(page);
  assert.equal(names.length, 2);
  assert.match(await caption(page), /The old future is kept as /);
  await page.locator(".branches .branch").first().click();
  await cursorWhere(page, (at) => at.events === furthest.events);
});

test("a fork without an intervention replays the same future", async (t) => {
  const { page } = await lab.visit(t, calm);
  const furthest = await cursor(page);
  await page.keyboard.press("Shift+ArrowLeft");
  const there = await cursorWhere(page, (at) => at.event < furthest.event);
  await page.getByRole("button", { name: "Fork", exact: true }).click();
  await page.locator(".branches .branch").nth(1).waitFor();
  /** @type {string[]} */
  const forked = [];
  for (let n = there.event; n < furthest.event; n++) {
    await page.keyboard.press("ArrowRight");
    await cursorWhere(page, (at) => at.event === n + 1);
    forked.push(await caption(page));
  }
  await page.locator(".branches .branch").first().click();
  /** @type {string[]} */
  const original = [];
  for (let n = there.event; n < furthest.event; n++) {
    await page.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement)?.blur());
    const at = await cursor(page);
    if (at.event > n) {
      for (let back = at.event; back > n; back--) await page.keyboard.press("ArrowLeft");
      await cursorWhere(page, (now) => now.event === n);
    }
    await page.keyboard.press("ArrowRight");
    await cursorWhere(page, (now) => now.event === n + 1);
    original.push(await caption(page));
  }
  assert.deepEqual(forked, original);
});

test("a branch is renamed in place; undo starts one without the intervention", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.keyboard.press("ArrowLeft");
  await page.locator("button.primary").click();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("Name of this branch").fill("without S1");
  await page.keyboard.press("Enter");
  await page.getByRole("treeitem", { name: "without S1" }).waitFor();
  await page.keyboard.press("Control+z");
  await page.locator(".branches .branch").nth(2).waitFor();
  await page.locator(".steps li.done").waitFor({ state: "detached" });
});

test("the event list has three levels, follows the cursor, and a click seeks", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.keyboard.press("d");
  const rows = page.locator("netsplit-events li button");
  await rows.first().waitFor();
  const story = await rows.count();
  await page.getByRole("button", { name: "Everything" }).click();
  await page.waitForFunction((few) => document.querySelectorAll("netsplit-events li button").length > few, story);
  const start = await cursor(page);
  await rows.nth(5).click();
  const there = await cursorWhere(page, (at) => at.event < start.event);
  assert.equal(there.events, start.events, "later events are still listed");
  assert.ok((await page.locator("netsplit-events li.future").count()) > 0);
  const text = await page.locator("netsplit-events [aria-current] button").first().innerText();
  assert.ok(text.includes(await caption(page)), "caption and row are the same sentence");
});

test("the spoken status is the caption's sentence", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.getByRole("button", { name: "One event forward" }).click();
  await page.waitForTimeout(50);
  assert.equal(await page.locator("netsplit-caption [role=status]").innerText(), await caption(page));
});

test("playing goes on from the past through what was played, then further", async (t) => {
  const { page } = await lab.visit(t, calm);
  const furthest = await cursor(page);
  for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowLeft");
  await page.getByLabel("Speed").selectOption({ label: "2 x slower" });
  await page.keyboard.press("k");
  await cursorWhere(page, (at) => at.events > furthest.events);
  await pause(page);
});

test("a run that goes on without a story is not said to have ended", async (t) => {
  const { page } = await lab.visit(t, calm);
  const crashed = await page.evaluate(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const client = app.lab.nodes().find((/** @type {any} */ node) => /client/i.test(node.name));
    app.act({ crash: client.id });
    return client.name;
  });
  await page.waitForFunction((name) => document.querySelector(".caption-text")?.textContent?.includes(name), crashed);
  for (let n = 0; n < 12; n++) {
    const before = await caption(page);
    const { event } = await cursor(page);
    await page.keyboard.press("Shift+ArrowRight");
    await cursorWhere(page, (at) => at.event > event);
    await page.waitForFunction((before) => document.querySelector(".caption-text")?.textContent !== before, before);
    const now = await caption(page);
    assert.doesNotMatch(now, /Nothing more will happen/);
    if (/Nothing of the story happens in the next/.test(now)) return;
  }
  assert.fail("heartbeats alone are no story");
});
