// @ts-check
/** The little that must be known of a wasm file's form: sections, and sizes of functions. */

const IMPORTS = 2;
const CODE = 10;
const CUSTOM = 0;

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

/**
 * A module that takes any table: each later split makes the first part's table larger, and an import that names a lower
 * maximum would refuse it.
 *
 * @param {Uint8Array} bytes a module that imports one table, with a maximum @returns {Buffer}
 */
export function withAnyTable(bytes) {
  const imports = [...sections(bytes)].find(({ id }) => id === IMPORTS);
  if (!imports) throw new Error("a part imports nothing");
  let [left, at] = number(bytes, imports.body);
  const skipped = () => ([, at] = number(bytes, at));
  const name = () => {
    const [length, from] = number(bytes, at);
    at = from + length;
  };
  /** How to pass each kind of import: function, table, memory, global. */
  const limits = () => {
    const flags = bytes[at++] ?? 0;
    skipped();
    if (flags & 1) skipped();
  };
  for (; left > 0; left--) {
    name();
    name();
    const kind = bytes[at++];
    if (kind === 0) skipped();
    else if (kind === 2) limits();
    else if (kind === 3) at += 2;
    else if (kind === 1) {
      const flags = at + 1;
      if (bytes[flags] !== 1) return Buffer.from(bytes);
      const [, maximum] = number(bytes, flags + 1);
      const [, end] = number(bytes, maximum);
      const body = Buffer.concat([bytes.subarray(imports.body, flags), Buffer.of(0), bytes.subarray(flags + 1, maximum), bytes.subarray(end, imports.to)]);
      return Buffer.concat([bytes.subarray(0, imports.from), Buffer.of(IMPORTS), encoded(body.length), body, bytes.subarray(imports.to)]);
    }
  }
  throw new Error("a part imports no table");
}

/** @param {number} value in LEB128 */
function encoded(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.of(...bytes, value);
}
