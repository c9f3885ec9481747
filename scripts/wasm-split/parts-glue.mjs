// @ts-check
/**
 * The glue that wasm-bindgen makes, for a wasm that comes in parts.
 *
 * For each function that was put off, the first part of the wasm imports a placeholder, by the place of the function in the
 * table. A part, once it is there, puts its functions into the table, and the placeholders are not called again. One that is
 * called before loads its part at once, while the caller waits: rare, slow, and right.
 */

/** @param {string} glue @param {number} parts @returns {string} */
export function glueOfParts(glue, parts) {
  const asked = "const imports = __wbg_get_imports();";
  if (glue.split(asked).length !== 3) throw new Error("the glue of wasm-bindgen is not as it was: see scripts/wasm-split");
  return `${glue.replaceAll(asked, "const imports = { ...__wbg_get_imports(), ...placeholders() };")}
// ---- the wasm in parts: see scripts/wasm-split

const PARTS = ${parts};
const addressOf = (part) => new URL(\`netsplit_part\${part}.wasm\`, import.meta.url);
/** The parts that are there. */
const there = new Set();
/** The parts that are under way. */
const awaited = new Map();

function placeholders() {
  const namespace = (part) =>
    new Proxy({}, {
      get: (_, place) => (...args) => {
        partNow(part);
        return wasm.table.get(Number(place))(...args);
      },
    });
  return Object.fromEntries(Array.from({ length: PARTS }, (_, part) => [String(part), namespace(part)]));
}

/** The functions of a part take their places. */
function arrived(part, instantiate) {
  if (there.has(part)) return;
  instantiate({ primary: wasm });
  there.add(part);
}

/** Loads a part while everything waits. */
function partNow(part) {
  performance.mark?.("netsplit: a part of the wasm was waited for", { detail: part });
  const request = new XMLHttpRequest();
  request.open("GET", addressOf(part), false);
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

/** Loads all parts of the wasm that are not there yet, one after the other. */
export async function loadParts() {
  for (let part = 0; part < PARTS; part++) {
    if (there.has(part)) continue;
    if (!awaited.has(part)) awaited.set(part, partLater(part).finally(() => awaited.delete(part)));
    await awaited.get(part);
  }
}
`;
}
