// @ts-check
/**
 * The glue that wasm-bindgen makes, for a wasm that comes in parts.
 *
 * For each function that was put off, a placeholder stands in the table. A part, once it is there, puts its functions into their
 * places, and the placeholders are not called again. One that is called before loads its part at once, while the caller waits:
 * rare, slow, and right.
 */
import { FIRST_LETTER } from "./placeholders.mjs";

/** The module from which parts import functions of the first, by their place in the table. */
export const SHARED = "s";

/**
 * @param {string} glue
 * @param {{ parts: number, build: string, actions: number, soon: number, shared: number, placeholders: ReturnType<typeof import("./placeholders.mjs").packed> }} layout   build: in the names of the parts, so that a page that was opened before is given none of a later build; actions: how many what is done by hand will need; soon: how many who stays with the opening will; shared: where the functions begin that parts import
 * @returns {string}
 */
export function glueOfParts(glue, { parts, build, actions, soon, shared, placeholders }) {
  const starts = "wasm.__wbindgen_start();";
  if (glue.split(starts).length !== 2) throw new Error("the glue of wasm-bindgen is not as it was: see scripts/wasm-split");
  return `${glue.replace(starts, `placePlaceholders();\n    ${starts}`)}
// ---- the wasm in parts: see scripts/wasm-split

const PARTS = ${parts};
const addressOf = (part) => new URL(\`netsplit_part\${part}-${build}.wasm\`, import.meta.url);
/** The parts that are there. */
const there = new Set();
/** The parts that are under way. */
const awaited = new Map();

/** What placeholders take and give. */
const SIGNATURES = "${placeholders.signatures.join(" ")}".split(" ");
/** Part, first place in the table, and a letter for the signature of each from there on. */
const PLACES = ${JSON.stringify(placeholders.runs)};

/** Puts placeholders into the table, which takes a module: of imports, and of where they belong. */
function placePlaceholders() {
  const number = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...number(n >> 7)]);
  const list = (items) => [...number(items.length), ...items.flat()];
  const section = (id, items) => [id, ...list(list(items))];
  const values = (letters) => list([...letters].map((letter) => ({ i: 127, j: 126, f: 125, d: 124 })[letter]));
  const types = SIGNATURES.map((signature) => [96, ...signature.split(":").flatMap(values)]);
  const waiting = [];
  const imports = [[0, 0, 1, 112, 0, 0]];
  const elements = [];
  for (const [part, from, letters] of PLACES) {
    elements.push([0, 65, (from & 127) | 128, (from >> 7) & 127 | 128, from >> 14, 11, ...list([...letters].map((_, n) => number(waiting.length + n)))]);
    for (const [n, letter] of [...letters].entries()) {
      imports.push([0, 0, 0, ...number(letter.charCodeAt(0) - ${FIRST_LETTER})]);
      waiting.push((...args) => {
        partNow(part);
        return wasm.table.get(from + n)(...args);
      });
    }
  }
  const module = new WebAssembly.Module(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...section(1, types), ...section(2, imports), ...section(9, elements)]));
  let n = -1;
  // None of the imports has a name: they are asked for in their order, the table first.
  new WebAssembly.Instance(module, { "": new Proxy({}, { get: () => (n < 0 ? (n++, wasm.table) : waiting[n++]) }) });
}

/** The functions of a part take their places. */
function arrived(part, instantiate) {
  if (there.has(part)) return;
  instantiate({ primary: wasm, ${SHARED}: new Proxy({}, { get: (_, n) => wasm.table.get(${shared} + Number(n)) }) });
  there.add(part);
}

/** Loads a part while everything waits. */
function partNow(part) {
  performance.mark?.("netsplit: a part of the wasm was waited for", { detail: part });
  const request = new XMLHttpRequest();
  const address = addressOf(part);
  // Of two requests for one address a browser lets the second wait for what the first puts into its cache, however long that takes.
  if (awaited.has(part)) address.search = "now";
  request.open("GET", address, false);
  // Bytes as text, the only form in which a request that is waited for gives them in a window.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(\`a part of the lab could not be loaded: \${request.status}\`);
  const bytes = Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0));
  arrived(part, (imports) => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports));
}

async function partLater(part) {
  const response = await fetch(addressOf(part));
  if (!response.ok) throw new Error(\`a part of the lab could not be loaded: \${response.status}\`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  arrived(part, (imports) => new WebAssembly.Instance(module, imports));
}

function part(part) {
  if (there.has(part)) return;
  if (!awaited.has(part)) awaited.set(part, partLater(part).finally(() => awaited.delete(part)));
  return awaited.get(part);
}

/** Loads the parts of the wasm that what is done by hand will need, or that who stays with the opening will. */
export async function loadSome(extent) {
  await Promise.all(Array.from({ length: extent === "actions" ? ${actions} : ${soon} }, (_, n) => part(n)));
}

/** Loads all parts of the wasm that are not there yet: one after the other, or together if somebody waits for them. */
export async function loadParts(together = false) {
  const parts = Array.from({ length: PARTS }, (_, n) => n);
  if (together) await Promise.all(parts.map(part));
  else for (const n of parts) await part(n);
}
`;
}
