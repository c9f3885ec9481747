#!/usr/bin/env node
// Splits the wasm in target/page into what the first load needs and parts that are loaded later, into target/split/:
//
// - wasm-split (of Binaryen, beside wasm-opt) makes an instrumented copy; scripts/rehearsal.mjs runs it and tells which
//   functions a visit needs, and when;
// - what the opening needs stays in netsplit_bg.wasm; what only the first minutes need, and what nobody needed, goes into
//   parts of at most 80 kB (compressed);
// - the glue learns to load them: ahead, or at once if a function is called that is not there yet.
//
// Everything is as it was before otherwise: the same functions, the same memory, the same answers.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { glueOfParts } from "./parts-glue.mjs";
import { functionSizes, withAnyTable, withoutCustomSections } from "./wasm.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const [page, out] = ["target/page", "target/split"].map((folder) => join(root, folder));
const whole = join(page, "netsplit_bg.wasm");
const glue = readFileSync(join(page, "netsplit.js"), "utf8");

/** What the compiler uses by default, which Binaryen does not assume. */
const FEATURES = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"].map((name) => `--enable-${name}`);
/** Bytes, compressed: what a part is filled up to. Parts of the page have at most 80 kB. */
const PART_FILL = 68_000;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const stages = await rehearse();
const parts = pack(stages);
split(parts);

/** @returns {Promise<number[][]>} the functions that each part of the visit was the first to need, and those that none needed */
async function rehearse() {
  const instrumented = join(out, "instrumented.wasm");
  wasmSplit("--instrument", whole, "-o", instrumented);
  const module = join(out, "rehearsed.mjs");
  writeFileSync(module, glue);
  const exports = await import(pathToFileURL(module).href);
  const { visit } = await import("./rehearsal.mjs");
  const steps = visit(exports);
  const wasm = exports.initSync({ module: readFileSync(instrumented) });
  const known = new Set();
  const stages = [];
  let all = 0;
  for (const [, run] of steps) {
    await run();
    const calls = profile(wasm);
    all = calls.length;
    const ran = [...calls.keys()].filter((n) => calls[n] && !known.has(n));
    for (const n of ran) known.add(n);
    stages.push(ran);
  }
  return [...stages, [...Array(all).keys()].filter((n) => !known.has(n))];
}

/** @param {any} wasm exports of the instrumented module @returns {Uint32Array} for each function 0, or when it was called first */
function profile(wasm) {
  const at = wasm.memory.grow(16) * 65536;
  const length = wasm.__write_profile(at, 16 * 65536);
  const CHECKSUM = 8;
  return new Uint32Array(wasm.memory.buffer.slice(at + CHECKSUM, at + length));
}

/** @param {number[][]} stages @returns {number[][]} the functions of each part; those of the first stage are in none */
function pack([, ...later]) {
  const sizes = functionSizes(readFileSync(whole));
  const { length } = readFileSync(whole);
  const compressed = gzipSync(readFileSync(whole)).length / length;
  const parts = [];
  for (const stage of later) {
    let [part, filled] = [/** @type {number[]} */ ([]), 0];
    for (const n of stage) {
      const size = (sizes[n] ?? 0) * compressed;
      if (part.length > 0 && filled + size > PART_FILL) {
        parts.push(part);
        [part, filled] = [[], 0];
      }
      part.push(n);
      filled += size;
    }
    if (part.length > 0) parts.push(part);
  }
  return parts;
}

/** @param {number[][]} parts */
function split(parts) {
  // Names that are kept through all steps: without any, Binaryen calls a function by its number.
  const [from, to] = ["a.wasm", "b.wasm"].map((name) => join(out, name));
  writeFileSync(from, readFileSync(whole));
  for (const [n, functions] of parts.entries()) {
    const list = join(out, "functions");
    writeFileSync(list, functions.join("\n"));
    wasmSplit("--split", "-g", from, `--split-funcs=@${list}`, `--placeholder-namespace=part${n}`, "-o1", to, "-o2", join(out, `netsplit_part${n}.wasm`));
    writeFileSync(from, readFileSync(to));
  }
  const files = [["netsplit_bg.wasm", readFileSync(from)], ...parts.map((_, n) => [`netsplit_part${n}.wasm`, readFileSync(join(out, `netsplit_part${n}.wasm`))])];
  for (const [name, content] of /** @type {[string, Buffer][]} */ (files)) {
    const bare = withoutCustomSections(name === "netsplit_bg.wasm" ? content : withAnyTable(content));
    writeFileSync(join(out, name), bare);
    console.log(`split: ${name}, ${(gzipSync(bare).length / 1000).toFixed(1)} kB`);
  }
  for (const name of ["a.wasm", "b.wasm", "functions", "instrumented.wasm", "rehearsed.mjs"]) rmSync(join(out, name));
  writeFileSync(join(out, "netsplit.js"), glueOfParts(glue, parts.length));
}

/** @param {...string} args */
function wasmSplit(...args) {
  execFileSync("wasm-split", [...FEATURES, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}
