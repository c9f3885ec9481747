// @ts-check
// The address names what is open: back and forward find it again, what cannot be understood is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";

const lab = laboratory();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} hash goes there without loading the page again */
const go = (page, hash) => page.evaluate((hash) => void (location.hash = hash), hash);

/** @param {Page} page @param {string} scenario waits until it is open */
const opens = (page, scenario) =>
  page.waitForFunction((id) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.scenario?.id === id, scenario);

/** @param {Page} page @param {string} name */
const tabSelected = (page, name) => page.getByRole("tab", { name, exact: true, selected: true }).waitFor();

test("back and forward go between runs also where each is looked at otherwise, and the look is found again", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  await page.getByRole("tab", { name: "Log" }).click();
  await page.waitForFunction(() => location.search === "?view=log");
  await go(page, "#raft/split-vote");
  await opens(page, "raft/split-vote");
  // The look of the run before is not that of this one.
  await tabSelected(page, "Cluster");
  await page.waitForFunction(() => location.search === "");
  await page.goBack();
  await opens(page, "raft/leader-crash");
  await tabSelected(page, "Log");
  await page.waitForFunction(() => location.search === "?view=log");
  await page.goForward();
  await opens(page, "raft/split-vote");
  await tabSelected(page, "Cluster");
});

test("back and forward open and close the catalogue also where the query differs", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  const layer = page.locator("dialog.layer");
  await page.getByRole("button", { name: "Scenarios" }).click();
  await layer.waitFor();
  await page.goBack();
  await layer.waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "Log" }).click();
  await page.waitForFunction(() => location.search === "?view=log");
  await page.goForward();
  await layer.waitFor();
  await page.goBack();
  await layer.waitFor({ state: "detached" });
  await opens(page, "raft/leader-crash");
});

test("a seek that another overtakes says nothing of itself", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  const [before, said] = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const first = app.seekTime(60_000_000);
    const second = app.seekEvent(20);
    await Promise.all([first, second]);
    return [app.lab.cursor().event, app.caption.text];
  });
  assert.equal(before, 20);
  assert.doesNotMatch(said, /took the place/);
  assert.notEqual(said, "");
});
