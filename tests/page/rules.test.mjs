// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { caption, cursor, cursorWhere, placeOf } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };

/** @param {import("playwright-core").Page} page @param {string} tab */
async function openTab(page, tab) {
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: tab, exact: true }).click();
}

/** @param {import("playwright-core").Page} page @param {RegExp} sentence goes on by story events until the caption says it */
async function stepTo(page, sentence) {
  for (let n = 0; n < 40; n++) {
    if (sentence.test(await caption(page))) return;
    const { event } = await cursor(page);
    await page.keyboard.press("Shift+ArrowRight");
    await cursorWhere(page, (at) => at.event > event);
  }
  assert.fail(`nothing says ${sentence}`);
}

test("Why? tells the reason, the rule in words, its source and its code, and leads to the cause", async (t) => {
  const visit = await lab.visit(t, { path: "#raft/first-election", ...calm });
  const { page } = visit;
  assert.equal(visit.requests.filter((url) => url.includes("data/rules")).length, 0, "no code is loaded before it is asked for");
  await stepTo(page, /becomes leader/);
  const sentence = await caption(page);
  assert.match(sentence, /becomes leader/);
  await page.locator("netsplit-caption").getByRole("button", { name: "Why?" }).click();
  const card = page.getByRole("dialog", { name: "Why?" });
  const code = card.getByRole("region", { name: "Code of majority", exact: true });
  assert.match(await code.innerText(), /^pub fn majority\(self, voters: usize\) -> usize \{\n {4}voters \/ 2 \+ 1\n\}/);
  const text = await card.innerText();
  assert.ok(text.includes(sentence));
  assert.match(text, /any two of them share a server/);
  assert.match(text, /Ongaro and Ousterhout 2014, section 5\.2/);
  assert.match(text, /src\/protocol\/raft\/rules\.rs, line \d+/);
  assert.equal(await code.getAttribute("tabindex"), "0", "the keyboard can scroll it");
  await visit.assertAccessible();
  await visit.screenshot("why");

  const { event } = await cursor(page);
  await card.getByRole("button", { name: "Go there" }).click();
  await cursorWhere(page, (at) => at.event < event);
});

test("Why? shows the wrong lines of a broken rule, marked, and the right ones after them", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority", ...calm });
  await stepTo(page, /becomes leader/);
  await page.locator("netsplit-caption").getByRole("button", { name: "Why?" }).click();
  const card = page.getByRole("dialog", { name: "Why?" });
  const broken = card.getByRole("region", { name: "Code of majority, as it is broken" });
  await broken.locator("mark").first().waitFor();
  assert.equal((await broken.locator("mark").allInnerTexts()).join("").trim(), "return voters.saturating_sub(1) / 2 + 1;");
  assert.match(await card.innerText(), /It is broken in this run\./);
  assert.match(await card.getByRole("region", { name: "Code of majority", exact: true }).innerText(), /voters \/ 2 \+ 1/);
});

test("Why? is asked from the list of events and from Inspect, too", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/first-election", ...calm });
  await stepTo(page, /becomes leader/);
  await openTab(page, "Events");
  await page.locator("netsplit-events").getByRole("button", { name: "Why?" }).click();
  await page.getByRole("dialog", { name: "Why?" }).getByText("rules.rs, line").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Inspect", exact: true }).click();
  const { x, y } = await placeOf(page, /leader/);
  await page.mouse.click(x, y);
  await page.locator("netsplit-inspect .latest").getByRole("button", { name: "Why?" }).click();
  await page.getByRole("dialog", { name: "Why?" }).getByRole("heading", { name: "The rule" }).first().waitFor();
});

for (const size of /** @type {const} */ (["phone", "desktop", "wide"])) {
  test(`Rules shows every rule with its source, right and wrong lines: ${size}`, async (t) => {
    const visit = await lab.visit(t, { size: sizes[size], touch: size === "phone", ...calm });
    const { page } = visit;
    await openTab(page, "Rules");
    const rules = page.locator("netsplit-rules");
    await rules.getByRole("heading", { name: "grant_vote" }).waitFor();
    const broken = rules.locator(".variant", { has: page.getByRole("switch", { name: "fig8" }) });
    assert.match(await broken.locator("figure", { hasText: "Right" }).innerText(), /entry_term == current_term/);
    assert.match(await broken.locator("figure", { hasText: "Wrong" }).locator("mark").innerText(), /return true;/);
    assert.match(await broken.innerText(), /Leader Completeness is violated\. An old entry committed by counting/);
    assert.equal(await rules.locator(".variant").count(), await rules.getByRole("switch").count());
    assert.equal(await rules.locator(".variant").count(), await rules.locator(".sides").count());
    const wider = await page.locator(".panel-body").evaluate((body) => body.scrollWidth - body.clientWidth);
    assert.equal(wider, 0, "nothing scrolls sideways");
    await visit.assertAccessible();
    await visit.screenshot(`rules-${size}`);
  });
}

test("in German the rules, their groups and their sources are German, and loaded with them", async (t) => {
  const visit = await lab.visit(t, { path: "?lang=de&tab=rules", ...calm });
  const { page } = visit;
  const rules = page.locator("netsplit-rules");
  await rules.getByRole("heading", { name: "Wahlen" }).waitFor();
  const text = await rules.innerText();
  assert.match(text, /Je zwei von ihnen haben einen Server gemeinsam\./);
  assert.match(text, /Ongaro und Ousterhout 2014, Abschnitt 5\.2/);
  assert.match(text, /Election Safety wird verletzt\./);
  assert.doesNotMatch(text, /\bsections? \d|liveness|linearizable/);
  await rules.locator("figure", { hasText: "Richtig" }).first().waitFor();
  const words = visit.requests.filter((url) => url.includes("/data/words/") || url.endsWith("/rules/de.json"));
  assert.deepEqual(words.map((url) => url.replace(/.*\/data\//, "")), ["words/de.json", "words/lab/de.json", "rules/de.json"], "what is said of rules is no part of the first load");
  await visit.assertAccessible();
});

test("breaking a rule opens its scenario; where there is none, this run is run again with it", async (t) => {
  const { page } = await lab.visit(t, calm);
  await openTab(page, "Rules");
  await page.getByRole("switch", { name: "no_session_dedup" }).click();
  await page.locator("netsplit-views [role=status]", { hasText: "no_session_dedup" }).waitFor();
  assert.match(await page.locator(".crumb").innerText(), /Crash the leader/);
  await page.getByRole("switch", { name: "fig8" }).click();
  await page.locator(".crumb", { hasText: "An old entry committed by counting" }).waitFor();
  assert.match(page.url(), /#raft\/fig8$/);
  assert.equal(await page.getByRole("switch", { name: "fig8" }).isChecked(), true);
  await page.getByRole("switch", { name: "fig8" }).click();
  await page.locator("netsplit-views [role=status]", { hasNotText: "fig8" }).waitFor({ state: "attached" });
});
