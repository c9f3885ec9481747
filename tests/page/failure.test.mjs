// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page makes the next step end as a trap in wasm does */
const trapOnStep = (page) =>
  page.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    Lab.prototype.step = () => {
      throw new WebAssembly.RuntimeError("unreachable executed");
    };
  });

test("a trap shows where it happened; just before it the same run goes on in a fresh instance", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
  const { event } = await cursor(page);
  await trapOnStep(page);
  await page.keyboard.press("ArrowRight");
  const screen = page.locator("netsplit-failure");
  await screen.waitFor();
  const text = await screen.innerText();
  assert.match(text, new RegExp(`The lab stopped at event ${event.toLocaleString("en")}`));
  assert.match(text, /raft\/leader-crash/);
  assert.match(text, /Seed\s+\d+/);
  await visit.assertAccessible();

  await page.getByRole("button", { name: "Open just before" }).click();
  await screen.waitFor({ state: "hidden" });
  await cursorWhere(page, (at) => at.event === event - 1);
  await page.keyboard.press("ArrowRight");
  await cursorWhere(page, (at) => at.event === event);
  await page.locator(".steps li.done").first().waitFor();
});

test("starting over needs no reload", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const { event } = await cursor(page);
  await page.evaluate(() => Object.assign(window, { before: true }));
  await page.keyboard.press("ArrowLeft");
  await trapOnStep(page);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator("netsplit-failure").waitFor({ state: "hidden" });
  await cursorWhere(page, (at) => at.event === event);
  assert.equal(await page.evaluate(() => Reflect.get(window, "before")), true);
  await page.keyboard.press("ArrowRight");
  await cursorWhere(page, (at) => at.event === event + 1);
});

test("a lab that cannot be loaded says why, and tries again on request", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  visit.expectComplaint(/netsplit/);
  await visit.page.route("**/netsplit.js*", (route) => route.abort());
  await visit.page.reload();
  const screen = visit.page.locator("netsplit-failure");
  await screen.waitFor();
  assert.match(await screen.innerText(), /This browser cannot run the lab/);
  assert.ok(await visit.page.locator(".opening.wide svg").isVisible(), "the picture stays");
  await visit.page.unroute("**/netsplit.js*");
  await visit.page.getByRole("button", { name: "Try again" }).click();
  await screen.waitFor({ state: "hidden" });
  await cursorWhere(visit.page, (at) => at.event > 0);
});
