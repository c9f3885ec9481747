// @ts-check
// Parts of the wasm that come late, over a slow network, or not at all: nothing stands still, and what is missing is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { caption, cursor, cursorWhere } from "./reading.mjs";

/** @typedef {import("playwright-core").Page} Page */

const lab = laboratory();
const PARTS = "**/netsplit_part*.wasm";
const LATE_MS = 1500;

/** Nothing is loaded ahead. @param {Page} page */
const onDemand = (page) => page.addInitScript(() => (window.requestIdleCallback = () => 0));

/** @param {Page} page how often the page stood still until a part was there */
const standstills = (page) => page.evaluate(() => performance.getEntriesByName("netsplit: a part of the wasm was waited for").length);

/** @param {Page} page */
async function late(page) {
  await onDemand(page);
  await page.route(PARTS, async (route) => {
    await new Promise((done) => setTimeout(done, LATE_MS));
    await route.continue();
  });
}

test("while what a tab needs of the wasm is on its way, the run plays on", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Events", exact: true }).click();
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
  await page.locator("netsplit-events li").first().waitFor();
  assert.equal(await standstills(page), 0);
});

test("another scenario opens when what it needs is there; until then the page says what it waits for, and the run plays on", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await page.evaluate(() => void (location.hash = "#lock/first-lock"));
  await page.locator(".caption-text", { hasText: "Loading the lab" }).waitFor();
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
  await page.waitForFunction(() => document.title.startsWith("What a lock is worth"));
  assert.equal(await standstills(page), 0);
});

test("what cannot be loaded is said, and the page stays where it is", async (t) => {
  const visit = await lab.visit(t, {
    prepare: async (page) => {
      await onDemand(page);
      await page.route(PARTS, (route) => route.abort());
    },
  });
  visit.expectComplaint(/netsplit_part/);
  const { page } = visit;
  const title = await page.title();
  await page.evaluate(() => void (location.hash = "#lock/first-lock"));
  await page.locator(".caption-text", { hasText: "could not be loaded" }).waitFor();
  assert.equal(await page.title(), title);
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
  await page.unroute(PARTS);
  await page.evaluate(() => void (location.hash = "#lock/first-lock?seed=7"));
  await page.waitForFunction((title) => document.title !== title, title);
  assert.doesNotMatch(await caption(page), /could not be loaded/);
});
