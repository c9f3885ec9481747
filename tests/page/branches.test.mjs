// @ts-check
// The branches of a run: a tree below the time, with a miniature of each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page each branch leaves the one before it */
async function fork(page, times = 1) {
  for (let n = 0; n < times; n++) {
    const { event } = await cursor(page);
    const current = page.locator(".branch[aria-selected=true]");
    const before = (await page.locator(".branch").count()) > 0 ? await current.getAttribute("data-key") : null;
    await page.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement)?.blur());
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    await cursorWhere(page, (at) => at.event === event + 1);
    await page.keyboard.press("f");
    await page.waitForFunction((before) => (document.querySelector(".branch[aria-selected=true]")?.getAttribute("data-key") ?? before) !== before, before);
  }
}

/** @param {Page} page @returns {Promise<{ name: string, level: string | null, current: boolean }[]>} */
const tree = (page) =>
  page.locator(".branch").evaluateAll((items) =>
    items.map((item) => ({
      name: item.querySelector("span")?.firstChild?.textContent ?? "",
      level: item.getAttribute("aria-level"),
      current: item.getAttribute("aria-selected") === "true",
    })),
  );

/** @param {Page} page whether something is painted on the canvas of this selector */
const painted = (page, selector = "canvas") =>
  page.waitForFunction((selector) => {
    const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector(selector));
    const { data } = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return new Set(data).size > 4;
  }, selector);

/** @param {Page} page what has the focus */
const focused = (page) => page.evaluate(() => document.activeElement?.querySelector("span")?.firstChild?.textContent);

test("branches are a tree that the keyboard walks", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await fork(page, 2);
  await page.locator(".branch[aria-level='3']").waitFor();
  const items = await tree(page);
  assert.deepEqual(items.map(({ level, current }) => [level, current]), [["1", false], ["2", false], ["3", true]]);
  const [root = "", child = "", leaf = ""] = items.map(({ name }) => name);
  await page.locator(".branch[aria-selected=true]").focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(page), child);
  await page.keyboard.press("Home");
  assert.equal(await focused(page), root);
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), child);
  await page.keyboard.press("End");
  assert.equal(await focused(page), leaf);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("F2");
  await page.getByLabel("Name of this branch").fill("the middle one");
  await page.keyboard.press("Enter");
  const middle = page.getByRole("treeitem", { name: "the middle one" });
  await middle.waitFor();
  assert.equal(await middle.getAttribute("aria-selected"), "false", "renaming goes nowhere");
  await middle.focus();
  await page.keyboard.press("Enter");
  await page.locator(".branch[aria-selected=true]", { hasText: "the middle one" }).waitFor();
  assert.equal(await page.locator(".branch[tabindex='0']").count(), 1, "one stop for Tab");
  await visit.assertAccessible();
});

test("a finger finds forks: their marks are as large as all that is pressed", async (t) => {
  const { page } = await lab.visit(t, { calm: true, size: sizes.phone, touch: true });
  await fork(page);
  const original = page.locator(".branch[aria-level='1']");
  await original.tap();
  await page.locator(".branch[aria-level='1'][aria-selected=true]").waitFor();
  const { event } = await cursor(page);
  await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.step("event"));
  await cursorWhere(page, (at) => at.event === event + 1);
  const mark = page.locator("netsplit-forks button");
  const box = await mark.boundingBox();
  assert.ok(box && box.width >= 44 && box.height >= 44, JSON.stringify(box));
  await mark.tap();
  await page.locator(".caption-text", { hasText: / parts from this branch/ }).waitFor();
});

test("a miniature of its end shows on hover and on focus, and nothing moves", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await fork(page);
  const before = await cursor(page);
  const first = page.locator(".branch").first();
  await first.hover();
  await page.locator(".branch-card").waitFor();
  await painted(page, ".branch-card canvas");
  assert.match(await page.locator(".branch-card p").innerText(), /^Played up to .+ s\. ./);
  await visit.screenshot("branches-hover");
  await visit.assertAccessible();
  await page.keyboard.press("Tab");
  await page.mouse.move(10, 300);
  await page.locator(".branch-card").waitFor({ state: "hidden" });
  await page.locator(".branch[tabindex='0']").focus();
  await page.keyboard.press("ArrowUp");
  await page.locator(".branch-card").waitFor();
  await painted(page, ".branch-card canvas");
  const described = await page.evaluate(() => document.getElementById(document.activeElement?.getAttribute("aria-describedby") ?? "")?.textContent);
  assert.match(described ?? "", /Played up to/);
  await page.keyboard.press("Escape");
  await page.locator(".branch-card").waitFor({ state: "hidden" });
  assert.deepEqual(await cursor(page), before, "a look changes nothing");
});

for (const [name, options] of /** @type {const} */ ([["desktop", {}], ["phone", { size: sizes.phone, touch: true }], ["dark", { theme: "dark" }]])) {
  test(`of many branches the row shows a few, and the sheet all with their pictures: ${name}`, async (t) => {
    const visit = await lab.visit(t, { calm: true, ...options });
    const { page } = visit;
    await fork(page, 6);
    const more = page.locator("netsplit-branches [data-key=more]");
    await page.waitForFunction((text) => document.querySelector("netsplit-branches [data-key=more]")?.textContent === text, name === "phone" ? "5 more" : "3 more");
    await visit.screenshot(`branches-row-${name}`);
    await more.click();
    await page.waitForFunction(() => document.querySelectorAll(".branch-sheet .branch").length === 7);
    await painted(page, ".branch-sheet .branch:last-child canvas");
    const outside = await page.evaluate(() => [...document.querySelectorAll(".branch-sheet, .branch-sheet .branch")].some((element) => element.getBoundingClientRect().right > innerWidth));
    assert.ok(!outside, "nothing lies beside the window");
    await visit.screenshot(`branches-sheet-${name}`);
    await visit.assertAccessible();
    const root = page.locator(".branch-sheet .branch").first();
    await (name === "phone" ? root.tap() : root.click());
    await page.locator(".branch[aria-selected=true][aria-level='1']").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".branch-sheet").waitFor({ state: "hidden" });
    await page.locator("netsplit-branches > .branch-tree").waitFor();
  });
}

test("forks hang from the time with the letters of their branches; B and Shift+B go there, and say who parts", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await page.keyboard.press("b");
  await page.locator(".caption-text", { hasText: "one branch only" }).waitFor();
  const forks = page.locator("netsplit-forks text");
  /** @type {number[]} */
  const left = [];
  for (const back of [12, 30]) {
    const { event } = await cursor(page);
    await page.evaluate((event) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.seekEvent(event), event - back);
    left.push((await cursorWhere(page, (at) => at.event === event - back)).event);
    await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.act({ crash: 4 }));
    await page.locator(".branch[aria-selected=true]", { hasText: /S5/ }).waitFor();
    await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.switchBranch(0));
    await page.locator(".branch[aria-level='1'][aria-selected=true]").waitFor();
    await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.seekTime(/** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.cursor().end_us));
  }
  await page.waitForFunction(() => document.querySelectorAll("netsplit-forks text").length > 0);
  assert.equal((await forks.allTextContents()).join(""), "CB", "in the order of time");
  assert.deepEqual(await page.locator(".branch > span").evaluateAll((names) => names.map((name) => name.getAttribute("data-letter"))), ["A", "B", "C"]);
  await visit.screenshot("forks");
  await visit.assertAccessible({ within: "netsplit-time" });

  const [later = 0, earlier = 0] = left;
  await page.keyboard.press("Shift+B");
  await cursorWhere(page, (at) => at.event === later);
  await page.locator(".caption-text", { hasText: /^Here B ".*S5.*" parts from this branch/ }).waitFor();
  assert.match((await page.getByRole("slider").getAttribute("aria-valuetext")) ?? "", /Here B .* parts/);
  await page.keyboard.press("Shift+B");
  await cursorWhere(page, (at) => at.event === earlier);
  await page.keyboard.press("Shift+B");
  await page.locator(".caption-text", { hasText: "No branch parts from this one before." }).waitFor();
  await page.keyboard.press("b");
  await cursorWhere(page, (at) => at.event === later);

  // A mark is there for pointers, too: it says the same, and does the same.
  const marks = page.locator("netsplit-forks button");
  await page.waitForFunction(() => document.querySelectorAll("netsplit-forks button").length === 1);
  assert.match((await marks.getAttribute("title")) ?? "", /^Here C ".*" parts from this branch/);
  await marks.click();
  await cursorWhere(page, (at) => at.event === earlier);
  await page.locator(".caption-text", { hasText: /^Here C ".*" parts from this branch/ }).waitFor();
  const box = await marks.boundingBox();
  assert.ok(box && box.width >= 24 && box.height >= 24, JSON.stringify(box));
  // Dragged it is the time.
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x - 100, box.y + 12, { steps: 4 });
  await page.mouse.up();
  await cursorWhere(page, (at) => at.event < earlier);
  await page.waitForFunction(() => document.querySelectorAll("netsplit-forks button").length === 2);

  // On a branch that left, the original parts, and so does the one that left it earlier.
  await page.locator(".branch", { hasText: /S5/ }).first().click();
  await page.waitForFunction(() => [...document.querySelectorAll("netsplit-forks text")].map((text) => text.textContent).join("") === "CA");
});

test("where all branches are listed, any of them can be renamed", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await fork(page, 7);
  await page.getByRole("button", { name: "Branches", exact: true }).click();
  const third = page.locator(".branch-sheet .branch").nth(2);
  await third.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Rename" }).click();
  const field = page.getByRole("textbox", { name: "Name of this branch" });
  await field.waitFor();
  await page.keyboard.type("Mine");
  await page.keyboard.press("Enter");
  await field.waitFor({ state: "detached" });
  await page.locator(".branch-sheet").getByRole("treeitem", { name: /^Mine/ }).waitFor();
});

test("a change reads the branches once for everybody, and of a long list only what is in view is painted", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await fork(page);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  await page.locator("netsplit-forks").waitFor({ state: "attached" });
  const reads = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { lab } = app;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const { branches } = lab;
    let reads = 0;
    lab.branches = () => {
      reads += 1;
      return branches();
    };
    const found = [];
    for (let n = 0; n < 40; n++) {
      await app.seekEvent(5 + n);
      await frame();
      reads = 0;
      app.fork();
      await frame();
      await frame();
      found.push(reads);
    }
    delete lab.branches;
    return found;
  });
  // Once before it, for the name of the branch that is left, and once after it.
  assert.ok(Math.max(...reads) <= 2, `${reads}`);
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.branches().length), 42);

  await page.evaluate(() => {
    const { lab } = /** @type {any} */ (document.querySelector("netsplit-lab")).app;
    const { glance } = lab;
    const painted = /** @type {number[]} */ ([]);
    Reflect.set(window, "painted", painted);
    lab.glance = (/** @type {unknown[]} */ ...args) => {
      painted.push(/** @type {number} */ (args[0]));
      return glance(...args);
    };
  });
  await page.getByRole("button", { name: "Branches", exact: true }).click();
  await painted(page, ".branch-sheet .branch[aria-selected=true] canvas");
  await page.evaluate(async () => {
    for (let n = 0; n < 60; n++) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
  const some = await page.evaluate(() => /** @type {number[]} */ (Reflect.get(window, "painted")));
  assert.ok(some.length > 0 && some.length < 42, `${some.length} pictures`);
  assert.equal(new Set(some).size, some.length, "each once");
  const rest = await page.locator(".branch-sheet .branch").evaluateAll((items, some) => items.map((item) => Number(item.getAttribute("data-key")?.slice("branch".length))).filter((id) => !some.includes(id)), some);
  const out = rest[0] ?? 0;
  await page.locator(`.branch-sheet [data-key=branch${out}]`).scrollIntoViewIfNeeded();
  await page.waitForFunction((out) => /** @type {number[]} */ (Reflect.get(window, "painted")).includes(out), out);
});
