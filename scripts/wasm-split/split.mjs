#!/usr/bin/env node
// Splits the wasm in target/page into what the first load needs and parts that are loaded later, into target/split/:
//
// 1. scripts/wasm-split/rehearsal.mjs runs it with a mark at every run of statements; what the opening does not reach, in
//    functions that it calls, becomes functions of their own (outline.mjs);
// 2. wasm-split (of Binaryen, beside wasm-opt) makes an instrumented copy, and the rehearsal tells which functions a visit
//    needs, and when;
// 3. what the opening needs stays in netsplit_bg.wasm; what only the first minutes need, and what nobody needed, goes into
//    parts of at most 80 kB (compressed);
// 4. the glue learns to load them: ahead, or at once if a function is called that is not there yet.
//
// Everything else is as it was before: the same memory, the same answers.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { Outliner, parse } from "./outline.mjs";
import { glueOfParts } from "./parts-glue.mjs";
import { functionSizes, withAnyTable, withoutCustomSections } from "./wasm.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const [page, out] = ["target/page", "target/split"].map((folder) => join(root, folder));
const [original, whole] = [join(page, "netsplit_bg.wasm"), join(out, "outlined.wasm")];
const glue = readFileSync(join(page, "netsplit.js"), "utf8");

/** What the compiler uses by default, which Binaryen does not assume. */
const FEATURES = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"].map((name) => `--enable-${name}`);
/** Bytes, compressed: what a part is filled up to. Parts of the page have at most 80 kB. */
const PART_FILL = 68_000;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await outline();
const stages = await rehearse();
const parts = pack(stages);
split(parts);

/** Moves what the opening does not reach out of the functions that it runs. */
async function outline() {
  const text = join(out, "module.wat");
  const marked = join(out, "marked.wasm");
  binaryen("wasm-dis", original, "-o", text);
  const [module] = parse(readFileSync(text, "utf8"));
  const outliner = new Outliner(/** @type {import("./outline.mjs").List} */ (module));
  const { text: instrumented, base, count } = outliner.instrumented();
  writeFileSync(text, instrumented);
  binaryen("wasm-as", text, "-o", marked);
  const { wasm, steps } = await stage(marked);
  await steps[0]?.[1]();
  writeFileSync(text, outliner.outlined(new Uint8Array(wasm.memory.buffer, base, count)));
  binaryen("wasm-as", text, "-o", whole);
  for (const name of [text, marked]) rmSync(name);
}

/** @returns {Promise<number[][]>} the functions that each part of the visit was the first to need, and those that none needed */
async function rehearse() {
  const instrumented = join(out, "instrumented.wasm");
  binaryen("wasm-split", "--instrument", whole, "-o", instrumented);
  const { wasm, steps } = await stage(instrumented);
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
  rmSync(instrumented);
  return [...stages, [...Array(all).keys()].filter((n) => !known.has(n))];
}

/** @param {string} file a wasm that is like the page's @returns it, in a fresh instance of the glue, and the visit to it */
async function stage(file) {
  const module = `${file}.mjs`;
  writeFileSync(module, glue);
  const exports = await import(pathToFileURL(module).href);
  const { visit } = await import("./rehearsal.mjs");
  const steps = visit(exports);
  rmSync(module);
  return { steps, wasm: exports.initSync({ module: readFileSync(file) }) };
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
  const [from, to, list] = ["from.wasm", "to.wasm", "functions"].map((name) => join(out, name));
  const file = (/** @type {number} */ n) => join(out, `netsplit_part${n}.wasm`);
  writeFileSync(from, readFileSync(whole));
  for (const [n, functions] of parts.entries()) {
    writeFileSync(list, functions.join("\n"));
    // Names (-g) last through all steps: without any, Binaryen calls a function by its number.
    binaryen("wasm-split", "--split", "-g", from, `--split-funcs=@${list}`, `--placeholder-namespace=${n}`, "-o1", to, "-o2", file(n));
    writeFileSync(from, readFileSync(to));
    writeFileSync(file(n), withAnyTable(withoutCustomSections(readFileSync(file(n)))));
  }
  // What is left of a function from which code was moved can be said in fewer words.
  const first = join(out, "netsplit_bg.wasm");
  binaryen("wasm-opt", "-Oz", from, "-o", first);
  writeFileSync(first, withoutCustomSections(readFileSync(first)));
  for (const name of [from, to, list, whole]) rmSync(name);
  writeFileSync(join(out, "netsplit.js"), glueOfParts(glue, parts.length));
  for (const name of [first, ...parts.map((_, n) => file(n))]) console.log(`split: ${basename(name)}, ${(gzipSync(readFileSync(name)).length / 1000).toFixed(1)} kB`);
}

/** @param {string} tool @param {...string} args */
function binaryen(tool, ...args) {
  execFileSync(tool, [...FEATURES, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}
