// @ts-check
// Where the lab is looked at: in a lecture hall, on a telephone on its side, with a finger, on paper.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} selector @returns {Promise<{ left: number, right: number, top: number, bottom: number, height: number, width: number }>} */
const box = (page, selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().toJSON());

test("in a lecture hall there is the stage, large, and what is said; a clicker goes from story event to story event", async (t) => {
  const { page } = await lab.visit(t, { path: "?present=1", size: { width: 1280, height: 720 }, calm: true });
  for (const gone of ["netsplit-story", ".fork", ".branches"]) assert.ok(!(await page.locator(gone).isVisible()), gone);
  const [stage, caption, time] = await Promise.all(["netsplit-stage", ".caption-text", "netsplit-time"].map((selector) => box(page, selector)));
  assert.ok(stage && caption && time);
  assert.ok(stage.width >= 1278 && stage.height >= 380, `the stage is ${stage.width} x ${stage.height}`);
  assert.ok(time.height <= 100, `no empty row below the time: ${time.height}`);
  assert.ok(parseFloat(await page.locator(".caption-text").evaluate((text) => getComputedStyle(text).fontSize)) >= 20);

  const { event } = await cursor(page);
  await page.keyboard.press("PageDown");
  const next = await cursorWhere(page, (at) => at.event > event);
  await page.keyboard.press("PageUp");
  await cursorWhere(page, (at) => at.event < next.event);
  // Once there are branches, they have their row.
  await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.act({ crash: 0 }));
  await page.locator(".branches .branch").nth(1).waitFor();
});

for (const [width, height] of /** @type {const} */ ([[640, 360], [740, 360], [844, 390]])) {
  test(`on a telephone on its side, ${width} x ${height}, all regions are in view at once, also with branches, cut and panel`, async (t) => {
    const { page } = await lab.visit(t, { size: { width, height }, touch: true, calm: true });
    const all = ["netsplit-story", "netsplit-views", "netsplit-stage", "netsplit-actions", "netsplit-caption", "netsplit-time", ".scrubber"];
    /** @param {string[]} regions */
    const inView = async (regions) => {
      for (const region of regions) {
        const { left, right, top, bottom } = await box(page, region);
        assert.ok(left >= 0 && top >= 0 && right <= width + 0.5 && bottom <= height + 0.5, `${region}: ${left}, ${top}, ${right}, ${bottom}`);
      }
      assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]), [width, height]);
      const { height: high } = await box(page, "netsplit-stage");
      assert.ok(high >= 120, `the stage is ${high} high`);
    };
    await inView(all);
    await page.evaluate(async () => {
      const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
      await app.stepBack("story");
      app.act({ cut: { isolate: 0 } });
    });
    await page.locator("[data-key=heal]").waitFor();
    await page.locator(".branches .branch").first().waitFor({ state: "attached" });
    await inView(all);
    await page.getByRole("button", { name: "Details" }).tap();
    await page.locator("netsplit-panel").waitFor();
    await inView(["netsplit-stage", "netsplit-panel", "netsplit-time"]);
  });
}

for (const [width, height, touch, panel] of /** @type {const} */ ([[320, 640, true, false], [360, 740, true, false], [768, 1024, false, false], [768, 1024, false, true], [1280, 800, false, true]])) {
  test(`all six actions are whole, and none lies over the stage: ${width} x ${height}${panel ? ", with the panel" : ""}`, async (t) => {
    const { page } = await lab.visit(t, { size: { width, height }, touch, calm: true });
    await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.actAll([{ cut: { isolate: 1 } }, { crash: 0 }]));
    await page.locator("[data-key=heal]").waitFor();
    await page.locator("[data-key=restart]").waitFor();
    if (panel) {
      await page.getByRole("button", { name: "Details" }).click();
      await page.locator("netsplit-events li").first().waitFor();
    }
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const stage = await box(page, "netsplit-stage");
    const time = await box(page, "netsplit-time");
    const right = panel ? (await box(page, "netsplit-panel")).left : width;
    const buttons = await page.locator("netsplit-actions button").evaluateAll((all) =>
      all.map((each) => ({ text: each.textContent, cut: each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight, ...each.getBoundingClientRect().toJSON() })),
    );
    assert.equal(buttons.length, 6);
    for (const button of buttons) {
      assert.ok(!button.cut, `"${button.text}" does not fit its button`);
      assert.ok(button.left >= 0 && button.right <= right, `"${button.text}" ends at ${button.right}`);
      assert.ok(button.top >= stage.bottom - 0.5, `"${button.text}" lies over the stage`);
      assert.ok(button.bottom <= time.top + 0.5, `"${button.text}" lies under the time`);
    }
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
  });
}

/** Whatever can be pressed there is smaller than a finger wants it. @param {Page} page */
const small = (page) =>
  page.evaluate(() => {
    const controls = [...document.querySelectorAll("button, select, summary, a[href], input:not([type=radio], [type=checkbox])")];
    const seen = controls.filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
    return seen.flatMap((each) => {
      const { width, height } = each.getBoundingClientRect();
      // Links within sentences are as high as their line, here as everywhere.
      const inText = each.matches("a") && each.closest("p, li, dd");
      return width === 0 || inText || Math.min(width, height) >= 43.5 ? [] : [`${each.localName} ${each.className} "${each.textContent?.trim().slice(0, 30)}" ${Math.round(width)} x ${Math.round(height)}`];
    });
  });

for (const size of [sizes.phone, { width: 740, height: 360 }, sizes.tablet]) {
  test(`by touch, at ${size.width} x ${size.height}, whatever can be pressed is 44 px high and wide`, async (t) => {
    const { page } = await lab.visit(t, { size, touch: true, calm: true });
    assert.deepEqual(await small(page), []);
    await page.getByRole("button", { name: "Cut the network.." }).tap();
    await page.getByRole("button", { name: "Apply" }).waitFor();
    assert.deepEqual(await small(page), [], "while cutting");
    await page.getByRole("button", { name: "Apply" }).tap();
    await page.getByRole("button", { name: "Details" }).tap();
    for (const tab of ["Inspect", "Events", "Properties", "Faults", "Rules"]) {
      await page.getByRole("tab", { name: tab, exact: true }).tap();
      await page.locator(`netsplit-${tab.toLowerCase()}`).waitFor();
      assert.deepEqual(await small(page), [], tab);
    }
  });
}

test("on paper: light, the question, the picture, where it comes from, and the events that led there; afterwards all is as it was", async (t) => {
  const { page } = await lab.visit(t, { theme: "dark", calm: true });
  await page.keyboard.press("Shift+ArrowRight");
  // What prints is loaded when nothing else is to do.
  await page.waitForFunction(() => {
    dispatchEvent(new Event("afterprint"));
    dispatchEvent(new Event("beforeprint"));
    return document.querySelector(".sheet") !== null;
  });
  await page.emulateMedia({ media: "print" });
  const sheet = page.locator(".sheet");
  await sheet.waitFor();
  assert.ok(!(await page.locator("netsplit-lab").isVisible()));
  assert.match(await sheet.locator("h2").innerText(), /leader crashes/);
  assert.match(await sheet.locator("p").innerText(), /^Seed .+, .+ s, fingerprint [0-9a-f]+$/);
  assert.ok((await sheet.locator("svg").boundingBox())?.height);
  const rows = await sheet.locator("tr").allInnerTexts();
  assert.ok(rows.length > 3 && rows.every((row) => /^[\d.]+ s\s+\S/.test(row)), rows.join("; "));
  const ink = await sheet.locator("h2").evaluate((heading) => getComputedStyle(heading).color);
  assert.equal(ink, "rgb(27, 31, 36)", "dark ink, whatever the screen is");
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await sheet.waitFor({ state: "detached" });
  assert.ok(await page.locator("netsplit-lab").isVisible());
});
