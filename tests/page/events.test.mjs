// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();

/** @param {import("node:test").TestContext} t a run played to 4 s, its list of events open */
async function list(t) {
  const visit = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  const { page } = visit;
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Events", exact: true }).click();
  return { visit, page, events: page.locator("netsplit-events") };
}

test("equal neighbours are one entry that can be opened", async (t) => {
  const { visit, page, events } = await list(t);
  await events.getByRole("button", { name: "Everything" }).click();
  const folds = events.getByRole("button", { name: /^and \d+ more like it, until/ });
  await folds.first().waitFor();
  const fold = folds.first();
  const more = Number(/\d+/.exec(await fold.innerText())?.[0]);
  assert.ok(more >= 2);
  const rows = await events.locator("li").count();
  assert.equal(await fold.getAttribute("aria-expanded"), "false");
  await fold.click();
  assert.equal(await fold.getAttribute("aria-expanded"), "true");
  assert.equal(await events.locator("li").count(), rows + more);
  assert.ok(await fold.evaluate((button) => button === document.activeElement), "the focus stays");
  await fold.click();
  assert.equal(await events.locator("li").count(), rows);
  await events.getByRole("button", { name: "Story" }).click();
  assert.equal(await folds.count(), 0, "story events are told one by one");
  await visit.assertAccessible();
  await page.keyboard.press("Home");
});

test("the filter finds sentences, counts them, and says what it hides", async (t) => {
  const { visit, page, events } = await list(t);
  await events.getByRole("button", { name: "Protocol" }).click();
  const filter = events.getByRole("searchbox", { name: "Filter" });
  await filter.fill("becomes leader");
  await events.getByRole("status").filter({ hasText: /^1 of \d+ events$/ }).waitFor();
  await events.getByRole("button", { name: /becomes leader/ }).click();
  const { events: all } = await cursor(page);
  await cursorWhere(page, (at) => at.event < all);

  await filter.fill("S9");
  await events.getByRole("status").filter({ hasText: /^No event matches S9; [\d,]+ are hidden by the filter\.$/ }).waitFor();
  await visit.assertAccessible();
  await events.getByRole("button", { name: "Clear the filter" }).click();
  assert.equal(await filter.inputValue(), "");
  await events.locator("li").nth(1).waitFor();
  assert.equal(await events.getByRole("button", { name: "Clear the filter" }).isVisible(), false);
});

test("a list that events come to faster than it reads them reads once in a frame, and few at a time", async (t) => {
  const { page } = await list(t);
  const seen = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { lab } = app;
    const read = lab.events;
    const frames = /** @type {Map<unknown, number>} */ (new Map());
    let most = 0;
    lab.eventCount = () => 1_000_000;
    // As slow as for a thousand servers.
    lab.events = (/** @type {number} */ from, /** @type {number} */ to) => {
      const until = performance.now() + 3;
      while (performance.now() < until);
      const frame = document.timeline.currentTime;
      frames.set(frame, (frames.get(frame) ?? 0) + 1);
      most = Math.max(most, to - from);
      return read(from, to);
    };
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let n = 0; n < 30; n++) {
      app.changed("moment");
      await frame();
    }
    frames.clear();
    most = 0;
    for (let n = 0; n < 20; n++) await frame();
    delete lab.events;
    delete lab.eventCount;
    return { calls: Math.max(...frames.values()), frames: frames.size, most };
  });
  assert.ok(seen.frames > 5, "it reads on");
  // 8 ms in one go, perhaps two goes.
  assert.ok(seen.calls <= 8, `${seen.calls} calls in a frame`);
  assert.ok(seen.most <= 64, `${seen.most} events at a time`);
});

test("an open fold of thousands has a window of rows in the page, which are read together", async (t) => {
  const { page, events } = await list(t);
  await page.evaluate(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { lab } = app;
    const [row] = lab.events(0, 1);
    Reflect.set(window, "calls", 0);
    lab.eventCount = () => 5000;
    lab.events = (/** @type {number} */ from, /** @type {number} */ to) => {
      Reflect.set(window, "calls", Reflect.get(window, "calls") + 1);
      return Array.from({ length: Math.min(to, 5000) - from }, (_, k) => ({ ...row, n: from + k, id: `event:${from + k}`, level: "protocol", key: "same", text: `row ${from + k}` }));
    };
  });
  await events.getByRole("button", { name: "Protocol" }).click();
  const fold = events.getByRole("button", { name: /^and 4,999 more like it, until/ });
  await fold.waitFor();
  await page.evaluate(() => Reflect.set(window, "calls", 0));
  await fold.click();
  await events.getByRole("button", { name: "Earlier events" }).or(events.getByRole("button", { name: "Later events" })).first().waitFor();
  const rows = await events.locator("li").count();
  assert.ok(rows > 50 && rows < 70, `${rows} rows`);
  const calls = await page.evaluate(() => Reflect.get(window, "calls"));
  assert.ok(calls <= 3, `${calls} calls`);
  const texts = async () => (await events.locator("li").allInnerTexts()).filter((text) => text.includes("row"));
  const before = await texts();
  await events.getByRole("button", { name: "Later events" }).click();
  const after = await texts();
  assert.equal(after[0], before[0], "the first one stays");
  assert.equal(after.filter((text) => before.includes(text)).length, 1);
});
