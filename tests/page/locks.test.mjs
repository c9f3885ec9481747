// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { caption, twin } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page plays fast, over each step's pause, until a property falls */
async function playOut(page) {
  await page.getByLabel("Speed").selectOption({ label: "3 x faster" });
  for (let pauses = 0; pauses < 4 && !/violated/.test(await caption(page)); pauses++) {
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).waitFor({ timeout: 60_000 });
  }
  assert.match(await caption(page), /violated/);
}

test("locks have a shelf, and a place in the first hour", async (t) => {
  const { page } = await lab.visit(t, { path: "#scenarios", calm: true });
  const layer = page.getByRole("dialog", { name: "Scenarios" });
  const shelf = (/** @type {string} */ name) => layer.locator("section", { has: page.getByRole("heading", { name }) });
  await shelf("Hold a lock").locator(".card").first().waitFor();
  assert.equal(await shelf("Hold a lock").locator(".card").count(), 6);
  await shelf("Start here").getByText("A pause, and no fence").waitFor();
});

test("the leases say who believes to hold what, on the stage and to those who do not see it", async (t) => {
  const visit = await lab.visit(t, { path: "#lock/clock-jump", calm: true });
  const { page } = visit;
  await page.getByRole("tab", { name: "Leases", selected: true }).waitFor();
  await playOut(page);
  const told = await twin(page);
  for (const says of [/Client 1 takes itself for the holder of x until/, /Client 2 takes itself for the holder of x until/, /S3 keeps x for client 2/]) {
    assert.ok(told.some((text) => says.test(text)), `${says}\n${told.join("\n")}`);
  }
  await visit.assertAccessible();
  await visit.screenshot("lock-leases");
  await page.getByRole("tab", { name: "Cluster" }).click();
  await visit.screenshot("lock-cluster");
});

test("a broken rule of locks is shown beside the right one", async (t) => {
  const { page } = await lab.visit(t, { path: "#lock/same-manager", calm: true });
  await playOut(page);
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Rules" }).click();
  await page.getByText("A failed acquire releases what is held here under that name", { exact: false }).first().waitFor();
});

test("leases fit a telephone, in the light and in the dark", async (t) => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const visit = await lab.visit(t, { path: "#lock/clock-jump", size: sizes.phone, theme, touch: true, calm: true });
    await playOut(visit.page);
    await visit.assertAccessible();
    await visit.screenshot(`lock-leases-phone-${theme}`);
  }
});
