// @ts-check
/** Figures with units, as the page writes them. Sentences about the run come from the lab, never from here. */

const LADDER_US_PER_MS = [1, 2, 5, 10, 20, 33, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 60_000];

/** @param {number} us virtual time, e.g. `1.204 s` */
export function time(us) {
  return `${(us / 1e6).toFixed(3)} s`;
}

/** @param {number} us a length of time, in the unit in which it is shortest */
export function duration(us) {
  if (us >= 1e6) return `${trimmed(us / 1e6)} s`;
  if (us >= 1e3) return `${trimmed(us / 1e3)} ms`;
  return `${us} µs`;
}

/** @param {number} value */
const trimmed = (value) => String(Number(value.toFixed(value < 10 ? 2 : 1)));

/** @param {number} n with a mark between thousands */
export const count = (n) => n.toLocaleString("en");

/** @param {number} usPerMs playback speed: virtual microseconds per real millisecond */
export function speed(usPerMs) {
  if (usPerMs === 60_000) return "1 min per second";
  if (usPerMs > 1000) return `${trimmed(usPerMs / 1000)} x faster`;
  if (usPerMs === 1000) return "real time";
  return `${Math.round(1000 / usPerMs)} x slower`;
}

/** @param {...number} usPerMs speeds that must be among them @returns {number[]} the speeds to choose from, slowest first */
export function speeds(...usPerMs) {
  return [...new Set([...LADDER_US_PER_MS, ...usPerMs])].sort((a, b) => a - b);
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
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** @param {string} id of a scenario: its first part names the system */
export function systemName(id) {
  const name = id.split("/")[0] ?? id;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** @param {{ message: string, hint?: string }} error a refusal in one line */
export function refusal({ message, hint }) {
  const sentence = /[.?]$/.test(message) ? message : `${message}.`;
  return hint ? `${sentence} ${hint}` : sentence;
}
