// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { states, violate } from "./states.mjs";

const lab = laboratory();

const MEDIA = /** @type {const} */ ([
  { colorScheme: "light", forcedColors: "none" },
  { colorScheme: "dark", forcedColors: "none" },
  { colorScheme: "light", forcedColors: "active" },
]);

/** Windows that the page must be right in; the last two are a desktop at 200 %: everything, or text alone. */
const WINDOWS = {
  360: { size: sizes.phone, touch: true },
  768: { size: sizes.tablet },
  1440: { size: sizes.desktop },
  1920: { size: sizes.wide },
  sideways: { size: { width: 740, height: 360 }, touch: true },
  "zoom 200 %": { size: { width: 720, height: 450 }, zoom: 2 },
  "text 200 %": { size: sizes.desktop, text: "200%" },
  lecture: { size: { width: 1280, height: 720 }, path: "?present=1" },
};

for (const [name, { text = "", ...window }] of Object.entries(/** @type {Record<string, { size: { width: number, height: number }, touch?: boolean, zoom?: number, text?: string, path?: string }>} */ (WINDOWS))) {
  test(`axe finds nothing in any state, light, dark or in forced colours: ${name}`, async (t) => {
    const visit = await lab.visit(t, { ...window, calm: true });
    const { page } = visit;
    await page.evaluate((text) => (document.documentElement.style.fontSize = text), text);
    /** @type {string[]} */
    const found = [];
    const look = async (/** @type {string} */ state) => {
      for (const media of MEDIA) {
        await page.emulateMedia(media);
        const { colorScheme, forcedColors } = media;
        // Only colours are others in another theme.
        await visit.assertAccessible({ colours: media !== MEDIA[0] }).catch((error) => found.push(`${state}, ${forcedColors === "active" ? "forced" : colorScheme}: ${error.actual ?? error.message}`));
      }
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${state}: it scrolls sideways`);
    };
    for (const state of states) {
      if (name === "lecture" && state.name === "story unfolded") continue;
      await state.enter(page);
      await look(state.name);
      await state.leave?.(page);
      // Whatever was open: the focus is somewhere, and what has it is there.
      const lost = await page.evaluate(() => document.activeElement !== document.body && !document.activeElement?.checkVisibility());
      if (lost) found.push(`${state.name}: the focus is on something that is gone`);
    }
    await violate(page);
    await look("violation");
    assert.deepEqual(found, []);
  });
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
