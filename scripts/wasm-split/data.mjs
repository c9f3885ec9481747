// @ts-check
/**
 * Constants of the program, and which of them a function may read.
 *
 * The linker's map tells where each begins and ends. A function may read those whose addresses stand in its code, those to
 * which they point, and so on: every number that could be an address is taken for one, so that this is rather too much than
 * too little. What no function of the first part may read can come later, with the functions that may.
 *
 * @typedef {import("./outline.mjs").List} List
 * @typedef {{ at: number, bytes: Uint8Array }} Segment   bytes of the memory, from an address on
 * @typedef {{ from: number, to: number, fixed: boolean }} Constant   fixed: it may change while the program runs, and is set but once
 */

/** Gaps up to this are filled with zeros in the first part: another segment costs more. */
const GAP_MAX = 12;
/** Bytes before a constant at which code that means it may point. */
const BEFORE = 32;
/** Bytes behind the end of a table at which code that means it may point. */
const BEHIND = 16;
/** Bytes of a table that may be dealt with before its loop begins. */
const PEELED = 64;

export class Constants {
  /** @param {Segment[]} segments of the whole program @param {string} map as the linker writes it */
  constructor(segments, map) {
    const to = Math.max(0, ...segments.map(({ at, bytes }) => at + bytes.length));
    this.#image = new Uint8Array(to);
    for (const { at, bytes } of segments) this.#image.set(bytes, at);
    this.#view = new DataView(this.#image.buffer);
    this.#all = constantsOf(map, this.#image);
    const [first] = this.#all;
    const covered = (/** @type {Segment} */ { at, bytes }) => bytes.every((byte, n) => byte === 0 || this.#at(at + n) >= 0);
    if (!first || !segments.every(covered)) throw new Error("the linker's map is not that of this program");
  }

  #image;
  #view;
  #all;
  /** For each constant those to which it points. @type {Map<number, number[]>} */
  #pointed = new Map();

  /** @param {number} address @returns {number} the constant there; if there is none, the negative number -1 - n of the next one, n */
  #at(address) {
    let [low, high] = [0, this.#all.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const { from, to } = /** @type {Constant} */ (this.#all[middle]);
      if (address < from) high = middle - 1;
      else if (address >= to) low = middle + 1;
      else return middle;
    }
    return -1 - low;
  }

  /** @param {number} address as it stands in code @returns {number[]} what may be meant by it */
  #meant(address) {
    const at = this.#at(address);
    const [here, next] = at < 0 ? [-1, -1 - at] : [at, at + 1];
    // A table whose first index is not 0 is addressed from before its beginning.
    const before = this.#all[here]?.from !== address && (this.#all[next]?.from ?? Infinity) - address <= BEFORE;
    return [...(at < 0 ? [] : [here]), ...(before ? [next] : [])];
  }

  /**
   * A loop may count up to the end of a table: its code says where that is, and how many bytes before it the loop begins.
   *
   * @param {Set<number>} numbers in the code @returns {number[]} tables that may be meant by their ends
   */
  #ended(numbers) {
    const lengths = [...numbers].filter((number) => number > 2 ** 31).map((number) => 2 ** 32 - number);
    const isLength = (/** @type {number} */ size) => lengths.some((length) => length <= size && size - length <= PEELED);
    return [...numbers].flatMap((address) => {
      const at = this.#at(address);
      const n = at < 0 ? -2 - at : at - 1;
      const { from, to } = this.#all[n] ?? { from: 0, to: Infinity };
      return address >= to && address - to <= BEHIND && isLength(to - from) ? [n] : [];
    });
  }

  /** @param {Iterable<number>} addresses or what may be some @returns {Set<number>} all constants that can be read from there */
  from(addresses) {
    const numbers = new Set(addresses);
    const found = new Set([...[...numbers].flatMap((address) => this.#meant(address)), ...this.#ended(numbers)]);
    for (const n of found) for (const other of this.#pointedBy(n)) found.add(other);
    return found;
  }

  /** What every part may read: it is in none but the first. */
  get fixed() {
    return this.from(this.#all.filter(({ fixed }) => fixed).map(({ from }) => from));
  }

  /** @param {number} n @returns {number[]} */
  #pointedBy(n) {
    const known = this.#pointed.get(n);
    if (known) return known;
    const { from, to } = /** @type {Constant} */ (this.#all[n]);
    const found = [];
    for (let at = from + (-from & 3); at + 4 <= to; at += 4) {
      const other = this.#at(this.#view.getUint32(at, true));
      if (other >= 0) found.push(other);
    }
    this.#pointed.set(n, found);
    return found;
  }

  /** @param {number} n @returns {number} its bytes */
  size(n) {
    const { from, to } = /** @type {Constant} */ (this.#all[n]);
    return to - from;
  }

  /** @param {Iterable<number>} constants @param {boolean} first whether nothing has been set before @returns {Segment[]} */
  segments(constants, first) {
    /** @type {{ from: number, to: number }[]} */
    const ranges = [];
    for (const n of [...constants].sort((a, b) => a - b)) {
      const { from, to } = /** @type {Constant} */ (this.#all[n]);
      const last = ranges.at(-1);
      if (last && from - last.to <= (first ? GAP_MAX : 0)) last.to = to;
      else ranges.push({ from, to });
    }
    const wanted = new Uint8Array(this.#image.length);
    for (const n of constants) wanted.fill(1, this.#all[n]?.from, this.#all[n]?.to);
    return ranges.map(({ from, to }) => ({ at: from, bytes: this.#image.slice(from, to).map((byte, n) => (wanted[from + n] ? byte : 0)) }));
  }
}

/** @param {string} map @param {Uint8Array} image @returns {Constant[]} by address; what is zero from the start is none */
function constantsOf(map, image) {
  /** @type {Constant[]} */
  const found = [];
  let section = "";
  let inside = false;
  // Address, place in the file, size, and then by depth: section, what the compiler made, its name.
  for (const [, address, , size, depth, name] of map.matchAll(/^ *(-|[0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+)( +)(.*)$/gm)) {
    if (address === "-") inside = name === "DATA";
    else if (inside && depth?.length === 1) section = name ?? "";
    else if (inside && depth?.length === 9) {
      const from = parseInt(address ?? "", 16);
      const to = Math.min(from + parseInt(size ?? "", 16), image.length);
      // Texts that end in a zero byte, laid into each other by the linker.
      if (name?.endsWith(":(.rodata)")) found.push(...texts(image, from, to));
      else if (to > from) found.push({ from, to, fixed: section !== ".rodata" });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

/** @param {Uint8Array} image @param {number} from @param {number} to @returns {Constant[]} */
function texts(image, from, to) {
  const found = [];
  while (from < to) {
    const end = image.indexOf(0, from);
    const next = end < 0 || end >= to ? to : end + 1;
    found.push({ from, to: next, fixed: false });
    from = next;
  }
  return found;
}

/** @param {List} code @returns {Set<number>} every number in it that could be an address */
export function addressesIn(code) {
  /** @type {Set<number>} */
  const found = new Set();
  const visit = (/** @type {List} */ list) => {
    for (const each of list) {
      if (Array.isArray(each)) visit(each);
      else if (each.startsWith("offset=")) found.add(Number(each.slice("offset=".length)));
    }
    if (list[0] === "i32.const") found.add(Number(list[1]) >>> 0);
    if (list[0] === "i64.const") {
      // Two numbers in one: an address and a length.
      const both = BigInt.asUintN(64, BigInt(String(list[1])));
      found.add(Number(both & 0xffff_ffffn)).add(Number(both >> 32n));
    }
  };
  visit(code);
  return found;
}
