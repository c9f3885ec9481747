// @ts-check
/**
 * Looking closer and elsewhere on the stage: zooming and moving over the cluster, and scrolling the logs. One eye, whatever moves
 * it: hands, wheel, keys, buttons.
 *
 * @typedef {import("./stage.js").Stage} Stage
 * @typedef {{ x: number, y: number }} Point
 */
const ZOOM_MAX = 24;
const ZOOM_STEP = 1.4;
/** How far one key looks: parts of what is in view. */
const KEY_STEP = 0.12;
/** Pixels of the wheel for one row or column of the logs. */
const WHEEL_STEP = 40;

export class Lens {
  /** @type {Stage} */
  #stage;
  /** Pixels that have not yet made a row or a column of the logs. */
  #rest = { x: 0, y: 0 };

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  get #app() {
    return this.#stage.app;
  }

  get #sight() {
    return this.#app.sight;
  }

  /** How large the cluster is drawn; 1 is whole. */
  get zoom() {
    return this.#sight.camera.zoom;
  }

  /** @param {Point} at on the stage @returns {Point} parts (0 to 1) of the whole picture */
  whole({ x, y }) {
    const { width, height } = this.#stage.options();
    const { zoom, x: left, y: top } = this.#sight.camera;
    return { x: (x / width - 0.5) / zoom + left, y: (y / height - 0.5) / zoom + top };
  }

  /** @param {number} zoom @param {Point} [about] what stays where it is, on the stage */
  zoomTo(zoom, about) {
    const { width, height } = this.#stage.options();
    const at = about ?? { x: width / 2, y: height / 2 };
    const held = this.whole(at);
    const to = Math.min(ZOOM_MAX, Math.max(1, zoom));
    this.#lookAt(to, held.x - (at.x / width - 0.5) / to, held.y - (at.y / height - 0.5) / to);
  }

  /** @param {1 | -1} way a step closer or farther @param {Point} [about] */
  zoomBy(way, about) {
    this.zoomTo(this.zoom * ZOOM_STEP ** way, about);
  }

  /** @param {number} dx @param {number} dy pixels by which the picture goes along with a hand */
  move(dx, dy) {
    if (this.#app.view === "log") return this.#scroll(-dx, -dy);
    const { width, height } = this.#stage.options();
    const { zoom, x, y } = this.#sight.camera;
    this.#lookAt(zoom, x - dx / width / zoom, y - dy / height / zoom);
  }

  /** @param {[number, number]} way by a key */
  step([dx, dy]) {
    if (this.#app.view === "log") return this.#scrollBy(dx, dy);
    const { zoom, x, y } = this.#sight.camera;
    this.#lookAt(zoom, x + (dx * KEY_STEP) / zoom, y + (dy * KEY_STEP) / zoom);
  }

  /** @param {WheelEvent} event @param {Point} at on the stage */
  wheel(event, at) {
    const { view } = this.#app;
    if (view === "log") {
      const part = this.#app.lab?.logPart(this.#stage.options());
      const sideways = event.shiftKey || !part || part.rows >= part.of;
      this.#scroll(event.deltaX + (sideways ? event.deltaY : 0), sideways ? 0 : event.deltaY);
    } else if (view === "cluster" && event.ctrlKey) {
      this.zoomTo(this.zoom * Math.exp(-event.deltaY / 300), at);
    } else if (view === "cluster" && this.zoom > 1) {
      this.move(-event.deltaX, -event.deltaY);
    } else return;
    event.preventDefault();
  }

  /** The whole cluster; of the logs the newest entries. */
  showAll() {
    this.#sight.camera = { zoom: 1, x: 0.5, y: 0.5 };
    this.#sight.log = { first: null, row: this.#sight.log.row };
    this.#app.changed("look");
  }

  /** @param {number} zoom @param {number} x @param {number} y */
  #lookAt(zoom, x, y) {
    const half = 0.5 / zoom;
    const inside = (/** @type {number} */ part) => Math.min(1 - half, Math.max(half, part));
    this.#sight.camera = { zoom, x: inside(x), y: inside(y) };
    this.#app.changed("look");
  }

  /** Over the logs. @param {number} dx @param {number} dy pixels to the right and down */
  #scroll(dx, dy) {
    const rest = this.#rest;
    rest.x += dx;
    rest.y += dy;
    const [columns, rows] = [Math.trunc(rest.x / WHEEL_STEP), Math.trunc(rest.y / WHEEL_STEP)];
    rest.x -= columns * WHEEL_STEP;
    rest.y -= rows * WHEEL_STEP;
    this.#scrollBy(columns, rows);
  }

  /** @param {number} columns @param {number} rows */
  #scrollBy(columns, rows) {
    if (columns === 0 && rows === 0) return;
    const part = this.#app.lab?.logPart(this.#stage.options());
    if (!part) return;
    const first = Math.max(1, part.first + columns);
    const row = Math.max(0, Math.min(part.of - part.rows, part.row + rows));
    // At the newest entries it goes along with them.
    this.#sight.log = { first: first >= part.newest ? null : first, row };
    this.#app.changed("look");
  }
}
