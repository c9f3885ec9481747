// @ts-check
/** Figures with units, as the page writes them. Sentences about the run come from the lab, never from here. */

import { language, t } from "./language.js";

const LADDER_US_PER_MS = [1, 2, 5, 10, 20, 33, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 60_000];
/** The lab's fastest: as many events as a frame has time for. */
const FASTEST = 1_000_000;

/** @param {number} us virtual time, e.g. `1.204 s`: cut off, not rounded, as the command line writes it */
export function time(us) {
  return `${figure(Math.floor(us / 1e3) / 1e3, 3, 3)} s`;
}

/** @param {number} us a length of time, with the same digits as in the lab's sentences: `850 µs`, `3.2 ms`, `214 ms`, `1.2 s` */
export function duration(us) {
  if (us <= 0) return "0 ms";
  if (us < 1e3) return `${Math.floor(us)} µs`;
  const [unit, name] = us < 1e6 ? [1e3, "ms"] : [1e6, "s"];
  const [whole, tenths] = [Math.floor(us / unit), Math.floor(((us % unit) * 10) / unit)];
  return `${figure(whole >= 100 ? whole : whole + tenths / 10, 0, 1)} ${name}`;
}

/** @param {number} value */
const trimmed = (value) => figure(value, 0, value < 10 ? 2 : 1);

/** @param {number} n with a mark between thousands */
export const count = (n) => figure(n, 0, 0, true);

/** @type {Map<string, Intl.NumberFormat>} by language and form: making one takes longer than using it */
const formats = new Map();

/** @param {number} value @param {number} least digits after the point @param {number} most @param {boolean} [grouped] */
function figure(value, least, most, grouped = false) {
  const name = `${language()} ${least} ${most} ${grouped}`;
  let format = formats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(language(), { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: grouped });
    formats.set(name, format);
  }
  return format.format(value);
}

/** @param {number} usPerMs playback speed: virtual microseconds per real millisecond */
export function speed(usPerMs) {
  if (usPerMs === FASTEST) return t("as fast as possible");
  if (usPerMs === 60_000) return t("1 min per second");
  if (usPerMs > 1000) return t("{n} x faster", { n: trimmed(usPerMs / 1000) });
  if (usPerMs === 1000) return t("real time");
  return t("{n} x slower", { n: Math.round(1000 / usPerMs) });
}

/** @param {...number} usPerMs speeds that must be among them @returns {number[]} the speeds to choose from, slowest first */
export function speeds(...usPerMs) {
  return [...new Set([...LADDER_US_PER_MS, ...usPerMs, FASTEST])].sort((a, b) => a - b);
}

/**
 * @param {number} usPerMs
 * @param {number} pace the scenario's own speed
 * @param {1 | -1} way
 * @returns {number} the next faster or slower speed, or the same at the end
 */
export function nextSpeed(usPerMs, pace, way) {
  const all = speeds(usPerMs, pace);
  return all[Math.min(all.length - 1, Math.max(0, all.indexOf(usPerMs) + way))] ?? usPerMs;
}

/** @param {string[]} parts `a`, `a and b`, `a, b and c` */
export function list(parts) {
  if (parts.length < 2) return parts.join("");
  return t("{list} and {last}", { list: parts.slice(0, -1).join(", "), last: parts.at(-1) ?? "" });
}

/** @param {string} id of a scenario: its first part names the system */
export function systemName(id) {
  const name = id.split("/")[0] ?? id;
  if (name === "rpc") return "RPC";
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** @param {string} text with its figures and their units on one line each */
export const unbroken = (text) => text.replace(/(\d) (?=[mµ]?s\b|min\b|%)/g, "$1\u00a0");

/** @param {string} text with a full stop, if it has none */
export const sentence = (text) => (/[.?]$/.test(text) ? text : `${text}.`);

/** @param {{ message: string, hint?: string }} error a refusal in one line */
export const refusal = ({ message, hint }) => (hint ? `${sentence(message)} ${hint}` : sentence(message));
