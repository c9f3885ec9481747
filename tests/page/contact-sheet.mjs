// @ts-check
/** Many pictures on one page, for eyes. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} file where the sheet goes
 * @param {string[]} pictures files
 * @param {{ width: number, scale: number }} look width of the sheet, and of each picture as a part of its own
 */
export async function contactSheet(browser, file, pictures, { width, scale }) {
  const page = await browser.newPage({ viewport: { width, height: 100 } });
  const images = await Promise.all(pictures.map(async (path) => ({ name: basename(path, ".png"), data: (await readFile(path)).toString("base64") })));
  await page.setContent(
    `<body style="display: flex; flex-wrap: wrap; gap: 12px; align-items: start; margin: 12px; background: #888; font: 12px system-ui">${images
      .map(({ name, data }) => `<figure style="margin: 0"><figcaption>${name}</figcaption><img style="display: block; zoom: ${scale}" src="data:image/png;base64,${data}"></figure>`)
      .join("")}`,
  );
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await page.screenshot({ path: file, fullPage: true });
  await page.close();
}
