// @ts-check
/** What axe says of every state of the page in one window, in every theme. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { states, violate } from "./states.mjs";

const MEDIA = /** @type {const} */ ([
  { colorScheme: "light", forcedColors: "none" },
  { colorScheme: "dark", forcedColors: "none" },
  { colorScheme: "light", forcedColors: "active" },
]);

/**
 * @param {ReturnType<typeof import("./harness.mjs").laboratory>} lab
 * @param {string} name
 * @param {{ size: { width: number, height: number }, touch?: boolean, zoom?: number, text?: string, path?: string }} look
 */
export function axeFindsNothing(lab, name, { text = "", ...window }) {
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
