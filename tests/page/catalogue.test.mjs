// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { cursor } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };

/** @param {import("playwright-core").Page} page */
const layer = (page) => page.getByRole("dialog", { name: "Scenarios" });
/** @param {import("playwright-core").Page} page */
const cards = (page) => layer(page).locator(".card");

test("shelves by what one wants; the whole card is one link; the run keeps its place", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  const before = (await cursor(page)).text;
  await page.getByRole("button", { name: "Scenarios" }).click();
  await cards(page).first().waitFor();
  assert.match(page.url(), /#scenarios$/);
  assert.deepEqual(await layer(page).getByRole("heading", { level: 3 }).allInnerTexts(), ["Start here", "Agree", "Order events", "Hold a lock", "Ask and be answered", "Break a rule"]);
  const first = layer(page).locator("section").first().locator(".card a").first();
  assert.match(await first.innerText(), /^Crash the leader\s+The leader crashes.*\s+Raft, 5 min, to begin with/);
  for (const shelf of await layer(page).locator("section").all()) assert.ok((await shelf.locator(".card").count()) <= 6);
  await visit.assertAccessible();
  await visit.screenshot("catalogue");
  await page.keyboard.press("Escape");
  await layer(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => !location.hash.startsWith("#scenarios"));
  assert.equal((await cursor(page)).text, before);

  await page.getByRole("button", { name: "Scenarios" }).click();
  await layer(page).waitFor();
  await page.goBack();
  await layer(page).waitFor({ state: "detached" });
  assert.equal((await cursor(page)).text, before);
});

for (const [width, columns] of /** @type {const} */ ([[1920, 6], [1440, 3], [768, 2], [360, 1]])) {
  test(`six cards on a shelf stand in whole rows, ${columns} in each: ${width} wide`, async (t) => {
    const { page } = await lab.visit(t, { size: { width, height: 900 }, path: "#scenarios", ...calm });
    await cards(page).first().waitFor();
    const shelf = layer(page).locator("section", { has: page.getByRole("heading", { name: "Break a rule" }) });
    const lefts = await shelf.locator(".card").evaluateAll((all) => all.map((card) => Math.round(card.getBoundingClientRect().left)));
    assert.equal(lefts.length, 6);
    assert.equal(new Set(lefts).size, columns);
    const selects = await layer(page).locator(".filters select").evaluateAll((all) =>
      all.map((each) => {
        const select = /** @type {HTMLSelectElement} */ (each);
        const pen = document.createElement("canvas").getContext("2d");
        const style = getComputedStyle(select);
        if (pen) pen.font = `${style.fontSize} ${style.fontFamily}`;
        const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
        return { text: select.selectedOptions[0]?.text, fits: (pen?.measureText(select.selectedOptions[0]?.text ?? "").width ?? 0) <= room };
      }),
    );
    for (const { text, fits } of selects) assert.ok(fits, `"${text}" is cut off`);
  });
}

test("every card has its picture, in the colours of the page", async (t) => {
  for (const theme of /** @type {const} */ (["light", "dark"])) {
    const visit = await lab.visit(t, { path: "#scenarios?shelf=break", theme, ...calm });
    const { page } = visit;
    await cards(page).first().waitFor();
    const pictures = layer(page).locator(".card img");
    assert.equal(await pictures.count(), await cards(page).count());
    for (const picture of await pictures.all()) await picture.scrollIntoViewIfNeeded();
    await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
    assert.ok(visit.requests.some((url) => url.endsWith(`.${theme}.svg`)));
    await visit.screenshot(`catalogue-pictures-${theme}`);
  }
});

test("a host without pictures shows cards of text", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  visit.expectComplaint(/pictures|Failed to load/);
  await page.route("**/data/pictures/**", (route) => route.fulfill({ status: 404, body: "" }));
  await page.getByRole("button", { name: "Scenarios" }).click();
  await cards(page).first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".card img").length === 0);
  assert.ok((await cards(page).count()) > 3);
});

test("search and filters are kept in the address, and say what they leave", async (t) => {
  const visit = await lab.visit(t, { path: "#scenarios?outcome=falls&property=election-safety", ...calm });
  const { page } = visit;
  await cards(page).first().waitFor();
  const falls = await cards(page).allInnerTexts();
  assert.ok(falls.length > 1 && falls.every((text) => text.includes("Election Safety falls")), falls.join("\n"));
  assert.equal(await layer(page).getByRole("status").first().innerText(), `${falls.length} scenarios`);
  await layer(page).getByRole("searchbox").fill("four servers");
  await cards(page).nth(1).waitFor({ state: "detached" });
  assert.match(await cards(page).innerText(), /^Four servers/);
  assert.match(page.url(), /search=four\+servers&/);
  await page.reload();
  await visit.started();
  await cards(page).first().waitFor();
  assert.equal(await cards(page).count(), 1);
  assert.equal(await layer(page).getByLabel("Property that falls").inputValue(), "election-safety");

  await layer(page).getByRole("searchbox").fill("byzantine");
  await layer(page).getByText('No scenario matches "byzantine", Election Safety and a property falls.').waitFor();
  await visit.assertAccessible();
  await layer(page).getByRole("button", { name: "Clear the filter" }).click();
  assert.match(page.url(), /#scenarios$/);
  await layer(page).getByRole("heading", { name: "Start here" }).waitFor();
  assert.ok(await layer(page).getByRole("searchbox").evaluate((input) => input === document.activeElement));
});

test("a card opens its scenario, and Back leads to the run that was there before", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/split-vote", ...calm });
  await page.getByRole("button", { name: "Scenarios" }).click();
  await layer(page).getByRole("link", { name: /^Cut off the minority/ }).first().click();
  await page.locator(".crumb", { hasText: "Cut off the minority" }).waitFor();
  await layer(page).waitFor({ state: "detached" });
  assert.match(page.url(), /#raft\/minority-partition$/);
  await page.goBack();
  await page.locator(".crumb", { hasText: "A split vote" }).waitFor();
  assert.equal(await layer(page).count(), 0);
});

test("the catalogue fits a telephone", async (t) => {
  const visit = await lab.visit(t, { path: "#scenarios", size: sizes.phone, touch: true, ...calm });
  const { page } = visit;
  await cards(page).first().waitFor();
  const wider = await layer(page).evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  assert.equal(wider, 0);
  await visit.assertAccessible();
  await visit.screenshot("catalogue-phone");
});
