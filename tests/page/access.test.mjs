// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";

const lab = laboratory();

for (const size of /** @type {const} */ (["desktop", "phone"])) {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    test(`axe finds nothing: ${size}, ${theme}, in every state of the page`, async (t) => {
      const visit = await lab.visit(t, { size: sizes[size], theme, touch: size === "phone", calm: true });
      const { page } = visit;
      await visit.assertAccessible();
      await visit.screenshot(`opening-${size}-${theme}`);
      await page.locator("button.primary").click();
      await page.locator(".steps li.done").first().waitFor({ state: "attached" });
      for (const tab of ["Inspect", "Events", "Properties", "Faults", "Rules"]) {
        if (await page.locator("netsplit-panel").isHidden()) await page.keyboard.press("d");
        await page.getByRole("tab", { name: tab, exact: true }).click();
        await visit.assertAccessible();
        await visit.screenshot(`${tab.toLowerCase()}-${size}-${theme}`);
      }
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Cut the network.." }).click();
      await visit.assertAccessible();
      await visit.screenshot(`cutting-${size}-${theme}`);
      await page.keyboard.press("Escape");
      for (const dialog of ["Scenarios", "Share", "Display", "Help"]) {
        await page.getByRole("button", { name: dialog, exact: true }).click();
        await page.getByRole("dialog").waitFor();
        await visit.assertAccessible();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
    });
  }
}

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
