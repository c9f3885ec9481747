// @ts-check
/**
 * Which two branches are compared, and how they differ.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").Divergence} Divergence
 * @typedef {{ run: number, since: number, here: number, there: number }} Pair
 */

/** @param {App} app @returns {Pair | null} */
export function pairOf(app) {
  const { lab, run } = app;
  const there = lab?.compared();
  return lab && there ? { run, since: performance.timeOrigin, here: lab.cursor().branch, there: there.branch } : null;
}

/** @param {Pair | null} a @param {Pair | null} b */
export const same = (a, b) => a?.run === b?.run && a?.here === b?.here && a?.there === b?.there;

/** @param {App} app @returns {Divergence | null} where they first differ: the older one is named first, as it stands first */
export function differenceOf(app) {
  const pair = pairOf(app);
  const found = pair && app.lab?.divergence(Math.min(pair.here, pair.there), Math.max(pair.here, pair.there));
  return found && found.ok ? found.value : null;
}

/** @param {Pair} pair @param {Divergence} found @returns {number} the events before the difference, and its own on this branch */
export function eventOf(pair, { position, event_a, event_b }) {
  const own = pair.here < pair.there ? event_a : event_b;
  return position + (own ? 1 : 0);
}
