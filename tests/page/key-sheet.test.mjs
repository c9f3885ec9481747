// @ts-check
// The key sheet and the keys that there are: one as long as the other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";

const lab = laboratory();

/** What the sheet calls keys. @type {Record<string, string>} */
const NAMES = { Space: " ", Left: "ArrowLeft", Right: "ArrowRight", Up: "ArrowUp", Down: "ArrowDown", "Page up": "PageUp", "Page down": "PageDown", Esc: "Escape" };

/** Every key of a usual keyboard, alone, with Shift, with Ctrl and with Alt. */
const KEYS = [..."abcdefghijklmnopqrstuvwxyz0123456789+-=?.,;:!\"#$%&/()[]{}<>|\\'`~^*_@ "].concat(
  ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "Enter", "Escape", "Tab", "Delete", "Backspace", "Insert"],
  Array.from({ length: 12 }, (_, n) => `F${n + 1}`),
);

/** @param {string} text as the sheet writes it: `Shift + Left` */
function keyOf(text) {
  const parts = text.split(" + ");
  const name = parts.at(-1) ?? "";
  return [...parts.slice(0, -1), NAMES[name] ?? (name.length === 1 ? name.toLowerCase() : name)].join("+");
}

/**
 * The keys that the page takes for itself while the focus is on something: those whose default it prevents.
 *
 * @param {import("playwright-core").Page} page @param {string} selector
 */
const takenOn = (page, selector) =>
  page.evaluate(
    async ({ selector, keys }) => {
      const taken = [];
      for (const modifier of ["", "Shift", "Ctrl", "Alt"]) {
        for (const key of keys) {
          const target = /** @type {HTMLElement} */ (document.querySelector(selector));
          target.focus();
          const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, shiftKey: modifier === "Shift", ctrlKey: modifier === "Ctrl", altKey: modifier === "Alt" });
          if (target.dispatchEvent(event)) continue;
          taken.push(modifier ? `${modifier}+${key}` : key);
          // What a key opens is loaded and drawn before it is closed again.
          await new Promise((done) => setTimeout(done, 50));
          for (const dialog of document.querySelectorAll("dialog")) dialog.close();
          for (const menu of document.querySelectorAll("[popover]:popover-open")) /** @type {HTMLElement} */ (menu).hidePopover();
        }
      }
      return taken;
    },
    { selector, keys: KEYS },
  );

/**
 * Written with Shift on some keyboards, and the same without: `+` and `=` share a key; letters mean the same as capitals. The
 * cluster's list and Escape do not ask for modifiers.
 */
const same = (/** @type {string} */ key) =>
  key
    .replace(/^(Ctrl|Alt)\+(?=Enter|Escape|Home|End|Page)/, "")
    .replace(/^(Ctrl|Alt)\+Arrow\w+$/, "$1+arrows")
    .replace(/^Shift\+(?!Arrow)/, "")
    .replace(/^=$/, "+");

test("the sheet names every key that the page takes, and no other", async (t) => {
  const { page } = await lab.visit(t, { calm: true, path: "?present=1" });
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys" }).locator("kbd");
  await keys.first().waitFor();
  const sheet = (await keys.allInnerTexts()).map(keyOf);
  await page.keyboard.press("Escape");
  // Hidden is not yet gone: until then keys are the dialog's.
  await page.waitForFunction(() => !document.querySelector("dialog"));
  // Something for Esc to leave.
  await page.keyboard.press("d");
  await page.locator("netsplit-panel").waitFor();
  const taken = [...(await takenOn(page, "main")), ...(await takenOn(page, "[role=listbox]"))];
  const real = new Set(taken.map(same));
  for (const key of sheet) assert.ok(real.has(same(key)), `the sheet names ${key}, which does nothing`);
  for (const key of real) assert.ok(sheet.map(same).includes(key), `${key} does something, which the sheet does not say`);
});

test("with single keys switched off, those that are no letters are left", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.getByRole("button", { name: "Display" }).click();
  await page.getByLabel("Single keys are shortcuts").uncheck();
  await page.keyboard.press("Escape");
  const taken = await takenOn(page, "main");
  assert.deepEqual(taken.filter((key) => /^(Shift\+)?.$/.test(key)), [], "keys that write something");
  assert.ok(taken.includes("ArrowLeft") && taken.includes("Ctrl+z"));
});

test("a button that a key presses says so", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  for (const [name, key] of [["Play", "k"], ["Details", "d"], ["Help", "?"], ["Send a request..", "c"]]) {
    const said = await page.getByRole("button", { name, exact: true }).getAttribute("aria-keyshortcuts");
    assert.ok(said?.split(" ").includes(key ?? ""), `${name}: ${said}`);
  }
});
