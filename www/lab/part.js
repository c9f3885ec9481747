// @ts-check
/** What every element of the page has in common: it finds the lab that it belongs to, and is set up once. */
import { LabRoot } from "./root.js";

export class Part extends HTMLElement {
  #ready = false;
  /** @type {(() => void)[]} */
  #stops = [];

  /** @returns {import("./app.js").App} */
  get app() {
    const root = this.closest("netsplit-lab");
    if (!(root instanceof LabRoot)) throw new Error(`<${this.localName}> stands outside of <netsplit-lab>`);
    return root.app;
  }

  connectedCallback() {
    if (this.#ready) return;
    this.#ready = true;
    this.setUp();
  }

  /**
   * Hears of changes for as long as it is in the page, as `App.on` says.
   *
   * @type {import("./app.js").App["on"]}
   */
  on(changes, listener, options) {
    const stop = this.app.on(changes, listener, options);
    this.#stops.push(stop);
    return stop;
  }

  /** Hears of its size, or a child's, for as long as it is in the page. @param {() => void} listener @param {Element} [element] */
  onResize(listener, element = this) {
    const observer = new ResizeObserver(listener);
    observer.observe(element);
    this.#stops.push(() => observer.disconnect());
  }

  /** Hears of an event of the window for as long as it is in the page. @param {string} type @param {() => void} listener */
  onWindow(type, listener) {
    addEventListener(type, listener);
    this.#stops.push(() => removeEventListener(type, listener));
  }

  /** Once, later, if it is in the page then. @param {() => void} run @param {number} ms */
  later(run, ms) {
    const timer = setTimeout(run, ms);
    this.#stops.push(() => clearTimeout(timer));
  }

  disconnectedCallback() {
    for (const stop of this.#stops) stop();
  }

  /** Builds what never changes and says which changes it wants to hear of. */
  setUp() {}
}
