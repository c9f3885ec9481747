// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { branches, caption, cursor, cursorWhere, selected, twin } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page @param {string} selector presses Tab until it has the focus */
async function tabTo(page, selector) {
  for (let n = 0; n < 40; n++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
  }
  throw new Error(`Tab never reaches ${selector}`);
}

test("a whole path without a pointer: open, crash the leader, step back, fork", async (t) => {
  const { page } = await lab.visit(t);
  await page.keyboard.press("k");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const leader = /S\d/.exec((await twin(page)).find((text) => /leader/i.test(text)) ?? "")?.[0];
  assert(leader, "somebody leads");

  await tabTo(page, "[role=listbox]");
  for (let n = 0; n < 6 && !(await selected(page).innerText()).startsWith(leader); n++) {
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(40);
  }
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Crash", exact: true }).waitFor();
  const before = await cursor(page);
  await page.keyboard.press("Enter");
  const crashed = await cursorWhere(page, (at) => at.event > before.event);
  assert.match(await caption(page), new RegExp(leader));
  assert.ok(await page.evaluate(() => document.activeElement?.matches("[role=listbox]")), "the focus is back on the cluster");

  await page.keyboard.press("ArrowLeft");
  await cursorWhere(page, (at) => at.event === crashed.event - 1);
  await page.keyboard.press("f");
  await page.locator(".branches .branch").nth(1).waitFor();
  assert.equal((await branches(page)).length, 2);
});

test("cutting the network without a pointer", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await tabTo(page, "netsplit-actions button");
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.evaluate(() => document.activeElement?.matches("[data-key=cut]") ?? false));
  await page.keyboard.press("Enter");
  await tabTo(page, "[data-key=isolate]");
  await page.keyboard.press("Space");
  await tabTo(page, "[data-key=apply]");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Heal the network" }).waitFor();
});

test("the actions are one stop for Tab: arrows walk them, round and round, and Tab comes back to the last", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const at = () => page.evaluate(() => document.activeElement?.getAttribute("data-key"));
  await tabTo(page, "netsplit-actions button");
  /** @type {[string, string][]} */
  const walk = [["ArrowLeft", "faults"], ["ArrowRight", "crash"], ["End", "faults"], ["Home", "crash"], ["ArrowRight", "cut"], ["ArrowRight", "request"]];
  for (const [key, to] of walk) {
    await page.keyboard.press(key);
    assert.equal(await at(), to, key);
  }
  const { event } = await cursor(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.closest("netsplit-actions")), null);
  await page.keyboard.press("Shift+Tab");
  assert.equal(await at(), "request");
  assert.equal((await cursor(page)).event, event, "no arrow was the lab's");
  // What comes and goes leaves the toolbar a stop.
  await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.act({ crash: 0 }));
  await page.locator("[data-key=restart]").waitFor();
  assert.equal(await page.locator("netsplit-actions button[tabindex='0']").count(), 1);
  // What was mended last has no button any more; whoever pressed it is still in the toolbar.
  await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.act({ cut: { isolate: 1 } }));
  const heal = page.locator("netsplit-actions [data-key=heal]");
  await heal.focus();
  await page.keyboard.press("Enter");
  await heal.waitFor({ state: "detached" });
  assert.ok(await page.evaluate(() => document.activeElement?.closest("netsplit-actions")));
});

test("Esc leaves menu, mode, panel and selection, in turn", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await tabTo(page, "[role=listbox]");
  await page.keyboard.press("ArrowDown");
  await selected(page).waitFor();
  await page.keyboard.press("d");
  await page.locator("netsplit-panel").waitFor();
  await page.locator("[data-key=cut]").focus();
  await page.keyboard.press("Enter");
  await page.locator("netsplit-cut-bar").waitFor();
  await page.locator("[role=listbox]").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();

  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "hidden" });
  assert.ok(await page.locator("netsplit-cut-bar").isVisible());
  await page.keyboard.press("Escape");
  await page.locator("netsplit-cut-bar").waitFor({ state: "hidden" });
  assert.ok(await page.locator("netsplit-panel").isVisible());
  await page.keyboard.press("Escape");
  await page.locator("netsplit-panel").waitFor({ state: "hidden" });
  assert.equal(await selected(page).count(), 1);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("netsplit-stage [role=option][aria-selected=true]"));
});

test("single keys can be switched off, and are ignored in fields", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.keyboard.press("c");
  await page.getByLabel("Key", { exact: true }).fill("d");
  await page.keyboard.press("f");
  await page.keyboard.press("Escape");
  assert.deepEqual(await branches(page), []);
  assert.equal(await page.locator("netsplit-panel").isVisible(), false);

  await page.getByRole("button", { name: "Display" }).click();
  await page.getByLabel("Single keys are shortcuts").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("d");
  await page.waitForTimeout(100);
  assert.equal(await page.locator("netsplit-panel").isVisible(), false);
  const { event } = await cursor(page);
  await page.keyboard.press("ArrowLeft");
  await cursorWhere(page, (at) => at.event === event - 1);
});

test("the key sheet names every key that the page listens to", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await sheet.waitFor();
  const keys = await sheet.locator("kbd").allInnerTexts();
  for (const key of ["Space", "K", "Left", "Shift + Right", "Home", "End", "+", "-", "F", "C", "D", "?", "Ctrl + Z", "Esc"]) {
    assert.ok(keys.includes(key), key);
  }
});

test("whoever follows a story's next one by keyboard is at its question", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.doStep(0));
  await page.getByRole("button", { name: "Tell what happens" }).click();
  const next = page.locator(".story-end a").first();
  await next.waitFor();
  const before = await page.locator("netsplit-story h2").innerText();
  await next.focus();
  await page.keyboard.press("Enter");
  await page.locator("netsplit-story h2", { hasNotText: before }).waitFor();
  assert.ok(await page.evaluate(() => document.activeElement?.matches("netsplit-story h2")));
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement?.matches("netsplit-story button, netsplit-story summary")), "its first step, or its question to guess, is next");
});
