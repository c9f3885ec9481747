// @ts-check
/**
 * Mice, pens and fingers on a diagram: dragging and wheels move and zoom its window; what is clicked or pointed at is told.
 *
 * @typedef {import("../netsplit.js").SpaceTimeHit} Hit
 * @typedef {import("./space-time-window.js").Window} Window
 * @typedef {{
 *   window: Window,
 *   zoom: () => number,
 *   hit: (x: number, y: number) => Hit | null,
 *   moved: () => void,
 *   point: (hit: Hit | null) => void,
 *   choose: (hit: Hit | null, second: boolean) => void,
 * }} Target what is pointed at: `moved` after each movement of the window, `choose` when a press ends; with null, if it was dragged
 */

/** Pixels that a pointer must move before it drags. */
const DRAG_MIN = 5;

export class Pointer {
  /** How far the lanes are scrolled, pixels. */
  scroll = 0;
  /** @type {Map<number, { x: number, y: number }>} */
  #down = new Map();
  /** @type {{ x: number, y: number, range: { from: number, to: number }, scroll: number, hit: Hit | null, dragging: boolean, distance: number } | null} */
  #press = null;
  #plot;
  #target;

  /** @param {HTMLElement} plot @param {Target} target */
  constructor(plot, target) {
    this.#plot = plot;
    this.#target = target;
    plot.addEventListener("pointerdown", (event) => this.#pressed(event));
    plot.addEventListener("pointermove", (event) => this.#moved(event));
    plot.addEventListener("pointerup", (event) => this.#released(event));
    plot.addEventListener("pointercancel", (event) => this.#down.delete(event.pointerId));
    plot.addEventListener("pointerleave", () => target.point(null));
    plot.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** True while something is held. */
  get holds() {
    return this.#down.size > 0;
  }

  /** @param {{ clientX: number, clientY: number }} event */
  #at(event) {
    const box = this.#plot.getBoundingClientRect();
    const zoom = this.#target.zoom();
    return { x: (event.clientX - box.x) / zoom, y: (event.clientY - box.y) / zoom };
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (event.button !== 0) return;
    event.stopPropagation();
    const at = this.#at(event);
    this.#down.set(event.pointerId, at);
    this.#plot.setPointerCapture(event.pointerId);
    const [a, b] = [...this.#down.values()];
    const distance = a && b ? Math.abs(a.x - b.x) : 0;
    this.#press = { ...at, range: this.#target.window.shown, scroll: this.scroll, hit: this.#target.hit(at.x, at.y), dragging: distance > 0, distance };
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const at = this.#at(event);
    const press = this.#press;
    if (!press || !this.#down.has(event.pointerId)) {
      if (event.pointerType !== "touch") this.#target.point(this.#target.hit(at.x, at.y));
      return;
    }
    event.stopPropagation();
    this.#down.set(event.pointerId, at);
    if (!press.dragging && Math.hypot(at.x - press.x, at.y - press.y) < DRAG_MIN) return;
    press.dragging = true;
    const { window } = this.#target;
    const [a, b] = [...this.#down.values()];
    if (a && b && press.distance > 0) {
      window.pinch(press.range, window.placeAt(press.x, press.range), press.distance / Math.max(8, Math.abs(a.x - b.x)));
    } else if (press.hit?.kind === "minimap") {
      const hit = this.#target.hit(at.x, press.y);
      if (hit?.place !== undefined && hit.place !== null) window.center(hit.place, press.range);
    } else {
      window.pan((press.x - at.x) / window.width, press.range);
      this.scroll = Math.max(0, press.scroll + press.y - at.y);
    }
    this.#target.moved();
  }

  /** @param {PointerEvent} event */
  #released(event) {
    this.#down.delete(event.pointerId);
    const press = this.#press;
    if (this.holds) return;
    this.#press = null;
    if (!press) return;
    event.stopPropagation();
    this.#target.choose(press.dragging ? null : press.hit, event.shiftKey);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const { window } = this.#target;
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      window.pan(((event.deltaX || event.deltaY) * unit) / window.width);
    } else if (event.altKey) {
      this.scroll = Math.max(0, this.scroll + event.deltaY * unit);
    } else {
      window.zoom(Math.exp(Math.max(-80, Math.min(80, event.deltaY * unit)) / 240), window.placeAt(this.#at(event).x));
    }
    this.#target.moved();
  }
}
