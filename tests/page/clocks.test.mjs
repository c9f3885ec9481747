// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { caption, twin } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page plays fast until it is paused */
async function playOut(page) {
  await page.getByLabel("Speed").selectOption({ label: "real time" });
  await page.keyboard.press("k");
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
}

test("what orders events has a shelf, and cards name the property that falls, whichever system is open", async (t) => {
  const { page } = await lab.visit(t, { path: "#scenarios", calm: true });
  const layer = page.getByRole("dialog", { name: "Scenarios" });
  const shelf = layer.locator("section", { has: page.getByRole("heading", { name: "Order events" }) });
  await shelf.locator(".card").first().waitFor();
  assert.ok((await shelf.locator(".card").count()) >= 5);
  await layer.getByRole("searchbox").fill("answer without its question");
  await layer.getByText("Causal delivery falls").waitFor();
});

test("a process shows its stamp, on the stage and to those who do not see it", async (t) => {
  const visit = await lab.visit(t, { path: "#clock/vectors-tell", calm: true });
  const { page } = visit;
  await playOut(page);
  const told = await twin(page);
  assert.ok(told.some((text) => text.includes("(0, 5, 2)")), told.join("\n"));
  await visit.assertAccessible();
  await visit.screenshot("clock-vectors");
});

test("a wrong clock falls, with its rule and the two sides of it", async (t) => {
  const { page } = await lab.visit(t, { path: "#clock/send-without-tick", calm: true });
  await playOut(page);
  assert.match(await caption(page), /violated/);
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Rules" }).click();
  const rule = page.locator("netsplit-rules li", { has: page.getByRole("heading", { name: "vector_of_send" }) });
  // What is known at once are the names; the rest comes with the excerpts.
  await rule.filter({ hasText: /Mattern 1989/ }).waitFor();
  assert.match(await rule.locator("mark").first().innerText(), /before\.clone\(\)/);
});

test("all kinds of clocks fit a telephone, in the dark too", async (t) => {
  for (const id of ["hybrid-skew", "commit-wait", "join-and-leave", "asymmetric-link", "siblings", "causal-broadcast"]) {
    const visit = await lab.visit(t, { path: `#clock/${id}`, size: sizes.phone, theme: "dark", touch: true, calm: true });
    const wider = await visit.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wider, 0, id);
    assert.ok((await twin(visit.page)).every((text) => !text.includes("crashed")), id);
    await visit.screenshot(`clock-${id}-phone`);
  }
});
