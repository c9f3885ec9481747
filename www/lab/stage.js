// @ts-check
/**
 * `<netsplit-stage>`: the canvas, and its live twin for keyboards and screen readers.
 *
 * Pointer: hovering previews, a click selects and shows what it is, a second one opens its actions. Keyboard: the stage is
 * one Tab stop; Up and Down walk what is drawn, Enter opens the actions. Everything else that hands do here (lines that cut,
 * dragging, zooming, selecting several) is in `gestures.js`, which comes with the first hand.
 *
 * Until the lab is there, the page holds a picture of the moment at which it opens; the canvas takes its place.
 */
import { HOME, parseAddress } from "./address.js";
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { loadDiagram, openActions } from "./on-demand.js";
import { Part } from "./part.js";

/** Most things in the twin; of a crowd it holds those around the selected one. */
const TWIN_MAX = 300;
const TWIN_MAX_CROWD = 60;
const CROWD = 60;
/** A crowd's twin is made anew so often while the run plays and nobody is in it. */
const CROWD_MS = 2000;
const HANDS = ["pointerenter", "pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave", "click", "wheel", "contextmenu", "touchmove"];

/** @typedef {import("../netsplit.js").Target} Target */

export class Stage extends Part {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #twin = h("ul", {
    role: "listbox",
    tabindex: 0,
    class: "twin",
    "aria-multiselectable": "true",
    "aria-label": t("Cluster: nodes, then messages. Up and Down walk them, Enter shows what can be done."),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    onfocus: () => this.#focused(),
  });
  #size = { width: 0, height: 0, dpr: 1 };
  #twinAt = 0;
  /** @type {import("./gestures.js").Gestures | null} */
  #gestures = null;
  /** What hands did before there were gestures. @type {Event[] | null} */
  #queue = null;

  /** It shows the branch that is compared with. */
  get #there() {
    return this.hasAttribute("data-there");
  }

  setUp() {
    const { scenario, seed } = parseAddress(location.hash);
    if (seed !== null || (scenario ?? HOME) !== HOME) this.#dropOpening();
    this.id = this.#there ? "stage-there" : "stage";
    this.setAttribute("role", this.#there ? "group" : "tabpanel");
    if (this.#there) this.setAttribute("aria-label", t("The branch that is compared with"));
    this.append(this.#canvas, this.#twin);
    this.onResize(() => this.#resized());
    this.on(["settings"], () => this.#resized());
    this.on(["open", "look"], () => this.#drawDiagram());
    this.on(["open", "moment", "look", "mode", "settings"], () => this.#paint());
    this.on(["open", "moment", "look", "settings"], () => this.#drawTwin(), { slow: true });
    for (const type of HANDS) this.addEventListener(type, (event) => this.#hand(event), { passive: false });
  }

  // ---- a view that draws itself

  get #diagrammed() {
    return this.app.lab !== null && this.app.view === "space-time";
  }

  #drawDiagram() {
    const there = this.querySelector("netsplit-space-time");
    this.toggleAttribute("data-diagram", this.#diagrammed);
    if (this.#there) return;
    if (!this.#diagrammed) return there?.remove();
    if (there) return;
    this.#dropOpening();
    this.removeAttribute("data-loading");
    this.setAttribute("aria-labelledby", `view-${this.app.view}`);
    loadDiagram(this.app, () => {
      if (this.#diagrammed && !this.querySelector("netsplit-space-time")) this.append(document.createElement("netsplit-space-time"));
    });
  }

  // ---- painting

  #resized() {
    const { width, height } = this.getBoundingClientRect();
    const { zoom } = this.app.settings;
    this.#size = { width: Math.round(width / zoom), height: Math.round(height / zoom), dpr: devicePixelRatio * zoom };
    this.app.changed("look");
  }

  /** What the painter is told. */
  options() {
    return { ...this.app.paintOptions(this.#size), ...(this.#there ? { there: true } : {}) };
  }

  #paint() {
    const { lab, view } = this.app;
    const { width, height, dpr } = this.#size;
    if (!lab || width === 0 || height === 0 || this.#diagrammed) return;
    const [pixelsWide, pixelsHigh] = [Math.round(width * dpr), Math.round(height * dpr)];
    if (this.#canvas.width !== pixelsWide) this.#canvas.width = pixelsWide;
    if (this.#canvas.height !== pixelsHigh) this.#canvas.height = pixelsHigh;
    lab.paint(this.#canvas, view, this.options());
    this.#dropOpening();
    this.removeAttribute("data-loading");
  }

  /** Takes away the picture of the opening moment: it is of another run, or the canvas is there. */
  #dropOpening() {
    for (const picture of this.querySelectorAll(".opening")) picture.remove();
  }

  // ---- the twin

  get #crowd() {
    return (this.app.system?.nodes.length ?? 0) > CROWD;
  }

  /** What can be pointed at, in reading order. @returns {Target[]} */
  targets() {
    const { lab, view, selected } = this.app;
    return lab?.twin(view, this.options(), selected, this.#crowd ? TWIN_MAX_CROWD : TWIN_MAX) ?? [];
  }

  #drawTwin() {
    const { selected, sight, playing } = this.app;
    const now = performance.now();
    if (this.#diagrammed) return;
    if (this.#crowd && playing && now - this.#twinAt < CROWD_MS && !this.contains(document.activeElement)) return;
    this.#twinAt = now;
    const targets = this.targets();
    /** @param {string} id */
    const marked = (id) => id === selected || (id.startsWith("node:") && sight.chosen.has(Number(id.slice(5))));
    if (!this.#there) this.setAttribute("aria-labelledby", `view-${this.app.view}`);
    redraw(this.#twin, [targets.map(({ id, label }) => [id, label]), selected, [...sight.chosen]], () =>
      targets.map(({ id, label }) => h("li", { role: "option", id: this.#twinId(id), "aria-selected": String(marked(id)) }, label)),
    );
    // Each option lies where its picture is: for touch with a screen reader, and for magnifiers.
    for (const [n, target] of targets.entries()) place(/** @type {HTMLElement} */ (this.#twin.children[n]), target, this.app.settings.zoom);
    const active = targets.some(({ id }) => id === selected) ? selected : null;
    if (active) this.#twin.setAttribute("aria-activedescendant", this.#twinId(active));
    else this.#twin.removeAttribute("aria-activedescendant");
  }

  /** @param {string} id */
  #twinId(id) {
    return `${this.#there ? "there" : "twin"}-${id.replace(/[^\w-]/g, "_")}`;
  }

  #focused() {
    void this.#withGestures();
    if (this.app.selected === null && this.matches(":has(:focus-visible)")) this.walk(0);
  }

  /** @param {number} way so many further; 0 is the first */
  walk(way) {
    const ids = this.targets().map(({ id }) => id);
    const at = ids.indexOf(this.app.selected ?? "");
    const to = way === 0 ? 0 : at < 0 ? (way > 0 ? 0 : -1) : Math.min(ids.length - 1, Math.max(0, at + way));
    this.app.select(ids.at(to) ?? null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (plain && event.key === "ArrowDown") this.walk(1);
    else if (plain && event.key === "ArrowUp") this.walk(-1);
    else if (plain && event.key === "Enter" && this.app.selected) this.openSelected();
    else if (isGesture(event)) void this.#withGestures().then((gestures) => gestures.key(event));
    else return;
    event.preventDefault();
  }

  openSelected() {
    const { selected } = this.app;
    if (selected) openActions(this.app, selected, this.placeOf(selected));
  }

  /** @param {string} id @returns {DOMRect} where it is on the page */
  placeOf(id) {
    const box = this.getBoundingClientRect();
    const target = this.targets().find((each) => each.id === id);
    if (!target) return box;
    const { zoom } = this.app.settings;
    return new DOMRect(box.x + target.x * zoom, box.y + target.y * zoom, target.width * zoom, target.height * zoom);
  }

  // ---- hands

  async #withGestures() {
    const { Gestures } = await import("./gestures.js");
    this.#gestures ??= new Gestures(this);
    return this.#gestures;
  }

  /** What is done on the stage beside it, which lies within it. @param {Event} event */
  #isOthers({ target }) {
    return target instanceof Element && target.closest("netsplit-stage") !== this;
  }

  /** @param {Event} event */
  #hand(event) {
    if (this.#diagrammed || this.#isOthers(event)) return;
    // A browser zooms the page with the same wheel.
    if (event.type === "wheel" && /** @type {WheelEvent} */ (event).ctrlKey) event.preventDefault();
    if (this.#gestures) return this.#gestures.handle(event);
    if (this.#queue) return void this.#queue.push(event);
    const queue = (this.#queue = [event]);
    const replay = (/** @type {import("./gestures.js").Gestures} */ gestures) => {
      for (const each of queue) gestures.handle(each);
    };
    // The next event tries again; a pointer that only moves by says nothing.
    const failed = () => queue.some(({ type }) => !/move|enter|leave|over|out/.test(type)) && this.app.say(t("This part of the page could not be loaded. Is the connection lost?"));
    void this.#withGestures().then(replay, failed).finally(() => (this.#queue = null));
  }
}
customElements.define("netsplit-stage", Stage);

/** @param {KeyboardEvent} event whether `gestures.js` knows what it means */
function isGesture({ key, shiftKey, altKey, ctrlKey, metaKey }) {
  if (metaKey) return false;
  const arrow = /^Arrow/.test(key);
  const vertical = key === "ArrowUp" || key === "ArrowDown";
  if (arrow) return altKey || ctrlKey || (shiftKey && vertical);
  return !altKey && !ctrlKey && (key === " " || key === "z" || key === "Z" || key === "0");
}

/** @param {HTMLElement} element @param {{ x: number, y: number, width: number, height: number }} box @param {number} zoom */
function place(element, { x, y, width, height }, zoom) {
  element.style.translate = `${Math.round(x * zoom)}px ${Math.round(y * zoom)}px`;
  element.style.width = `${Math.round(width * zoom)}px`;
  element.style.height = `${Math.round(height * zoom)}px`;
}

