// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { openCrowd } from "./crowd.mjs";
import { laboratory, sizes } from "./harness.mjs";
import { branches, caption, cursor, cursorWhere, placeOf, twin } from "./reading.mjs";

const lab = laboratory();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} name @returns {Promise<{ x: number, y: number }>} the middle of a node, on the page */
async function middle(page, name) {
  return placeOf(page, new RegExp(`^${name}:`));
}

/** @param {Page} page @returns {Promise<string[]>} the names of the nodes that are marked as selected */
async function marked(page) {
  const texts = await page.locator("netsplit-stage [role=option][aria-selected=true]").allInnerTexts();
  return texts.map((text) => text.split(":")[0] ?? "").sort();
}

/** @param {() => Promise<unknown>} read @param {unknown} wanted waits until that is read */
async function becomes(read, wanted) {
  for (let tries = 0; tries < 100; tries++) {
    if (JSON.stringify(await read()) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(await read(), wanted);
}

test("several nodes are selected with Shift and done to as one, and Undo takes back all of it", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.mouse.click(...xy(await middle(page, "S1")));
  await becomes(() => marked(page), ["S1"]);
  await page.keyboard.down("Shift");
  for (const name of ["S2", "S4"]) await page.mouse.click(...xy(await middle(page, name)));
  await page.keyboard.up("Shift");
  await becomes(() => marked(page), ["S1", "S2", "S4"]);
  await page.getByRole("status").filter({ hasText: "3 nodes selected: S1, S2 and S4" }).waitFor({ state: "attached" });

  await page.mouse.click(...xy(await middle(page, "S2")), { button: "right" });
  await page.getByRole("menuitem", { name: "Crash (3)" }).click();
  await becomes(async () => (await twin(page)).filter((text) => /crashed/.test(text)).length, 3);
  assert.match(await caption(page), /3 nodes in all; Undo/);
  const crashed = await cursor(page);
  await page.keyboard.press("Control+z");
  await cursorWhere(page, (at) => at.event === crashed.event - 3);
  await becomes(async () => (await twin(page)).filter((text) => /crashed/.test(text)).length, 0);
  assert.equal((await branches(page)).length, 2);

  await page.keyboard.press("Escape");
  await becomes(() => marked(page), ["S2"]);
});

test("a band drawn with Shift selects the nodes within; a line without it cuts", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const box = await page.locator("netsplit-stage").boundingBox();
  assert(box);
  await page.mouse.move(box.x + 4, box.y + 4);
  await page.keyboard.down("Shift");
  await page.mouse.down();
  await page.mouse.move(box.x + 50, box.y + 50, { steps: 3 });
  await page.mouse.move(box.x + box.width - 4, box.y + box.height - 4, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await becomes(async () => (await marked(page)).length, 6);
  await page.getByRole("button", { name: "6 selected.." }).click();
  await page.getByRole("menuitem", { name: "Pause (6)" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Clear" }).click();
  await becomes(async () => (await marked(page)).length, 1);

  await page.mouse.move(box.x + 4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 4, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await page.locator("netsplit-cut-bar").getByRole("button", { name: "Apply" }).waitFor();
});

test("a dragged node stays where it is put, in its layout, until it is put back", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const from = await middle(page, "S1");
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 90, { steps: 4 });
  await page.mouse.up();
  await becomes(() => near(page, "S1", { x: from.x + 60, y: from.y + 90 }), true);
  assert.deepEqual(await marked(page), [], "dragging is not selecting");

  const set = (/** @type {string} */ layout) =>
    page.evaluate((layout) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.settings.set("layout", layout), layout);
  await set("row");
  await becomes(() => near(page, "S1", { x: from.x + 60, y: from.y + 90 }), false);
  await set("ring");
  await becomes(() => near(page, "S1", { x: from.x + 60, y: from.y + 90 }), true);
  await page.mouse.click(...xy(await middle(page, "S1")), { button: "right" });
  await page.getByRole("menuitem", { name: "Put back" }).click();
  await becomes(() => near(page, "S1", { x: from.x, y: from.y }), true);
});

test("without a pointer: several selected, moved, looked at closely", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.locator("netsplit-stage [role=listbox]").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await becomes(() => marked(page), ["S1"]);
  await page.keyboard.press("Shift+ArrowDown");
  await becomes(() => marked(page), ["S1", "S2"]);
  await page.keyboard.press("Shift+ArrowDown");
  await becomes(() => marked(page), ["S1", "S2", "S3"]);
  await page.keyboard.press("Space");
  await becomes(() => marked(page), ["S1", "S2"]);
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Crash (2)" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");

  const before = await middle(page, "S1");
  await page.keyboard.press("Alt+ArrowRight");
  await becomes(async () => (await middle(page, "S1")).x > before.x + 10, true);
  await page.keyboard.press("z");
  await page.getByRole("button", { name: "Show all" }).waitFor();
  await page.keyboard.press("0");
  await page.getByRole("button", { name: "Show all" }).waitFor({ state: "detached" });
});

test("on a touch screen: a long press opens the actions, Select more adds, a finger drags", async (t) => {
  const { page } = await lab.visit(t, { calm: true, touch: true, size: sizes.phone });
  const touch = await page.context().newCDPSession(page);
  /** @param {"touchStart" | "touchMove" | "touchEnd"} type @param {{ x: number, y: number }[]} touchPoints */
  const send = (type, touchPoints) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
  const at = await middle(page, "S2");
  await send("touchStart", [at]);
  await becomes(() => marked(page), ["S2"]);
  await send("touchEnd", []);
  await page.getByRole("menuitem", { name: "Select more" }).tap();
  await page.touchscreen.tap(...xy(await middle(page, "S3")));
  await becomes(() => marked(page), ["S2", "S3"]);
  await page.getByRole("button", { name: "Clear" }).tap();

  await send("touchStart", [at]);
  for (let step = 1; step <= 5; step++) await send("touchMove", [{ x: at.x - 6 * step, y: at.y + 8 * step }]);
  await send("touchEnd", []);
  await becomes(() => near(page, "S2", { x: at.x - 30, y: at.y + 40 }), true);
});

test("Ctrl and the wheel come closer; then the picture moves under the hand", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const at = await middle(page, "S3");
  await page.mouse.move(at.x, at.y);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await page.getByRole("button", { name: "Show all" }).waitFor();
  await becomes(() => near(page, "S3", { x: at.x, y: at.y }), true);
  await page.mouse.wheel(0, 60);
  await becomes(async () => (await middle(page, "S3")).y < at.y - 20, true);
  await page.getByRole("button", { name: "Show all" }).click();
  await becomes(() => near(page, "S3", { x: at.x, y: at.y }), true);
});

test("logs are looked at from the first entry to the newest", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await openCrowd(page, 200);
  await page.getByRole("tab", { name: "Log" }).click();
  const first = async () => (await twin(page)).find((text) => /, entry \d+/.test(text)) ?? "";
  await becomes(async () => /^S1, entry/.test(await first()), true);
  await page.locator("netsplit-stage [role=listbox]").focus();
  for (let n = 0; n < 20; n++) await page.keyboard.press("Control+ArrowDown");
  await becomes(async () => /^S21, entry/.test(await first()), true);
  const box = await page.locator("netsplit-stage").boundingBox();
  assert(box);
  await page.mouse.move(box.x + 300, box.y + 100);
  await page.mouse.wheel(-4_000, 0);
  await becomes(async () => /, entry 1, /.test(await first()), true);
});

test("two hundred servers can be seen, selected and cut by keyboard and pointer", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await openCrowd(page, 200);
  await becomes(async () => (await twin(page)).length, 60);
  await page.locator("netsplit-stage [role=listbox]").focus();
  // The twin holds those around the selected one: all can be walked to.
  for (let n = 0; n < 70; n++) await page.keyboard.press("ArrowDown");
  await becomes(async () => /^S\d+$/.test((await marked(page))[0] ?? "") && Number((await marked(page))[0]?.slice(1)) > 65, true);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Cut the network.." }).click();
  await page.locator("netsplit-cut-bar").getByText(/Island A: S1, S2, S3 and 97 others/).waitFor();
  await page.locator("netsplit-cut-bar").getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: "Heal the network" }).waitFor();
  await visit.assertAccessible({ within: "netsplit-stage" });
});

/** @param {{ x: number, y: number }} at @returns {[number, number]} */
const xy = ({ x, y }) => [x, y];
/** @param {Page} page @param {string} name @param {{ x: number, y: number }} at whether a node stands there, to three pixels */
async function near(page, name, at) {
  const { x, y } = await middle(page, name);
  return Math.hypot(x - at.x, y - at.y) <= 3;
}

test("what gestures take is tried again where it could not be fetched", async (t) => {
  const visit = await lab.visit(t, {
    calm: true,
    // Nothing is loaded ahead.
    prepare: async (page) => void (await page.addInitScript(() => (window.requestIdleCallback = () => 0))),
  });
  const { page } = visit;
  visit.expectComplaint(/request failed|Failed to (load|fetch)|dynamically imported/);
  await page.route(/lab\/gestures/, (route) => route.abort());
  const { x, y } = await placeOf(page, /^S1/);
  await page.mouse.click(x, y);
  await page.waitForFunction(() => /could not be loaded/.test(document.querySelector(".caption-text")?.textContent ?? ""));
  await page.unroute(/lab\/gestures/);
  await page.mouse.click(x, y);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.selected === "node:0");
});
