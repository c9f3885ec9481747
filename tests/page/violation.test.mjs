// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { caption, cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page plays fast until it is paused */
async function playOut(page) {
  await page.getByLabel("Speed").selectOption({ label: "real time" });
  await page.keyboard.press("k");
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
}

test("a violation pauses, is the caption, is spoken at once, and its witness is one click away", async (t) => {
  const visit = await lab.visit(t, { path: "#raft/even-majority", calm: true });
  const { page } = visit;
  await page.locator("netsplit-views [role=status]", { hasText: "even_majority" }).waitFor();
  await playOut(page);
  const verdict = await caption(page);
  assert.match(verdict, /violated/);
  assert.equal(await page.locator("netsplit-caption [role=alert]").innerText(), verdict);
  await page.getByRole("button", { name: /1 violated/ }).click();
  const row = page.locator("netsplit-properties li.violated");
  assert.match(await row.innerText(), /violated/);
  await visit.assertAccessible();
  await visit.screenshot("violation");

  await page.getByRole("slider").focus();
  await page.keyboard.press("Home");
  await cursorWhere(page, (at) => at.event === 0);
  await page.getByRole("button", { name: /violated/ }).waitFor({ state: "detached" });
  await page.keyboard.press("End");
  await row.getByRole("button", { name: "Witness" }).click();
  await cursorWhere(page, (at) => at.event > 0);
  await page.locator(".caption-text", { hasText: verdict }).waitFor();
  // All whom the verdict is about are ringed.
  const about = (/: (.+) both lead/.exec(verdict)?.[1] ?? "").split(" and ");
  await page.locator("netsplit-stage [role=option][aria-selected=true]").nth(1).waitFor({ state: "attached" });
  const ringed = await page.locator("netsplit-stage [role=option][aria-selected=true]").allInnerTexts();
  assert.deepEqual(ringed.map((text) => text.split(":")[0] ?? "").sort(), about.sort());
});

test("the stage says which rule is broken, the page how many properties fell; a picture alone says both", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority", calm: true });
  await page.addInitScript(() => {
    /** @type {Set<string>} */
    const painted = new Set();
    Object.assign(window, { painted });
    const paint = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
      painted.add(text);
      paint.call(this, text, x, y);
    };
  });
  await page.reload();
  await playOut(page);
  await page.getByRole("button", { name: /1 violated/ }).waitFor();
  /** @type {string[]} */
  const painted = await page.evaluate(() => [...Reflect.get(window, "painted")]);
  assert.ok(painted.includes("Rule broken: even_majority"), painted.join(", "));
  assert.deepEqual(painted.filter((text) => text.includes("violated")), []);
  await page.emulateMedia({ media: "print" });
  // What is printed is made ready once nothing else is to do.
  await page.waitForFunction(() => {
    dispatchEvent(new Event("afterprint"));
    dispatchEvent(new Event("beforeprint"));
    return document.querySelector(".sheet svg") !== null;
  });
  const printed = await page.locator(".sheet svg").evaluate((svg) => svg.textContent ?? "");
  assert.match(printed, /Election Safety violated/);
  assert.match(printed, /Rule broken: even_majority/);
});

test("whoever wants it otherwise is not stopped by a violation", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority", calm: true });
  await page.getByRole("button", { name: "Display" }).click();
  await page.getByLabel("Pause when a property is violated").uncheck();
  await page.keyboard.press("Escape");
  await page.getByLabel("Speed").selectOption({ label: "real time" });
  await page.keyboard.press("k");
  await page.getByRole("button", { name: /1 violated/ }).waitFor();
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
});

test("a key leads to the witness from wherever the focus is, and says so where nothing is violated", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority?tab=rules", calm: true });
  await page.keyboard.press("w");
  await page.locator(".caption-text", { hasText: "No property is violated" }).waitFor();
  await playOut(page);
  const verdict = await caption(page);
  await page.keyboard.press("d");
  await page.getByRole("tab", { name: "Rules" }).click();
  await page.locator("netsplit-rules [role=switch]").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".caption-text", { hasNotText: verdict }).waitFor();
  await page.keyboard.press("w");
  await page.locator(".caption-text", { hasText: verdict }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Witness" }).first().getAttribute("aria-keyshortcuts"), "w");
});

test("a key that is held down stops at a violation; pressed anew it goes on", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority", calm: true });
  for (const hold of ["ArrowRight", "Enter"]) {
    await page.keyboard.press("Home");
    await cursorWhere(page, (at) => at.event === 0);
    await page.getByRole("button", { name: "One event forward" }).focus();
    for (let n = 0; n < 60; n++) await page.keyboard.down(hold);
    await page.locator("netsplit-caption.violated").waitFor();
    const { event } = await cursor(page);
    for (let n = 0; n < 5; n++) await page.keyboard.down(hold);
    await page.waitForTimeout(100);
    assert.equal((await cursor(page)).event, event, hold);
    await page.keyboard.up(hold);
    await page.keyboard.press(hold);
    await cursorWhere(page, (at) => at.event > event);
  }
});
