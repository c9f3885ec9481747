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
  for (const end = Date.now() + 60_000; !is && Date.now() < end; is = await told()) {
    // It pauses by itself, perhaps between the look and the click.
    const play = page.getByRole("button", { name: "Play", exact: true });
    if (await play.isVisible()) await play.click({ timeout: 1000 }).catch(() => {});
    await page.waitForTimeout(100);
  }
  assert.ok(is, `${said}\n${(await twin(page)).join("\n")}`);
  const pause = page.getByRole("button", { name: "Pause", exact: true });
  if (await pause.isVisible()) await pause.click({ timeout: 1000 }).catch(() => {});
}

test("requests have a shelf", async (t) => {
  const { page } = await lab.visit(t, { path: "#scenarios", calm: true });
  const layer = page.getByRole("dialog", { name: "Scenarios" });
  const shelf = layer.locator("section", { has: page.getByRole("heading", { name: "Ask and be answered" }) });
  await shelf.locator(".card").first().waitFor();
  assert.equal(await shelf.locator(".card").count(), 6);
});

test("a call done twice is told on the stage and to those who do not see it", async (t) => {
  const visit = await lab.visit(t, { path: "#rpc/reply-lost", calm: true });
  const { page } = visit;
  await page.getByRole("tab", { name: "Requests", selected: true }).waitFor();
  await playUntil(page, /1 happened more than once/);
  await visit.assertAccessible();
  await visit.screenshot("rpc-requests");
  await page.getByRole("tab", { name: "Cluster" }).click();
  await visit.screenshot("rpc-cluster");
});

test("the plot of goodput fits a telephone, in the light and in the dark", async (t) => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const visit = await lab.visit(t, { path: "#rpc/metastable", size: sizes.phone, theme, touch: true, calm: true });
    await playUntil(visit.page, /In second (9|1\d):/);
    await visit.assertAccessible();
    await visit.screenshot(`rpc-plot-phone-${theme}`);
  }
});
