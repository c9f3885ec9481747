// @ts-check
/**
 * What a page test reads from the page, as a visitor would: the sentence, the place in time, the branches, the nodes.
 *
 * @typedef {import("playwright-core").Page} Page
 */

/** @param {Page} page @returns {Promise<string>} the caption, with plain spaces */
export const caption = async (page) => (await page.locator(".caption-text").innerText()).replaceAll("\u00a0", " ");

/**
 * Where the cursor stands, as the scrubber says it.
 *
 * @param {Page} page
 * @returns {Promise<{ event: number, events: number, text: string }>}
 */
export async function cursor(page) {
  const text = (await page.getByRole("slider").getAttribute("aria-valuetext")) ?? "";
  const [, event = "", events = ""] = /^event ([\d,]+) of ([\d,]+)/.exec(text) ?? [];
  return { event: Number(event.replaceAll(",", "")), events: Number(events.replaceAll(",", "")), text };
}

/** @param {Page} page @param {(at: { event: number, events: number, text: string }) => boolean} wanted waits for it */
export async function cursorWhere(page, wanted) {
  for (let tries = 0; tries < 200; tries++) {
    const at = await cursor(page);
    if (wanted(at)) return at;
    await page.waitForTimeout(25);
  }
  throw new Error(`the cursor never got there: ${(await cursor(page)).text}`);
}

/** @param {Page} page @returns {Promise<string[]>} names of the branches, as the time bar lists them */
export const branches = (page) => page.locator(".branches .branch").allInnerTexts();

/** @param {Page} page @returns {Promise<string[]>} what the twin of the canvas says */
export const twin = (page) => page.locator("netsplit-stage [role=option]").allInnerTexts();

/** @param {Page} page the option of the twin that is selected, or none */
export const selected = (page) => page.locator("netsplit-stage [role=option][aria-selected=true]");

/** @param {Page} page @param {string} name pauses, if it plays, and waits until the page says so */
export async function pause(page, name = "Pause") {
  const button = page.getByRole("button", { name, exact: true });
  if (await button.isVisible()) await button.click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
}

/** @param {Page} page @param {RegExp} what the twin says of it @returns {Promise<{ x: number, y: number }>} where it is drawn */
export async function placeOf(page, what) {
  const option = page.locator("netsplit-stage [role=option]", { hasText: what }).first();
  let box = null;
  // While the lab plays, an option may be replaced between two looks.
  for (let look = 0; look < 20 && !box; look += 1) {
    await option.waitFor({ state: "attached" });
    box = await option.boundingBox();
  }
  if (!box) throw new Error(`${what} is nowhere on the stage`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
