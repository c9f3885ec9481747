// @ts-check
/**
 * The glue that wasm-bindgen makes, for a wasm that comes in parts.
 *
 * For each function that was put off, the first part of the wasm imports a placeholder. It has no name, which would be most of
 * its size: imports are asked for in their order, and that tells the place of the function in the table. A part, once it is there, puts its functions into the table, and the placeholders are not called again. One that is
 * called before loads its part at once, while the caller waits: rare, slow, and right.
 *
 * @typedef {{ part: number, from: number, count: number }} Places   of the table, one after the other, for functions of a part
 */

/** The module from which placeholders are imported. */
export const PLACEHOLDERS = "p";
/** The module from which parts import functions of the first, by their place in the table. */
export const SHARED = "s";

/**
 * @param {string} glue
 * @param {{ parts: number, build: string, soon: number, shared: number, places: Places[] }} layout   build: in the names of the parts, so that a page that was opened before is given none of a later build; soon: how many who stays with the opening will need; shared: where the functions begin that parts import; places: of the placeholders, in their order
 * @returns {string}
 */
export function glueOfParts(glue, { parts, build, soon, shared, places }) {
  const asked = "const imports = __wbg_get_imports();";
  if (glue.split(asked).length !== 3) throw new Error("the glue of wasm-bindgen is not as it was: see scripts/wasm-split");
  return `${glue.replaceAll(asked, "const imports = { ...__wbg_get_imports(), ...placeholders() };")}
// ---- the wasm in parts: see scripts/wasm-split

const PARTS = ${parts};
const addressOf = (part) => new URL(\`netsplit_part\${part}-${build}.wasm\`, import.meta.url);
/** The parts that are there. */
const there = new Set();
/** The parts that are under way. */
const awaited = new Map();

/** Part, place in the table and count, in the order of the imports. */
const PLACES = ${JSON.stringify(places.map(({ part, from, count }) => [part, from, count]))};

function placeholders() {
  const waiting = PLACES.flatMap(([part, from, count]) =>
    Array.from({ length: count }, (_, n) => (...args) => {
      partNow(part);
      return wasm.table.get(from + n)(...args);
    }),
  );
  let n = 0;
  return { ${PLACEHOLDERS}: new Proxy({}, { get: () => waiting[n++] }) };
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

/** Loads the parts of the wasm that who stays with the opening will need. */
export async function loadSoon() {
  await Promise.all(Array.from({ length: ${soon} }, (_, n) => part(n)));
}

/** Loads all parts of the wasm that are not there yet: one after the other, or together if somebody waits for them. */
export async function loadParts(together = false) {
  const parts = Array.from({ length: PARTS }, (_, n) => n);
  if (together) await Promise.all(parts.map(part));
  else for (const n of parts) await part(n);
}
`;
}
