// What JavaScript itself finds: writes javascript.jsonl, one case a line, for patterns.rs.
//
//   node tests/foreign/javascript.mjs
import { writeFileSync } from "node:fs";

let state = 20261126;
/** A whole number below `n`: the same ones every time. @param {number} n */
const below = (n) => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) % 65536 % n;
/** @template T @param {T[]} list @returns {T} */
const one = (list) => /** @type {T} */ (list[below(list.length)]);

const ATOMS = ["a", "b", ".", "\\n", "\\w", "\\W", "\\d", "\\s", "\\S", "[^a]", "[ab]", "[^\\n]", "é", "{", "}", "]", "\\x61", "\\u0062", "[\\w-é]", "\\.", "1"];
const EDGES = ["^", "$", "\\b", "\\B", ""];
const COUNTS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}", ""];

/** @param {number} depth @returns {string} a pattern that is never empty-handed inside a repetition */
function pattern(depth) {
  const parts = Array.from({ length: 1 + below(3) }, () => {
    if (depth === 0 || below(3) > 0) return one(ATOMS) + one(COUNTS) + (below(8) === 0 ? one(EDGES) : "");
    const inner = pattern(depth - 1);
    return below(2) === 0 ? `(?:${one(ATOMS)}${inner})${one(COUNTS)}` : `(?:${inner}|${pattern(depth - 1)})`;
  });
  return parts.join("");
}

const lines = [];
while (lines.length < 600) {
  const written = `(?<x>${pattern(2)})(${pattern(1)})(?<y>${one(ATOMS)}${pattern(1)})?`;
  // As ShiViz does it: lines on both sides.
  const regex = new RegExp(`^(?:${written})$`, "gm");
  const text = Array.from({ length: below(24) }, () => one(["a", "b", "a", "b", "\n", "é", "{", "}", "1", " ", "\r", "\u2028", "."])).join("");
  const found = [...text.matchAll(regex)].map((match) => [match[0], match.groups?.x ?? null, match.groups?.y ?? null]);
  if (found.length > 0 || below(12) === 0) lines.push(JSON.stringify([written, text, found]));
}
writeFileSync(new URL("javascript.jsonl", import.meta.url), `${lines.join("\n")}\n`);
