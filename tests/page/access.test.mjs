// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { axeFindsNothing } from "./axe.mjs";

const lab = laboratory();

axeFindsNothing(lab, "360", { size: sizes.phone, touch: true });
axeFindsNothing(lab, "768", { size: sizes.tablet });

test("forced colours: the filled button and the selected tab can still be told", async (t) => {
  const visit = await lab.visit(t, { forcedColors: true, calm: true });
  await visit.screenshot("opening-forced-colors");
  const border = await visit.page.locator("button.primary").evaluate((button) => getComputedStyle(button).borderTopWidth);
  assert.equal(border, "3px");
});

test("the theme can be chosen against the system, and the canvas follows", async (t) => {
  const { page } = await lab.visit(t, { theme: "light", calm: true });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByRole("button", { name: "Display" }).click();
  await page.getByLabel("Dark").check();
  assert.notEqual(await paper(), light);
});

test("every control that is shown is at least 24 pixels high", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, select, input")]
      .filter((each) => each.checkVisibility())
      .filter((each) => each.getBoundingClientRect().height < 24 && !each.closest("label"))
      .map((each) => each.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(small, []);
});
