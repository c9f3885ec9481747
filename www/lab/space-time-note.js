// @ts-check
/** The note of a space-time diagram: what is pointed at, or what is going on, in the corner that hides nothing of it. */
import { h, redraw } from "./dom.js";

/** Corners in the order in which they are preferred. */
const CORNERS = ["top right", "top left", "bottom right", "bottom left"];
/** Pixels around a mark that stay free. */
const AIR = 12;

export class Note {
  element = h("p", { class: "st-note", hidden: true });

  /** @param {unknown} of @param {() => (import("./dom.js").Child | import("./dom.js").Child[])[]} text @param {{ x: number, y: number }[]} marks that it is not to hide, pixels of the page */
  show(of, text, marks) {
    this.element.hidden = false;
    redraw(this.element, of, text);
    this.#place(marks);
  }

  hide() {
    this.element.hidden = true;
  }

  /** @param {{ x: number, y: number }[]} marks */
  #place(marks) {
    const hides = (/** @type {string} */ corner) => {
      this.element.dataset.corner = corner;
      const { left, right, top, bottom } = this.element.getBoundingClientRect();
      return marks.filter(({ x, y }) => x > left - AIR && x < right + AIR && y > top - AIR && y < bottom + AIR).length;
    };
    let [best, least] = ["", Infinity];
    for (const corner of CORNERS) {
      const hidden = hides(corner);
      if (hidden < least) [best, least] = [corner, hidden];
      if (least === 0) break;
    }
    this.element.dataset.corner = best;
  }
}
