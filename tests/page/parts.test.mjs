// @ts-check
// The wasm in parts is the wasm: a whole visit, with every answer of the lab and every stroke on its canvas, is the same.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { visit } from "../../scripts/wasm-split/rehearsal.mjs";

const file = (/** @type {string} */ path) => new URL(`../../${path}`, import.meta.url);

/** What a window has: a request that is waited for, which gives bytes as text. */
class XMLHttpRequest {
  status = 200;
  responseText = "";
  /** @param {string} _ @param {URL} url */
  open(_, url) {
    loaded.push(fileURLToPath(url).replace(/.*\//, ""));
    this.responseText = readFileSync(url, "latin1");
  }
  overrideMimeType() {}
  send() {}
}
/** @type {string[]} */
let loaded = [];

/** @param {string} folder of a page @returns {Promise<string[]>} a digest of each part of the visit to it */
async function digests(folder) {
  loaded = [];
  const glue = await import(file(`${folder}/netsplit.js`).href);
  let hash = createHash("sha256");
  const steps = visit(glue, (answer) => hash.update(JSON.stringify(answer instanceof Promise ? null : answer) ?? ""));
  glue.initSync({ module: readFileSync(file(`${folder}/netsplit_bg.wasm`)) });
  const found = [];
  for (const [name, run] of steps) {
    hash = createHash("sha256");
    await run();
    found.push(`${name}: ${hash.digest("hex")}, with ${loaded.length > 0 ? "parts" : "the first part"}`);
  }
  return found;
}

test("a visit to the wasm in parts is, answer for answer, a visit to the whole; its opening needs no part but the first", async () => {
  Object.assign(globalThis, { XMLHttpRequest });
  const whole = await digests("target/page");
  const parts = await digests("dist");
  assert.match(parts[0] ?? "", /the first part/);
  assert.deepEqual(parts.map((each) => each.replace(/, with.*/, "")), whole.map((each) => each.replace(/, with.*/, "")));
});
