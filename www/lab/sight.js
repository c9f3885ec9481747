// @ts-check
/**
 * How the stage is looked at: which part of it and how large, where nodes were put by hand, which nodes are selected
 * together. It belongs to the eye, not to the run: no link carries it.
 *
 * @typedef {{ zoom: number, x: number, y: number }} Camera   x, y: what is in the middle, parts (0 to 1) of the whole
 * @typedef {{ first: number | null, row: number }} LogAt   first: position at the left; null for the newest
 */

/** @type {Camera} */
const WHOLE = { zoom: 1, x: 0.5, y: 0.5 };

export class Sight {
  /** @type {Camera} */
  camera = WHOLE;
  /** @type {LogAt} */
  log = { first: null, row: 0 };
  /** Nodes selected together. @type {Set<number>} */
  chosen = new Set();
  /** A click adds to them. */
  choosing = false;
  /** Nodes put by hand, for each layout. @type {Record<string, Map<number, [number, number]>>} */
  #moved = {};

  /** For another run: nothing is chosen, moved or enlarged. */
  reset() {
    this.camera = WHOLE;
    this.log = { first: null, row: 0 };
    this.chosen = new Set();
    this.choosing = false;
    this.#moved = {};
  }

  /** @param {string} layout @returns {Map<number, [number, number]>} */
  moved(layout) {
    return (this.#moved[layout] ??= new Map());
  }

  /** What a painter needs to know. @param {"ring" | "row" | "two-sites"} layout @param {boolean} able whether there is what that takes: until then all is as in the opening */
  options(layout, able) {
    if (!able) return { layout, log_first: null, log_row: 0 };
    const { zoom, x, y } = this.camera;
    const moved = [...this.moved(layout)].map(([node, [left, top]]) => /** @type {[number, number, number]} */ ([node, left, top]));
    return {
      layout,
      ...(moved.length ? { moved } : {}),
      ...(this.chosen.size ? { chosen: [...this.chosen] } : {}),
      ...(zoom > 1 ? { camera: /** @type {[number, number, number]} */ ([zoom, x, y]) } : {}),
      log_first: this.log.first,
      log_row: this.log.row,
    };
  }
}
