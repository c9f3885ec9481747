// @ts-check
/** The little that must be known of a wasm file's form: sections, sizes of functions, data, imports and exports. */

/** Sections. */
const [CUSTOM, IMPORTS, TABLES, EXPORTS, ELEMENTS, CODE, DATA, DATA_COUNT] = [0, 2, 4, 7, 9, 10, 11, 12];
/** What is imported and exported. */
export const FUNCTION = 0;
const [TABLE, MEMORY, GLOBAL] = [1, 2, 3];
/** In code. */
const [I32_CONST, END] = [0x41, 0x0b];

/** @param {Uint8Array} bytes @param {number} at @returns {[value: number, next: number]} an unsigned number in LEB128 */
function number(bytes, at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) return [value, at];
  }
}

/** @param {Uint8Array} bytes @returns {Generator<{ id: number, from: number, body: number, to: number }>} */
function* sections(bytes) {
  const HEADER = 8;
  for (let at = HEADER; at < bytes.length; ) {
    const [length, body] = number(bytes, at + 1);
    yield { id: bytes[at] ?? 0, from: at, body, to: body + length };
    at = body + length;
  }
}

/** @param {Uint8Array} bytes @returns {number[]} bytes of each function's code, in order */
export function functionSizes(bytes) {
  const code = [...sections(bytes)].find(({ id }) => id === CODE);
  if (!code) return [];
  const sizes = [];
  let [left, at] = number(bytes, code.body);
  for (; left > 0; left--) {
    const [length, body] = number(bytes, at);
    sizes.push(length);
    at = body + length;
  }
  return sizes;
}

/** @param {Uint8Array} bytes @returns {Buffer} the same without names and what else does not run */
export function withoutCustomSections(bytes) {
  const kept = [...sections(bytes)].filter(({ id }) => id !== CUSTOM).map(({ from, to }) => bytes.subarray(from, to));
  return Buffer.concat([bytes.subarray(0, 8), ...kept]);
}

/** @param {Uint8Array} bytes @returns {import("./data.mjs").Segment[]} what it sets in memory */
export function dataOf(bytes) {
  const data = [...sections(bytes)].find(({ id }) => id === DATA);
  if (!data) return [];
  const found = [];
  let [left, at] = number(bytes, data.body);
  for (; left > 0; left--) {
    if (bytes[at] !== 0 || bytes[at + 1] !== I32_CONST) throw new Error("data without a fixed address");
    const [address, end] = number(bytes, at + 2);
    if (bytes[end] !== END) throw new Error("data without a fixed address");
    const [length, from] = number(bytes, end + 1);
    at = from + length;
    found.push({ at: address, bytes: bytes.subarray(from, at) });
  }
  return found;
}

/** @param {Uint8Array} bytes @param {import("./data.mjs").Segment[]} segments @returns {Buffer} the same module, which sets this in memory */
export function withData(bytes, segments) {
  const kept = [...sections(bytes)].filter(({ id }) => id !== DATA && id !== DATA_COUNT).map(({ from, to }) => bytes.subarray(from, to));
  if (segments.length === 0) return Buffer.concat([bytes.subarray(0, 8), ...kept]);
  const each = segments.flatMap((segment) => [Buffer.of(0, I32_CONST), signed(segment.at), Buffer.of(END), encoded(segment.bytes.length), segment.bytes]);
  const body = Buffer.concat([encoded(segments.length), ...each]);
  return Buffer.concat([bytes.subarray(0, 8), ...kept, Buffer.of(DATA), encoded(body.length), body]);
}

/**
 * @typedef {{ module: string, name: string, kind: number, description: Uint8Array }} Import   description: its kind and type, as it stands in the file
 * @param {Uint8Array} bytes @returns {Import[]}
 */
export function importsOf(bytes) {
  const section = [...sections(bytes)].find(({ id }) => id === IMPORTS);
  if (!section) return [];
  const found = [];
  let [left, at] = number(bytes, section.body);
  const skip = () => ([, at] = number(bytes, at));
  for (; left > 0; left--) {
    const [module, name] = [text(), text()];
    const from = at;
    const kind = bytes[at++] ?? 0;
    if (kind === FUNCTION) skip();
    else if (kind === GLOBAL) at += 2;
    else if (kind === TABLE || kind === MEMORY) {
      if (kind === TABLE) at++;
      const limits = bytes[at++] ?? 0;
      skip();
      if (limits & 1) skip();
    } else throw new Error(`an import of kind ${kind}`);
    found.push({ module, name, kind, description: bytes.subarray(from, at) });
  }
  return found;

  function text() {
    const [length, from] = number(bytes, at);
    at = from + length;
    return Buffer.from(bytes.subarray(from, at)).toString();
  }
}

/** @param {Uint8Array} bytes @param {Import[]} imports @returns {Buffer} the same module with these, in the same order */
export function withImports(bytes, imports) {
  return replaced(bytes, IMPORTS, [encoded(imports.length), ...imports.flatMap(({ module, name, description }) => [named(module), named(name), description])]);
}

/** @param {Uint8Array} bytes @returns {{ name: string, kind: number, index: number }[]} */
export function exportsOf(bytes) {
  const section = [...sections(bytes)].find(({ id }) => id === EXPORTS);
  if (!section) return [];
  const found = [];
  let [left, at] = number(bytes, section.body);
  for (; left > 0; left--) {
    const [length, from] = number(bytes, at);
    const name = Buffer.from(bytes.subarray(from, from + length)).toString();
    const [index, next] = number(bytes, from + length + 1);
    found.push({ name, kind: bytes[from + length] ?? 0, index });
    at = next;
  }
  return found;
}

/** @param {Uint8Array} bytes @param {ReturnType<typeof exportsOf>} exports @returns {Buffer} the same module with these */
export function withExports(bytes, exports) {
  return replaced(bytes, EXPORTS, [encoded(exports.length), ...exports.flatMap(({ name, kind, index }) => [named(name), Buffer.of(kind), encoded(index)])]);
}

/** @param {Uint8Array} bytes with one table @param {number[]} functions @returns {{ bytes: Buffer, place: number }} the same module with these at the table's end, from `place` on */
export function withTableOf(bytes, functions) {
  const [tables, elements] = [TABLES, ELEMENTS].map((wanted) => [...sections(bytes)].find(({ id }) => id === wanted));
  // One table, of functions, with limits.
  if (!tables || !elements || bytes[tables.body] !== 1) throw new Error("not one table");
  const [limits, place] = [bytes[tables.body + 2] ?? 0, number(bytes, tables.body + 3)[0]];
  const size = encoded(place + functions.length);
  const [count, rest] = number(bytes, elements.body);
  const more = [Buffer.of(0, I32_CONST), signed(place), Buffer.of(END), encoded(functions.length), ...functions.map(encoded)];
  const larger = replaced(bytes, TABLES, [bytes.subarray(tables.body, tables.body + 2), Buffer.of(limits), size, ...(limits & 1 ? [size] : [])]);
  return { bytes: replaced(larger, ELEMENTS, [encoded(count + 1), bytes.subarray(rest, elements.to), ...more]), place };
}

/**
 * A module that takes any table: each later split makes the first part's table larger, and an import that names a lower
 * maximum would refuse it.
 *
 * @param {Uint8Array} bytes @returns {Buffer}
 */
export function withAnyTable(bytes) {
  const LIMITS = 2;
  const free = (/** @type {Uint8Array} */ description) => {
    if (description[LIMITS] !== 1) return description;
    const [, end] = number(description, LIMITS + 1);
    return Buffer.concat([description.subarray(0, LIMITS), Buffer.of(0), description.subarray(LIMITS + 1, end)]);
  };
  return withImports(bytes, importsOf(bytes).map((each) => (each.kind === TABLE ? { ...each, description: free(each.description) } : each)));
}

/** @param {Uint8Array} bytes @param {number} wanted a section @param {Uint8Array[]} content @returns {Buffer} */
function replaced(bytes, wanted, content) {
  const body = Buffer.concat(content);
  const all = [...sections(bytes)].flatMap(({ id, from, to }) => (id === wanted ? [Buffer.of(id), encoded(body.length), body] : [bytes.subarray(from, to)]));
  return Buffer.concat([bytes.subarray(0, 8), ...all]);
}

/** @param {string} name */
const named = (name) => Buffer.concat([encoded(Buffer.byteLength(name)), Buffer.from(name)]);

/** @param {number} value in LEB128 */
function encoded(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.of(...bytes, value);
}

/** @param {number} value of at least 0, in signed LEB128 */
function signed(value) {
  const bytes = [...encoded(value)];
  const last = bytes.length - 1;
  if ((bytes[last] ?? 0) < 64) return Buffer.from(bytes);
  bytes[last] = (bytes[last] ?? 0) | 128;
  return Buffer.of(...bytes, 0);
}
