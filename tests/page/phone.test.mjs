// @ts-check
// What has to fit on a telephone held upright, and what may not move there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";

const lab = laboratory();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} selector @returns {Promise<{ left: number, right: number, top: number, bottom: number, height: number }>} */
const box = (page, selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().toJSON());

for (const locale of ["en-US", "de-DE"]) {
  for (const width of [320, 360]) {
    test(`four views fit at ${width} px, in ${locale}: none is cut off, and the chip has its words`, async (t) => {
      const { page } = await lab.visit(t, { size: { width, height: 740 }, touch: true, calm: true, locale, path: "#rpc/first-call" });
      const tabs = page.locator("netsplit-views [role=tab]");
      await tabs.nth(3).waitFor();
      const list = await box(page, "netsplit-views [role=tablist]");
      for (const tab of await tabs.all()) {
        const { left, right } = await tab.evaluate((element) => element.getBoundingClientRect().toJSON());
        assert.ok(left >= list.left - 0.5 && right <= list.right + 0.5 && right <= width, `${await tab.innerText()}: ${left} to ${right}`);
      }
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      await page.locator(".chip-words", { hasText: /hold|gelten/ }).waitFor();
    });
  }
}

test("a caption of many lines grows over the stage: the actions stay where they are, above the time", async (t) => {
  const { page } = await lab.visit(t, { size: sizes.phone, touch: true, calm: true });
  const before = await Promise.all(["netsplit-stage", "netsplit-actions"].map((selector) => box(page, selector)));
  const text = "Election Safety is violated at 3.210 s: S1 and S4 both lead term 2, and whoever asks one of them does not hear of the other.".repeat(2);
  await page.evaluate((text) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.say(text), text);
  await page.locator(".caption-text", { hasText: text }).waitFor();
  const line = await box(page, ".caption-line");
  assert.ok(line.height > 110, `more than three lines: ${line.height}`);
  assert.deepEqual(await Promise.all(["netsplit-stage", "netsplit-actions"].map((selector) => box(page, selector))), before);
  const [actions, time] = [await box(page, "netsplit-actions"), await box(page, "netsplit-time")];
  assert.ok(actions.bottom <= time.top && line.bottom <= actions.top, `${line.bottom}, ${actions.bottom}, ${time.top}`);
});

test("a verdict covers nothing of the smallest stage, and has its buttons below it", async (t) => {
  for (const locale of ["en-US", "de-DE"]) {
    const { page } = await lab.visit(t, { size: { width: 320, height: 640 }, touch: true, calm: true, locale, path: "#raft/even-majority" });
    await page.locator("netsplit-time select").selectOption("1000");
    await page.keyboard.press("k");
    await page.locator("netsplit-caption.violated [data-key=shortest]").waitFor();
    const [stage, text, button] = [await box(page, "netsplit-stage"), await box(page, ".caption-text"), await box(page, "netsplit-caption [data-key=shortest]")];
    assert.ok(text.top >= stage.bottom && button.top >= text.bottom, `${locale}: ${stage.bottom}, ${text.top} to ${text.bottom}, ${button.top}`);
    assert.ok(stage.height >= 140 && button.right <= 320, `${locale}: ${stage.height}, ${button.right}`);
  }
});

test("with branches and a cut the actions still end above the time, and say whole words", async (t) => {
  for (const locale of ["en-US", "de-DE"]) {
    const { page } = await lab.visit(t, { size: sizes.phone, touch: true, calm: true, locale });
    await page.evaluate(async () => {
      const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
      await app.stepBack("story");
      app.act({ cut: { isolate: 0 } });
    });
    await page.locator("netsplit-actions [data-key=heal]").waitFor();
    await page.locator("netsplit-branches .branch").first().waitFor();
    await page.waitForFunction(() => {
      const [actions, time] = ["netsplit-actions", "netsplit-time"].map((name) => document.querySelector(name)?.getBoundingClientRect());
      return actions && time && actions.bottom <= time.top;
    });
    for (const button of await page.locator("netsplit-actions button").all()) {
      assert.ok(await button.evaluate((each) => each.scrollWidth <= each.clientWidth), `${locale}: ${await button.innerText()} is cut off`);
    }
  }
});
