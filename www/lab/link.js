// @ts-check
/**
 * Links as text: `#v1.` and base64url(deflate-raw(packed)), where the packed form is what `lab.link()` gives.
 *
 * The compressed bytes begin with a stored block that holds the head of the packed form (version, and length of the text in
 * three bytes): it can be read without inflating, so that even a link that was cut off tells how long it was. Nothing here
 * throws: what is wrong with a text is a value, with the character where it is wrong.
 *
 * @typedef {{ code: string, place: string, message: string, hint: string }} Wrong
 * @typedef {{ ok: true, value: Uint8Array<ArrayBuffer> } | { ok: false, error: Wrong }} Unpacked
 */
import { t } from "./language.js";
import { count } from "./words.js";

export const PREFIX = "#v1.";
/** Longest packed form that is unfolded, bytes: as much as the lab reads (`tests/links.rs`). */
const PACKED_MAX = 1 << 18;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEAD = 4;
/** A stored block of `HEAD` bytes that is not the last. */
const STORED = [0, HEAD, 0, 0xff - HEAD, 0xff];

/** @param {Uint8Array} packed @returns {Promise<string>} the text of a link, with its `#` */
export async function textOf(packed) {
  const content = await through(packed.subarray(HEAD), new CompressionStream("deflate-raw"), Infinity);
  const size = STORED.length + HEAD + content.length;
  const length = PREFIX.length + Math.ceil((size * 4) / 3);
  const bytes = new Uint8Array(size);
  bytes.set([...STORED, packed[0] ?? 0, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff]);
  bytes.set(content, STORED.length + HEAD);
  return PREFIX + toBase64(bytes);
}

/** @param {string} hash the part of an address from its `#` on @returns {Promise<Unpacked>} */
export async function packedOf(hash) {
  const [, version] = /^#v(\d+)\./.exec(hash) ?? [];
  if (version !== undefined && version !== "1") {
    const message = t("This link has version {version} of the format; this lab reads version 1.", { version });
    return wrong("link-version", 3, message, t("Open it with the lab that made it, or with a newer one."));
  }
  if (version === undefined) return wrong("link-text", 1, t("This is no link of a run."), t("A link begins with {start}", { start: PREFIX }));
  const bytes = fromBase64(hash);
  if (typeof bytes === "number") {
    return wrong("link-text", bytes + 1, t("Character {n} of this link, \"{letter}\", does not belong into one.", { n: count(bytes + 1), letter: hash[bytes] ?? "" }));
  }
  const whole = announced(bytes);
  if (whole > hash.length) {
    return wrong("link-truncated", hash.length, t("This link ends after {n} of {all} characters.", { n: count(hash.length), all: count(whole) }));
  }
  if (whole > 0 && whole < hash.length) {
    const more = count(hash.length - whole);
    return wrong("link-damaged", whole, t("This link has {n} characters, and {more} more that are not its own.", { n: count(whole), more }));
  }
  try {
    return { ok: true, value: await through(bytes, new DecompressionStream("deflate-raw"), PACKED_MAX) };
  } catch (error) {
    if (error instanceof TooLong) return wrong("link-too-long", hash.length, t("This link unfolds to more than {n} kB.", { n: PACKED_MAX >> 10 }));
    return wrong("link-damaged", hash.length, t("This link of {n} characters is damaged or cut off.", { n: count(hash.length) }));
  }
}

/** @param {string} code @param {number} at a character, from 1 @param {string} message @returns {Unpacked} */
function wrong(code, at, message, hint = t("Ask for it again, or open the scenario without its interventions.")) {
  return { ok: false, error: { code, place: `character ${at}`, message, hint } };
}

class TooLong extends Error {}

/**
 * @param {Uint8Array} bytes
 * @param {CompressionStream | DecompressionStream} stream
 * @param {number} most bytes that may come out
 */
async function through(bytes, stream, most) {
  const writer = stream.writable.getWriter();
  // What fails on the way in is noticed where it comes out.
  const written = writer.write(new Uint8Array(bytes)).then(() => writer.close()).catch(() => {});
  const reader = stream.readable.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > most) {
      await reader.cancel().catch(() => {});
      throw new TooLong();
    }
  }
  await written;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** @param {Uint8Array} bytes @returns {number} how long the text was when it was made; 0 if the bytes do not say so */
function announced(bytes) {
  if (!STORED.every((byte, at) => bytes[at] === byte)) return 0;
  const [low = 0, middle = 0, high = 0] = bytes.subarray(STORED.length + 1, STORED.length + HEAD);
  return low | (middle << 8) | (high << 16);
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const letters = Math.min(3, bytes.length - at) + 1;
    for (let n = 0; n < letters; n++) text += LETTERS[(bits >> (18 - 6 * n)) & 63];
  }
  return text;
}

/** @param {string} hash @returns {Uint8Array | number} the bytes, or the position of the character that means none */
function fromBase64(hash) {
  const values = new Map([...LETTERS].map((letter, value) => [letter, value]));
  const bytes = new Uint8Array(Math.floor(((hash.length - PREFIX.length) * 3) / 4));
  let [bits, held, length] = [0, 0, 0];
  for (let at = PREFIX.length; at < hash.length; at++) {
    const value = values.get(hash[at] ?? "");
    if (value === undefined) return at;
    bits = ((bits << 6) | value) & 0xfffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[length++] = (bits >> held) & 0xff;
  }
  return bytes;
}
