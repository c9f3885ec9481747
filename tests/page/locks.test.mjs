// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { twin } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page plays on over each pause, until something is so @param {RegExp} said by the stage's twin */
async function playUntil(page, said) {
  await page.getByLabel("Speed").selectOption({ label: "real time" });
  const told = async () => (await twin(page)).some((text) => said.test(text));
  let is = await told();
  for (const end = Date.now() + 30_000; !is && Date.now() < end; is = await told()) {
    // It pauses by itself, perhaps between the look and the click.
    const play = page.getByRole("button", { name: "Play", exact: true });
    if (await play.isVisible()) await play.click({ timeout: 1000 }).catch(() => {});
    await page.waitForTimeout(100);
  }
  assert.ok(is, `${said}\n${(await twin(page)).join("\n")}`);
  const pause = page.getByRole("button", { name: "Pause", exact: true });
  if (await pause.isVisible()) await pause.click({ timeout: 1000 }).catch(() => {});
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
  await playUntil(page, /Client 2 takes itself/);
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
  await playUntil(page, /Client 2 takes itself/);
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Rules" }).click();
  await page.getByText("A failed acquire releases what is held here under that name", { exact: false }).first().waitFor();
});

test("leases fit a telephone, in the light and in the dark", async (t) => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const visit = await lab.visit(t, { path: "#lock/clock-jump", size: sizes.phone, theme, touch: true, calm: true });
    await playUntil(visit.page, /Client 2 takes itself/);
    await visit.assertAccessible();
    await visit.screenshot(`lock-leases-phone-${theme}`);
  }
});
