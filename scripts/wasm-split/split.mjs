#!/usr/bin/env node
// Splits the wasm in target/page into what the first load needs and parts that are loaded later, into target/split/:
//
// 1. scripts/wasm-split/rehearsal.mjs runs it with a mark at every run of statements; what the opening does not reach, in
//    functions that it calls, becomes functions of their own (outline.mjs);
// 2. wasm-split (of Binaryen, beside wasm-opt) makes an instrumented copy, and the rehearsal tells which functions a visit
//    needs, and when;
// 3. what the opening needs stays in netsplit_bg.wasm; what the other actions need, what only the first minutes need, what other
//    runs need, and what nobody needed, goes into parts of at most 80 kB (compressed);
// 4. texts, tables and other constants follow the functions that may read them (data.mjs);
// 5. what only stands for functions of other parts leaves the first (thunks.mjs, placeholders.mjs);
// 6. the glue learns to load them: ahead, or at once if a function is called that is not there yet.
//
// Everything else is as it was before: the same memory, the same answers.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { addressesIn, Constants } from "./data.mjs";
import { Outliner, parse, print } from "./outline.mjs";
import { glueOfParts, SHARED } from "./parts-glue.mjs";
import { packed, takePlaceholders } from "./placeholders.mjs";
import { callThroughTable, exportNot, importedNames, thunksOf } from "./thunks.mjs";
import { dataOf, exportsOf, FUNCTION, functionSizes, importsOf, withAnyTable, withData, withExports, withImports, withoutCustomSections, withTableOf } from "./wasm.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const [page, out] = ["target/page", "target/split"].map((folder) => join(root, folder));
const [original, whole] = [join(page, "netsplit_bg.wasm"), join(out, "outlined.wasm")];
const glue = readFileSync(join(page, "netsplit.js"), "utf8");
/** Where build.rs has the linker write it. */
const map = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "wasm32-unknown-unknown/release/netsplit.map");

/** What the compiler uses by default, which Binaryen does not assume. */
const FEATURES = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"].map((name) => `--enable-${name}`);
/** Bytes, compressed: what a part is filled up to. Parts of the page have at most 80 kB. */
const PART_FILL = 62_000;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const constants = new Constants(dataOf(readFileSync(original)), readFileSync(map, "utf8"));
const addresses = await outline();
const stages = await rehearse();
const { first, parts, ends } = pack(stages);
split(first, parts, ends);

/** Moves what the opening does not reach out of the functions that it runs. @returns {Promise<Set<number>[]>} what may be an address in the code of each */
async function outline() {
  const text = join(out, "module.wat");
  const marked = join(out, "marked.wasm");
  const outliner = new Outliner(read(original));
  const { text: instrumented, base, count } = outliner.instrumented();
  writeFileSync(text, instrumented);
  binaryen("wasm-as", text, "-o", marked);
  const { wasm, steps } = await stage(marked);
  await steps[0]?.[1]();
  writeFileSync(text, outliner.outlined(new Uint8Array(wasm.memory.buffer, base, count)));
  binaryen("wasm-as", text, "-o", whole);
  for (const name of [text, marked]) rmSync(name);
  return outliner.module.flatMap((node) => (Array.isArray(node) && node[0] === "func" ? [addressesIn(node)] : []));
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

/**
 * @typedef {{ functions: number[], constants: Set<number> }} Part
 * @param {number[][]} stages
 * @returns {{ first: Part, parts: Part[], ends: number[] }} each part with the constants that it may read and the first does not have; ends: for each later stage, how many there are up to its end
 */
function pack([opening = [], ...later]) {
  const { length } = readFileSync(whole);
  const sizes = functionSizes(readFileSync(whole));
  if (sizes.length !== addresses.length) throw new Error("functions got lost");
  const compressed = gzipSync(readFileSync(whole)).length / length;
  const first = { functions: opening, constants: constants.fixed };
  for (const n of opening) for (const each of constants.from(addresses[n] ?? [])) first.constants.add(each);
  const parts = [];
  const ends = [];
  for (const stage of later) {
    /** @type {Part} */
    let part = { functions: [], constants: new Set() };
    let filled = 0;
    for (const n of stage) {
      const read = [...constants.from(addresses[n] ?? [])].filter((each) => !first.constants.has(each));
      const cost = () => read.reduce((sum, each) => sum + (part.constants.has(each) ? 0 : constants.size(each)), sizes[n] ?? 0) * compressed;
      if (part.functions.length > 0 && filled + cost() > PART_FILL) {
        parts.push(part);
        [part, filled] = [{ functions: [], constants: new Set() }, 0];
      }
      filled += cost();
      part.functions.push(n);
      for (const each of read) part.constants.add(each);
    }
    if (part.functions.length > 0) parts.push(part);
    ends.push(parts.length);
  }
  return { first, parts, ends };
}

/** @param {Part} opening @param {Part[]} parts @param {number[]} ends */
function split(opening, parts, [actions = 0, soon = 0]) {
  const [from, to, list] = ["from.wasm", "to.wasm", "functions"].map((name) => join(out, name));
  const file = (/** @type {number} */ n) => join(out, `netsplit_part${n}.wasm`);
  writeFileSync(from, withData(readFileSync(whole), []));
  for (const [n, part] of parts.entries()) {
    writeFileSync(list, part.functions.join("\n"));
    // Names (-g) last through all steps: without any, Binaryen calls a function by its number.
    binaryen("wasm-split", "--split", "-g", from, `--split-funcs=@${list}`, `--placeholder-namespace=${n}`, "-o1", to, "-o2", file(n));
    writeFileSync(from, readFileSync(to));
  }
  const primary = read(from);
  const thunks = thunksOf(primary);
  /** What somebody asks the first part for: other parts, or the page. */
  const wanted = new Set(exportsOf(readFileSync(original)).map(({ name }) => name));
  for (const [n, part] of parts.entries()) {
    const module = read(file(n));
    callThroughTable(module, thunks);
    write(module, file(n));
    for (const name of importedNames(module)) wanted.add(name);
    writeFileSync(file(n), withData(withAnyTable(withoutCustomSections(readFileSync(file(n)))), constants.segments(part.constants, false)));
  }
  exportNot(primary, (name) => thunks.has(name) && !wanted.has(name));
  const placeholders = takePlaceholders(primary);
  write(primary, from);
  // What is left of a function from which code was moved can be said in fewer words.
  const first = join(out, "netsplit_bg.wasm");
  binaryen("wasm-opt", "-Oz", from, "-o", first);
  writeFileSync(first, withData(withoutCustomSections(readFileSync(first)), constants.segments(opening.constants, true)));
  for (const name of [from, to, list, whole]) rmSync(name);
  const files = parts.map((_, n) => file(n));
  const shared = shareFunctions(first, files);
  const named = shortNames(first);
  const build = digestOf([first, ...files]);
  const published = files.map((name) => name.replace(/\.wasm$/, `-${build}.wasm`));
  files.forEach((name, n) => renameSync(name, /** @type {string} */ (published[n])));
  writeFileSync(join(out, "netsplit.js"), glueOfParts(named, { parts: parts.length, build, actions, soon, shared, placeholders: packed(placeholders) }));
  for (const name of [first, ...published]) console.log(`split: ${basename(name)}, ${(gzipSync(readFileSync(name)).length / 1000).toFixed(1)} kB`);
}

/** @param {string[]} files @returns {string} by which parts of this build are told from those of another: they do not fit together */
function digestOf(files) {
  const digest = createHash("sha256");
  for (const name of files) digest.update(readFileSync(name));
  return digest.digest("hex").slice(0, 8);
}

/**
 * Puts the functions that only parts import into the table, behind all others, in place of exporting them: names would be most
 * of what that costs.
 *
 * @param {string} first @param {string[]} parts @returns {number} the place of the first of them
 */
function shareFunctions(first, parts) {
  const known = new Set(exportsOf(readFileSync(original)).map(({ name }) => name));
  const exports = exportsOf(readFileSync(first));
  const shared = exports.filter(({ name, kind }) => kind === FUNCTION && !known.has(name)).sort((a, b) => a.index - b.index);
  const places = new Map(shared.map(({ name }, n) => [name, String(n)]));
  const { bytes, place } = withTableOf(withExports(readFileSync(first), exports.filter((each) => !shared.includes(each))), shared.map(({ index }) => index));
  writeFileSync(first, bytes);
  for (const part of parts) {
    const imports = importsOf(readFileSync(part)).map((each) => {
      const name = each.kind === FUNCTION ? places.get(each.name) : undefined;
      return name === undefined ? each : { ...each, module: SHARED, name };
    });
    writeFileSync(part, withImports(readFileSync(part), imports));
  }
  return place;
}

/**
 * Gives what the first part imports from the glue short names: those of wasm-bindgen end in digests, which no compression makes
 * smaller.
 *
 * @param {string} first @returns {string} the glue, with the same names
 */
function shortNames(first) {
  const imports = importsOf(readFileSync(first));
  const short = new Map(imports.map(({ name }, n) => [name, `$${n.toString(36)}`]));
  writeFileSync(first, withImports(readFileSync(first), imports.map((each) => ({ ...each, name: short.get(each.name) ?? each.name }))));
  return glue.replace(/\b__wb\w+\b/g, (name) => short.get(name) ?? name);
}

/** @param {string} file a wasm @returns {import("./outline.mjs").List} its module */
function read(file) {
  const text = `${file}.wat`;
  binaryen("wasm-dis", file, "-o", text);
  const [module] = parse(readFileSync(text, "utf8"));
  rmSync(text);
  return /** @type {import("./outline.mjs").List} */ (module);
}

/** @param {import("./outline.mjs").List} module @param {string} file */
function write(module, file) {
  const text = `${file}.wat`;
  writeFileSync(text, print([module]));
  binaryen("wasm-as", text, "-o", file);
  rmSync(text);
}

/** @param {string} tool @param {...string} args */
function binaryen(tool, ...args) {
  execFileSync(tool, [...FEATURES, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}
