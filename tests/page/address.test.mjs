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

/** @param {Page} page @param {string} text waits for the notice that says it @returns {Promise<string>} all that it says */
async function notice(page, text) {
  const there = page.locator("netsplit-notice p", { hasText: text });
  await there.waitFor();
  return there.innerText();
}

test("what cannot be used of the address is said together, while it plays, too, until it is dismissed", async (t) => {
  const visit = await lab.visit(t, { path: "?foo=1&bar=2&view=leases&select=node:77&tab=ghosts#raft/leader-crash?seed=x?c" });
  const { page } = visit;
  const said = await notice(page, "node:77");
  for (const what of [/names foo and bar, which/, /view leases; there is: cluster, log/, /tab ghosts; there is: inspect/, /seed x\?c is not a whole number/]) assert.match(said, what);
  await page.waitForFunction(() => location.search === "?foo=1&bar=2");
  // The run plays on, and tells what it tells.
  const caption = await page.locator(".caption-text").innerText();
  await page.waitForFunction((before) => document.querySelector(".caption-text")?.textContent !== before, caption);
  assert.equal(await page.locator("netsplit-notice p").innerText(), said);
  await visit.assertAccessible();
  await visit.screenshot("notice");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.locator("netsplit-notice").waitFor({ state: "detached" });
});

test("what cannot be used of the address is no longer said once something is done by hand", async (t) => {
  const { page } = await lab.visit(t, { path: "?foo=1#raft/leader-crash?colour=blue", calm: true });
  assert.match(await notice(page, "foo"), /names colour and foo, which/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await page.waitForTimeout(300);
  assert.equal(await page.locator("netsplit-notice").count(), 1, "looking on is nothing done");
  await page.locator("button.primary").click();
  await page.locator("netsplit-notice").waitFor({ state: "detached" });
});

test("the catalogue says what it cannot use of its address, until another filter is chosen", async (t) => {
  const { page } = await lab.visit(t, { path: "#scenarios?level=xyz&foo=1&search=leader", calm: true });
  const said = page.locator("dialog.layer [role=status]", { hasText: "foo" });
  await said.waitFor();
  assert.match(await said.innerText(), /names foo, which.*level xyz; there is: first/);
  await page.getByRole("searchbox").fill("vote");
  await said.waitFor({ state: "detached" });
});

/** @param {Page} page waits until the address is a link */
const linked = (page) => page.waitForFunction(() => location.hash.startsWith("#v1."));

/** @param {Page} page a run in which the leader was crashed */
async function crashed(page) {
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
}

test("once something is done by hand the address names the run: reload, Back and Forward find it", async (t) => {
  const visit = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  const { page } = visit;
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(1200);
  assert.equal(await page.evaluate(() => location.hash), "#raft/leader-crash", "nothing was done by hand");
  const entries = await page.evaluate(() => history.length);
  await crashed(page);
  await linked(page);
  const first = page.url();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => location.href !== before, first);
  assert.equal(await page.evaluate(() => history.length), entries, "no new entry");
  await page.reload();
  await visit.started();
  await page.locator(".steps li.done").first().waitFor();
  await opens(page, "raft/leader-crash");

  await go(page, "#raft/split-vote");
  await opens(page, "raft/split-vote");
  await page.goBack();
  await opens(page, "raft/leader-crash");
  await page.locator(".steps li.done").first().waitFor();
  await page.goForward();
  await opens(page, "raft/split-vote");
});

test("the catalogue and Back leave the run with what was done in it", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  await crashed(page);
  await linked(page);
  const run = () => page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.run);
  const before = await run();
  await page.getByRole("button", { name: "Scenarios" }).click();
  await page.locator("dialog.layer").waitFor();
  await page.waitForTimeout(700);
  assert.equal(await page.evaluate(() => location.hash), "#scenarios");
  await page.keyboard.press("Escape");
  await linked(page);
  assert.equal(await run(), before, "it is not opened anew");
});

test("a run from a file is named by the address, too", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.openPlan({ ...app.lab.plan(), seed: 77 }, "mine.json");
  });
  await linked(page);
  await page.reload();
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab?.seed() === "77");
});

test("a run with another rule is named by the address, too", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/leader-crash", calm: true });
  const broken = page.locator("netsplit-views [role=status]", { hasText: "no_session_dedup" });
  await page.keyboard.press("d");
  await page.getByRole("tab", { name: "Rules", exact: true }).click();
  await page.getByRole("switch", { name: "no_session_dedup" }).click();
  await broken.waitFor();
  await linked(page);
  await page.reload();
  await broken.waitFor();
});
