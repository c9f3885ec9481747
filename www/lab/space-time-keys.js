// @ts-check
/**
 * A diagram's keys: Left and Right walk along a lane, with Shift along messages; Up and Down change the lane; Enter chooses.
 *
 * @typedef {import("../netsplit.js").SpaceTimeWay} Way
 * @typedef {{
 *   walk: (way: Way, alongMessages: boolean) => void,
 *   choose: (second: boolean) => void,
 *   pan: (part: number) => void,
 *   zoom: (factor: number) => void,
 *   all: () => void,
 *   next: (back: boolean) => void,
 *   find: () => void,
 *   leave: () => boolean,
 * }} Deeds   leave: false if there was nothing to leave
 */

/** @type {Record<string, Way>} */
const PLAIN = { ArrowRight: "later", ArrowLeft: "earlier", ArrowUp: "above", ArrowDown: "below" };
/** @type {Record<string, Way>} */
const WITH_SHIFT = { ...PLAIN, ArrowRight: "effect", ArrowLeft: "cause" };

/** @param {KeyboardEvent} event @param {Deeds} deeds @returns {boolean} whether it means anything here */
export function pressed(event, deeds) {
  const { key, shiftKey } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const way = (shiftKey ? WITH_SHIFT : PLAIN)[key];
  if (way) deeds.walk(way, shiftKey);
  else if (key === "Enter") deeds.choose(shiftKey);
  else if (key === "Home") deeds.pan(-1);
  else if (key === "End") deeds.pan(1);
  else if (key === "+" || key === "=") deeds.zoom(0.5);
  else if (key === "-") deeds.zoom(2);
  else if (key === "0") deeds.all();
  else if (key === "n" || key === "N") deeds.next(key === "N");
  else if (key === "/") deeds.find();
  else if (key === "Escape") return deeds.leave();
  else return false;
  return true;
}
