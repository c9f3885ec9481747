// @ts-check
// Somebody who has never been here: one thing to press, and a minute later they know why the cluster survived.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";

const lab = laboratory();

/** @type {[string, { size: { width: number, height: number }, touch?: boolean }][]} */
const WINDOWS = [
  ["a desktop", { size: sizes.desktop }],
  ["a tablet", { size: sizes.tablet, touch: true }],
  ["a telephone", { size: sizes.phone, touch: true }],
  ["a telephone on its side", { size: { width: 740, height: 360 }, touch: true }],
];

for (const [name, window] of WINDOWS) {
  test(`on ${name}: press what is filled until nothing is, and read in view that the writes survived, and why`, async (t) => {
    const visit = await lab.visit(t, window);
    const { page } = visit;
    const filled = page.locator("button.primary").filter({ visible: true });
    const began = Date.now();
    const pressed = [];
    for (;;) {
      await page.waitForFunction(
        () => [...document.querySelectorAll("button.primary")].some((each) => each.checkVisibility()) || document.querySelector(".story-end h3")?.checkVisibility(),
      );
      if ((await filled.count()) === 0) break;
      assert.equal(await filled.count(), 1, "one thing to press");
      const label = await filled.innerText();
      pressed.push(label);
      assert.ok(pressed.length <= 6, pressed.join(", "));
      assert.ok(await inView(page, "button.primary"), `${label} is in view`);
      const done = await page.locator(".steps li.done").count();
      if (window.touch) await filled.tap();
      else await filled.click();
      if (label !== "What happened") {
        await page.waitForFunction((done) => document.querySelectorAll(".steps li.done").length > done, done);
      }
    }
    t.diagnostic(`${pressed.join(", ")}: ${Date.now() - began} ms`);
    assert.ok(Date.now() - began < 60_000);
    assert.equal(pressed[0], "Crash the leader");
    const told = page.locator(".story-end h3 + p");
    await told.waitFor();
    assert.match(await told.innerText(), /a leader needs three votes/);
    assert.ok(await inView(page, ".story-end h3 + p"), "what happened is in view");
    await visit.screenshot(`newcomer-${window.size.width}`);
    await visit.assertAccessible();
  });
}

/** Whether the beginning of something can be seen, and nothing lies over it. @param {import("playwright-core").Page} page @param {string} selector */
const inView = (page, selector) =>
  page.evaluate((selector) => {
    const element = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
    const { left = -1, top = -1 } = element?.getBoundingClientRect() ?? {};
    const there = document.elementFromPoint(left + 8, top + 8);
    return there !== null && Boolean(element?.contains(there) || there.contains(element ?? null));
  }, selector);
