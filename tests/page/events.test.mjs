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
