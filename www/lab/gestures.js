// @ts-check
/**
 * What hands do on the stage, loaded with the first hand.
 *
 * Pointer: a click selects and shows in Inspect what it is; a second one opens the actions. With Shift, or after *Select more*,
 * a click adds to the selection. A node that is dragged stays where it is put. From an empty place a line cuts the network; with
 * Shift a band selects what it is drawn around; while only a part is in view the picture moves under the hand. Ctrl and the
 * wheel, or two fingers, zoom. A long press, or the other button, opens the actions at once. While the network is being cut, a
 * click moves a node to the other side.
 *
 * Keyboard, in the stage: Shift with Up and Down extends the selection, Space adds one or takes it out, Alt with arrows moves
 * a node, Z and Shift+Z zoom, Ctrl with arrows looks elsewhere, 0 shows all.
 *
 * @typedef {import("./stage.js").Stage} Stage
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ id: string | null, what: "press" | "move" | "line" | "band" | "look" | "pinch" | "menu", shift: boolean, touch: boolean, again: boolean } & Point} Press   again: soon after a click, at the same place
 */
import { Choosing, nodeOf } from "./choosing.js";
import { switchSide } from "./cutting.js";
import { s } from "./dom.js";
import { t } from "./language.js";
import { Lens } from "./lens.js";
import { openActions } from "./node-actions.js";
import { forCutting } from "./on-demand.js";
import { stageTools } from "./stage-tools.js";

/** Pixels that a pointer must move before it draws a line. */
const LINE_MIN = 24;
/** Before it drags. */
const DRAG_MIN = 5;
const DRAG_MIN_TOUCH = 12;
const LONG_MS = 500;
/** So soon, and so near, the second click of two follows, whatever has moved under it meanwhile. */
const TWICE_MS = 500;
const TWICE_MAX = 12;
/** So long after a finger was lifted no click comes any more. */
const NO_CLICK_MS = 400;
/** So long a panel waits for a second tap: it would lie under the finger. */
const SHEET_MS = 300;
/** How far one key moves a node: parts of what is in view. */
const KEY_STEP = 0.03;

export class Gestures {
  /** @type {Stage} */
  #stage;
  #lens;
  #choosing;
  #tools;
  #line = s("line", { class: "cut-line" });
  #band = s("rect", { class: "band" });
  #overlay = s("svg", { class: "overlay", "aria-hidden": "true", hidden: true }, this.#line, this.#band);
  /** @type {Press | null} */
  #press = null;
  /** Where the pointers are that are down. @type {Map<number, Point>} */
  #pointers = new Map();
  /** What a click is on, and whether the press was a long one. @type {{ id: string | null, shift: boolean, touch: boolean, menu: boolean } | null} */
  #clicked = null;
  /** What was clicked last: where on the page, and when. @type {{ id: string, at: Point, ms: number } | null} */
  #before = null;
  #long = 0;
  #sheet = 0;

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    this.#lens = new Lens(stage);
    this.#choosing = new Choosing(stage);
    this.#tools = stageTools(stage, this.#lens, this.#choosing);
    stage.append(this.#overlay, this.#tools);
  }

  get #app() {
    return this.#stage.app;
  }

  get #sight() {
    return this.#app.sight;
  }

  /** @param {Event} event */
  handle(event) {
    if (!this.#app.lab || this.#tools.contains(/** @type {Node} */ (event.target))) return;
    const pointer = /** @type {PointerEvent} */ (event);
    switch (event.type) {
      case "pointerdown": return this.#down(pointer);
      case "pointermove": return this.#move(pointer);
      case "pointerup": return this.#up(pointer);
      case "pointercancel": return this.#release(pointer);
      case "pointerleave": return this.#hover(null);
      case "click": return this.#click();
      case "wheel": return this.#lens.wheel(/** @type {WheelEvent} */ (event), this.#at(pointer));
      case "contextmenu": return this.#other(pointer);
      case "touchmove":
        // The page does not scroll under a hand that does something here.
        if (this.#press && this.#press.what !== "press" && event.cancelable) event.preventDefault();
        else if (this.#press?.id?.startsWith("node:") && this.#app.view === "cluster" && event.cancelable) event.preventDefault();
    }
  }

  /** @param {{ clientX: number, clientY: number }} event @returns {Point} on the stage */
  #at({ clientX, clientY }) {
    const box = this.#stage.getBoundingClientRect();
    const { zoom } = this.#app.settings;
    return { x: (clientX - box.x) / zoom, y: (clientY - box.y) / zoom };
  }

  /** @param {Point} at */
  #hit({ x, y }) {
    return this.#app.lab?.hit(this.#app.view, x, y, this.#stage.options()) ?? null;
  }

  // ---- a pointer comes

  /** @param {string | null} id what it is over */
  #hover(id) {
    this.#app.hover(id);
    const clickable = this.#app.cut ? nodeOf(id) !== null : isInspected(id);
    const movable = this.#app.view === "cluster" && this.#lens.zoom > 1;
    this.#stage.style.cursor = clickable ? "pointer" : movable ? "grab" : "";
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    const at = this.#at(event);
    this.#pointers.set(event.pointerId, at);
    try {
      this.#stage.setPointerCapture(event.pointerId);
    } catch {
      // It is gone already.
    }
    if (this.#pointers.size === 2) return this.#pinch();
    if (this.#pointers.size > 2) return;
    const touch = event.pointerType === "touch";
    const again = this.#isAgain(event);
    const id = again ? /** @type {{ id: string }} */ (this.#before).id : this.#hit(at);
    this.#press = { ...at, id, what: "press", shift: event.shiftKey, touch, again };
    clearTimeout(this.#long);
    if (touch) this.#long = setTimeout(() => this.#longPress(), LONG_MS);
  }

  /** The second click of two is on what the first was on, although the panel that this opened has moved it. @param {PointerEvent} event */
  #isAgain({ clientX, clientY }) {
    const before = this.#before;
    if (!before || before.id !== this.#app.selected || performance.now() - before.ms > TWICE_MS) return false;
    return Math.hypot(clientX - before.at.x, clientY - before.at.y) <= TWICE_MAX;
  }

  #longPress() {
    const press = this.#press;
    if (!press || press.what !== "press" || !press.id || this.#app.cut) return;
    press.what = "menu";
    this.#app.select(press.id);
  }

  /** The other button of a mouse. @param {PointerEvent} event */
  #other(event) {
    event.preventDefault();
    if (event.pointerType === "touch" || this.#app.cut) return;
    const id = this.#hit(this.#at(event));
    if (!id) return;
    const node = nodeOf(id);
    if (node === null || !this.#sight.chosen.has(node)) this.#choosing.choose([]);
    this.#app.select(id);
    this.#menu(id);
  }

  // ---- it moves

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    const before = this.#pointers.get(event.pointerId);
    if (before) this.#pointers.set(event.pointerId, at);
    const press = this.#press;
    if (!press || !before) {
      if (event.pointerType !== "touch") this.#hover(this.#hit(at));
      return;
    }
    if (press.what === "press") press.what = this.#meant(press, at);
    switch (press.what) {
      case "move": return this.#drag(press, at);
      case "line": return this.#draw(press, at);
      case "band": return this.#frame(press, at);
      case "look": return this.#look(at.x - before.x, at.y - before.y);
      case "pinch": return this.#pinched(event.pointerId, before, at);
    }
  }

  /** What a hand means that has moved. @param {Press} press @param {Point} at @returns {Press["what"]} */
  #meant(press, at) {
    const { view, cut } = this.#app;
    const far = Math.hypot(at.x - press.x, at.y - press.y);
    if (far < (press.touch ? DRAG_MIN_TOUCH : DRAG_MIN)) return "press";
    clearTimeout(this.#long);
    if (view === "log") return "look";
    if (view !== "cluster") return "press";
    if (nodeOf(press.id) !== null) return cut ? "press" : "move";
    if (press.id?.startsWith("message:")) return "press";
    if (press.shift && !press.touch) return "band";
    if (this.#lens.zoom > 1) return "look";
    return far >= LINE_MIN ? "line" : "press";
  }

  /** @param {Press} press @param {Point} at */
  #drag(press, at) {
    const node = nodeOf(press.id);
    if (node === null) return;
    this.#stage.style.cursor = "grabbing";
    const { x, y } = this.#lens.whole(at);
    this.#put(node, x, y);
  }

  /** @param {number} dx @param {number} dy */
  #look(dx, dy) {
    this.#stage.style.cursor = "grabbing";
    this.#lens.move(dx, dy);
  }

  /** @param {Press} press @param {Point} at */
  #draw(press, at) {
    this.#overlay.removeAttribute("hidden");
    this.#outline(this.#line, { x1: press.x, y1: press.y, x2: at.x, y2: at.y });
  }

  /** @param {Press} press @param {Point} at */
  #frame(press, at) {
    this.#overlay.removeAttribute("hidden");
    const [x, y] = [Math.min(press.x, at.x), Math.min(press.y, at.y)];
    const box = { x, y, width: Math.abs(press.x - at.x), height: Math.abs(press.y - at.y) };
    this.#outline(this.#band, box);
  }

  /** @param {Element} shape @param {Record<string, number>} numbers on the stage */
  #outline(shape, numbers) {
    for (const [name, value] of Object.entries(numbers)) shape.setAttribute(name, String(value * this.#app.settings.zoom));
  }

  #pinch() {
    clearTimeout(this.#long);
    if (this.#press && this.#app.view === "cluster") this.#press.what = "pinch";
  }

  /** @param {number} id @param {Point} before @param {Point} at */
  #pinched(id, before, at) {
    const other = [...this.#pointers].find(([each]) => each !== id)?.[1];
    if (!other) return;
    const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(at.x - other.x, at.y - other.y)];
    this.#lens.move((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0) this.#lens.zoomTo((this.#lens.zoom * is) / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  // ---- it goes

  /** @param {PointerEvent} event */
  #up(event) {
    const press = this.#press;
    const at = this.#at(event);
    this.#release(event);
    if (!press || this.#pointers.size > 0) return;
    if (press.what === "menu" || press.what === "press") {
      const same = press.what === "menu" || press.again || this.#hit(at) === press.id;
      this.#clicked = { id: same ? press.id : null, shift: event.shiftKey, touch: press.touch, menu: press.what === "menu" };
      this.#before = this.#clicked.id && !press.again ? { id: this.#clicked.id, at: { x: event.clientX, y: event.clientY }, ms: performance.now() } : null;
    }
    // Not every browser makes a click of a long press.
    if (press.what === "menu") setTimeout(() => this.#clicked?.menu && this.#click(), NO_CLICK_MS);
    if (press.what === "line") this.#cutAlong(press, at);
    if (press.what === "band") this.#choosing.within(press, at);
    if (!press.touch) this.#hover(this.#hit(at));
  }

  /** A click, once the browser has made it one: a menu that is opened earlier is closed by it. */
  #click() {
    const click = this.#clicked;
    this.#clicked = null;
    clearTimeout(this.#sheet);
    if (!click) return;
    if (click.menu && click.id) return this.#menu(click.id);
    const node = nodeOf(click.id);
    if (this.#app.cut) {
      if (node !== null) switchSide(this.#app, node);
      return;
    }
    if (node !== null && (click.shift || this.#sight.choosing)) return this.#choosing.toggle(node);
    const again = click.id !== null && click.id === this.#app.selected;
    if (again) return this.#menu(/** @type {string} */ (click.id));
    if (node === null || !this.#sight.chosen.has(node)) this.#choosing.choose([]);
    this.#app.select(click.id);
    if (!isInspected(click.id)) return;
    if (click.touch) this.#sheet = setTimeout(() => this.#app.selected === click.id && this.#inspect(), SHEET_MS);
    else this.#inspect();
  }

  /** Shows what is selected beside the stage, where the focus stays. An embed has no room for that, nor have two branches. */
  #inspect() {
    const { tab, comparing } = this.#app;
    if (tab === null && (comparing || document.documentElement.hasAttribute("data-embed"))) return;
    if (tab !== "inspect") this.#app.openPanel("inspect", false);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    clearTimeout(this.#long);
    this.#pointers.delete(event.pointerId);
    this.#press = null;
    this.#overlay.setAttribute("hidden", "");
    for (const name of ["x1", "y1", "x2", "y2"]) this.#line.setAttribute(name, "0");
    for (const name of ["width", "height"]) this.#band.setAttribute(name, "0");
  }

  /** @param {Point} a @param {Point} b */
  #cutAlong(a, b) {
    const centres = this.#choosing.centres();
    forCutting(this.#app, ({ cutAlong }) => {
      if (!cutAlong(this.#app, centres, a, b)) this.#app.say(t("The line leaves all nodes on one side: nothing is cut."));
    });
  }

  /** @param {string} id */
  #menu(id) {
    openActions(this.#app, id, this.#stage.placeOf(id));
  }

  /** @param {number} node @param {number} x @param {number} y parts (0 to 1) of the whole picture */
  #put(node, x, y) {
    const inside = (/** @type {number} */ part) => Math.min(1, Math.max(0, part));
    this.#sight.moved(this.#app.layout).set(node, [inside(x), inside(y)]);
    this.#app.changed("look");
  }

  // ---- keys

  /** @param {KeyboardEvent} event one that `isGesture` knows */
  key({ key, shiftKey, altKey, ctrlKey }) {
    const selected = nodeOf(this.#app.selected);
    /** @type {Record<string, [number, number] | undefined>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[key];
    if (way && altKey) return selected === null ? undefined : this.#moveBy(selected, way);
    if (way && ctrlKey) return this.#lens.step(way);
    if (way && shiftKey) return this.#choosing.extend(way[1]);
    if (key === " " && selected !== null) return this.#choosing.toggle(selected);
    if (key === "z" || key === "Z") return this.#lens.zoomBy(shiftKey ? -1 : 1, this.#centreOf(selected));
    if (key === "0") this.#lens.showAll();
  }

  /** @param {number | null} node */
  #centreOf(node) {
    return this.#choosing.centres().find((each) => each.node === node);
  }

  /** @param {number} node @param {[number, number]} way */
  #moveBy(node, [dx, dy]) {
    if (this.#app.view !== "cluster") return;
    const centre = this.#centreOf(node);
    if (!centre) return;
    const { x, y } = this.#lens.whole(centre);
    const step = KEY_STEP / this.#lens.zoom;
    this.#put(node, x + dx * step, y + dy * step);
  }
}

/** @param {string | null} id whether it has a state that Inspect shows */
const isInspected = (id) => id !== null && /^(node|message|link):/.test(id);
