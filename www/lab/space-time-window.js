// @ts-check
/**
 * The part of a diagram's axis that is in the picture: zoomed, panned, brought to an event, going along with the cursor. Only
 * figures; places are in units of the axis, as the lab tells them.
 *
 * @typedef {import("../netsplit.js").SpaceTimePainted} Painted
 * @typedef {{ from: number, to: number }} Range
 */

/** Events that the first window holds, about. */
export const FIRST = 120;

export class Window {
  /** The window; all of the run if it is null. @type {Range | null} */
  range = null;
  /** What was painted last. @type {Painted | null} */
  painted = null;

  /** All of another axis, or of another run. */
  reset() {
    this.range = this.painted = null;
  }

  /** All of it. */
  all() {
    this.range = null;
  }

  /** From where to where the picture reaches. @returns {Range} */
  get shown() {
    const { from, to } = this.painted ?? { from: 0, to: 1 };
    return this.range ?? { from, to };
  }

  /** Where the window begins in the picture, pixels. */
  get left() {
    return this.painted?.left ?? 0;
  }

  /** How wide the window is in the picture, pixels. */
  get width() {
    return this.painted ? Math.max(1, this.painted.right - this.painted.left) : 1;
  }

  /** @param {number} x pixels from the left @param {Range} [range] @returns {number} its place */
  placeAt(x, { from, to } = this.shown) {
    return from + ((x - this.left) / this.width) * (to - from);
  }

  /** @param {number} factor less than 1 comes nearer @param {number} [at] what stays where it is; the middle, if it is not in view */
  zoom(factor, at = NaN) {
    const all = this.painted ?? { from: 0, to: 1 };
    const { from, to } = this.shown;
    const middle = at >= from && at <= to ? at : (from + to) / 2;
    const least = this.painted?.by_time ? 20 : 4;
    const span = Math.min(Math.max((to - from) * factor, least), (all.to - all.from) * 1.1);
    const start = middle - ((middle - from) / (to - from)) * span;
    this.range = span >= all.to - all.from ? null : this.#kept(start, start + span);
  }

  /** @param {number} part of the window @param {Range} [range] from where */
  pan(part, { from, to } = this.shown) {
    const by = (to - from) * part;
    this.range = this.#kept(from + by, to + by);
  }

  /** Two fingers on it. @param {Range} range @param {number} middle @param {number} factor */
  pinch({ from, to }, middle, factor) {
    this.range = this.#kept(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  /** @param {number} place comes into the middle @param {Range} [range] of what width */
  center(place, { from, to } = this.shown) {
    this.range = this.#kept(place - (to - from) / 2, place + (to - from) / 2);
  }

  /** @param {number} place comes into view */
  show(place) {
    const { from, to } = this.shown;
    const air = (to - from) * 0.03;
    if (place < from + air || place > to - air) this.center(place);
  }

  /** When the cursor leaves the window, the window goes with it. @param {number} place */
  follow(place) {
    if (!this.range) return;
    const { from, to } = this.range;
    const span = to - from;
    if (place > to - span * 0.04) this.range = { from: place - span * 0.85, to: place + span * 0.15 };
    else if (place < from) this.range = { from: Math.max(0, place - span * 0.15), to: Math.max(0, place - span * 0.15) + span };
  }

  /** A window that ends a little after a place. @param {number} from @param {number} to */
  begin(from, to) {
    const span = Math.max(to - from, 1);
    this.range = { from: Math.max(0, from - span * 0.02), to: to + span * 0.12 };
  }

  /** @param {number} from @param {number} to @returns {Range} where there is something to see */
  #kept(from, to) {
    const all = this.painted ?? { from: 0, to: 1 };
    const span = to - from;
    const start = Math.min(Math.max(from, all.from - span * 0.3), all.to - span * 0.3);
    return { from: start, to: start + span };
  }
}
