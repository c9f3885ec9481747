// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { caption } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page @param {string} display @param {string} code chooses a language by keyboard */
async function choose(page, display, code) {
  await page.getByRole("button", { name: display, exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog select").focus();
  await page.keyboard.press(code === "de" ? "d" : "e");
  await page.locator(`:root[lang=${code}]`).waitFor({ state: "attached" });
}

test("the page becomes German by keyboard, with the run as it is, and English again", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  assert.deepEqual(visit.requests.filter((url) => url.includes("/data/words/")), [], "English loads nothing");
  await page.keyboard.press("d");
  await page.locator("netsplit-events li button").first().waitFor();
  const events = () => page.locator("netsplit-events li").allInnerTexts();
  const [before, english] = [await events(), await caption(page)];
  assert.match(english, /term|log|entry|request/);

  await choose(page, "Display", "de");
  await page.getByRole("heading", { name: "Darstellung" }).waitFor();
  assert(await page.evaluate(() => document.activeElement?.matches("dialog select")), "the focus stays on the choice");
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Ereignisse" }).waitFor();
  const after = await events();
  assert.equal(after.length, before.length, "the same run");
  assert.match(after.join("\n"), /stimmt|Leader von Term|Anfrage/);
  assert.notEqual(await caption(page), english);
  assert.match(await page.locator("netsplit-story").innerText(), /Der Leader stürzt ab/);
  assert.match(await page.locator("netsplit-time .now").innerText(), /^\d+,\d{3} s$/);
  assert.match((await page.locator("netsplit-stage [role=option]").allInnerTexts()).join("\n"), /committet bis/);
  assert.equal(await page.getByRole("region", { name: "Zeit" }).count(), 1);
  assert.match(page.url(), /[?&]lang=de\b/);
  await visit.assertAccessible();
  await page.getByRole("button", { name: "Szenarien" }).click();
  await page.getByRole("link", { name: /Die erste Wahl/ }).waitFor();
  await page.keyboard.press("Escape");
  // Leaving the catalogue goes back in the history; a reload before that has happened is cut short.
  await page.waitForFunction(() => !location.hash.startsWith("#scenarios"));

  await page.reload();
  await visit.started();
  assert.equal(await page.getAttribute(":root", "lang"), "de");
  await page.getByRole("button", { name: "Darstellung" }).waitFor();

  await choose(page, "Darstellung", "en");
  await page.getByRole("heading", { name: "Display" }).waitFor();
  await page.keyboard.press("Escape");
  assert.match(await page.locator("netsplit-story").innerText(), /The leader crashes/);
  assert.match(page.url(), /[?&]lang=en\b/);
});

test("a browser that prefers German opens in German, and an address that says English in English", async (t) => {
  const german = await lab.visit(t, { locale: "de-CH" });
  assert.equal(await german.page.getAttribute(":root", "lang"), "de");
  assert.equal(await german.page.title(), "Der Leader stürzt ab - Netsplit");
  const english = await lab.visit(t, { locale: "de-CH", path: "?lang=en" });
  assert.equal(await english.page.getAttribute(":root", "lang"), "en");
});

test("the German page at every width has nothing that scrolls sideways", async (t) => {
  for (const width of [360, 768, 1440]) {
    const { page } = await lab.visit(t, { size: { width, height: 800 }, path: "?lang=de" });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `${width}`);
  }
});
