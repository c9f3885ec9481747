// @ts-check
// Every language says everything that the page says. The lab's sentences are checked beside their catalogue, in Rust.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const WWW = new URL("../../www/", import.meta.url);
const WORDS = new URL("data/words/", WWW);

/** @param {string} path */
const source = (path) => readFile(new URL(path, WWW), "utf8");

/** All files below `lab/`. */
async function modules() {
  const names = await readdir(new URL("lab/", WWW), { recursive: true });
  return names.filter((name) => name.endsWith(".js") && name !== "language.js").map((name) => `lab/${name}`);
}

/** The English texts: `t("...")` in modules, `data-label="..."` in HTML. */
async function english() {
  const texts = new Set([...(await source("index.html")).matchAll(/data-label="([^"]+)"/g)].map((match) => match[1] ?? ""));
  for (const path of await modules()) {
    for (const [, text = ""] of (await source(path)).matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)) texts.add(JSON.parse(`"${text}"`));
  }
  return texts;
}

/** @param {string} text the names of its places */
const places = (text) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

for (const file of await readdir(WORDS)) {
  test(`${file} has a text for each of the page's, with the same places, and no other`, async () => {
    /** @type {{ page: Record<string, string> }} */
    const { page } = JSON.parse(await readFile(new URL(file, WORDS), "utf8"));
    const wanted = await english();
    assert.deepEqual([...wanted].filter((text) => !Object.hasOwn(page, text)), [], "not translated");
    assert.deepEqual(Object.keys(page).filter((text) => !wanted.has(text)), [], "no longer said");
    for (const [text, translated] of Object.entries(page)) {
      assert.deepEqual(places(translated), places(text), text);
      assert.doesNotMatch(translated, /!/, text);
    }
  });
}

for (const file of await readdir(WORDS)) {
  test(`${file} says nothing twice`, async () => {
    const seen = new Set();
    for (const [line] of (await readFile(new URL(file, WORDS), "utf8")).matchAll(/^ {2}"\w+": \{$|^ {4}"(?:[^"\\]|\\.)*":/gm)) {
      // Each of its parts counts for itself.
      if (line.startsWith("  \"")) seen.clear();
      assert.ok(!seen.has(line), line);
      seen.add(line);
    }
  });
}

test("t is called with a text, not with something computed: otherwise nobody could find what to translate", async () => {
  for (const path of await modules()) {
    for (const [call] of (await source(path)).matchAll(/(?<![\w.])t\(\s*[^"\s)][^)]*\)/g)) assert.fail(`${path}: ${call}`);
  }
});

/** Names of keys and of the laboratory: the same in every language. */
const NAMES = new Set(["Enter", "Escape", "Home", "End", "Tab", "Space", "Netsplit", "English", "Deutsch"]);

test("what looks like a text of the page goes through t", async () => {
  for (const path of await modules()) {
    const code = (await source(path)).replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
    // Words after an equals sign in brackets are selectors, and capitals after a dot are types.
    for (const { 1: before, 2: text = "" } of code.matchAll(/(\bt\(\s*)?"([A-Z][a-z]+(?:[ .:?][^"]*)?)"/g)) {
      if (before === undefined && !NAMES.has(text)) assert.fail(`${path}: "${text}"`);
    }
  }
});

test("figures are written by words.js and language.js alone, as the language writes them", async () => {
  for (const path of await modules()) {
    if (path === "lab/words.js") continue;
    const code = await source(path);
    assert.doesNotMatch(code, /toLocaleString|toPrecision|\bIntl\b/, path);
    // Attributes of SVG and styles are no figures to be read.
    for (const [call] of code.matchAll(/.*\.toFixed\(.*/g)) assert.match(call, /translate\(/, `${path}: ${call.trim()}`);
  }
});
