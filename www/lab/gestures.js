// @ts-check
/**
 * What hands do on the stage, loaded with the first hand.
 *
 * Pointer: a click selects, a second one opens the actions; with Shift, or after *Select more*, a click adds to the
 * selection. A node that is dragged stays where it is put. From an empty place a line cuts the network; with Shift a band
 * selects what it is drawn around; while only a part is in view the picture moves under the hand. Ctrl and the wheel, or two
 * fingers, zoom. A long press, or the other button, opens the actions at once. While the network is being cut, a click moves
 * a node to the other side.
 *
 * Keyboard, in the stage: Shift with Up and Down extends the selection, Space adds one or takes it out, Alt with arrows moves
 * a node, Z and Shift+Z zoom, Ctrl with arrows looks elsewhere, 0 shows all.
 *
 * @typedef {import("./stage.js").Stage} Stage
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ id: string | null, what: "press" | "move" | "line" | "band" | "look" | "pinch" | "menu", shift: boolean, touch: boolean } & Point} Press
 */
import { cutAlong, switchSide } from "./cutting.js";
import { h, redraw, s, setText } from "./dom.js";
import { t } from "./language.js";
import { openActions } from "./node-actions.js";
import { list } from "./words.js";

/** Pixels that a pointer must move before it draws a line. */
const LINE_MIN = 24;
/** Before it drags. */
const DRAG_MIN = 5;
const DRAG_MIN_TOUCH = 12;
const LONG_MS = 500;
/** So long after a finger was lifted no click comes any more. */
const NO_CLICK_MS = 400;
const ZOOM_MAX = 24;
const ZOOM_STEP = 1.4;
/** How far one key looks or moves: parts of what is in view. */
const KEY_STEP = 0.03;
/** Pixels of the wheel for one row or column of the logs. */
const WHEEL_STEP = 40;

export class Gestures {
  /** @type {Stage} */
  #stage;
  #line = s("line", { class: "cut-line" });
  #band = s("rect", { class: "band" });
  #overlay = s("svg", { class: "overlay", "aria-hidden": "true", hidden: true }, this.#line, this.#band);
  #tools = h("div", { class: "stage-tools" });
  #status = h("p", { role: "status", class: "hidden" });
  /** @type {Press | null} */
  #press = null;
  /** Where the pointers are that are down. @type {Map<number, Point>} */
  #pointers = new Map();
  /** What a click is on, and whether the press was a long one. @type {{ id: string | null, shift: boolean, menu: boolean } | null} */
  #clicked = null;
  #long = 0;
  #wheel = { x: 0, y: 0 };

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    stage.append(this.#overlay, this.#tools, this.#status);
    stage.on(["open", "look", "settings"], () => this.#drawTools());
    this.#drawTools();
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
      case "pointerleave": return this.#app.hover(null);
      case "click": return this.#click();
      case "wheel": return this.#wheeled(/** @type {WheelEvent} */ (event));
      case "contextmenu": return this.#other(pointer);
      case "touchmove":
        // The page does not scroll under a hand that does something here.
        if (this.#press && this.#press.what !== "press" && event.cancelable) event.preventDefault();
        else if (this.#press?.id?.startsWith("node:") && this.#app.view === "cluster" && event.cancelable) event.preventDefault();
    }
  }

  // ---- places

  /** @param {{ clientX: number, clientY: number }} event @returns {Point} */
  #at({ clientX, clientY }) {
    const box = this.#stage.getBoundingClientRect();
    const { zoom } = this.#app.settings;
    return { x: (clientX - box.x) / zoom, y: (clientY - box.y) / zoom };
  }

  /** @param {Point} at */
  #hit({ x, y }) {
    return this.#app.lab?.hit(this.#app.view, x, y, this.#stage.options()) ?? null;
  }

  /** @param {Point} at on the stage @returns {Point} parts (0 to 1) of the whole picture */
  #whole({ x, y }) {
    const { width, height } = this.#stage.options();
    const { zoom, x: left, y: top } = this.#sight.camera;
    return { x: (x / width - 0.5) / zoom + left, y: (y / height - 0.5) / zoom + top };
  }

  /** @param {string | null} id @returns {number | null} */
  #node(id) {
    return id?.startsWith("node:") ? Number(id.slice("node:".length)) : null;
  }

  /** The nodes in view and their centres. */
  #centres() {
    return (this.#app.lab?.targets("cluster", this.#stage.options()) ?? [])
      .filter(({ id }) => id.startsWith("node:"))
      .map(({ id, x, y, width, height }) => ({ node: Number(id.slice(5)), x: x + width / 2, y: y + height / 2 }));
  }

  // ---- the pointer

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
    this.#press = { ...at, id: this.#hit(at), what: "press", shift: event.shiftKey, touch };
    clearTimeout(this.#long);
    if (touch) this.#long = setTimeout(() => this.#longPress(), LONG_MS);
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
    const node = this.#node(id);
    if (node === null || !this.#sight.chosen.has(node)) this.#choose([]);
    this.#app.select(id);
    this.#menu(id);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    const before = this.#pointers.get(event.pointerId);
    if (before) this.#pointers.set(event.pointerId, at);
    const press = this.#press;
    if (!press || !before) {
      if (event.pointerType !== "touch") this.#app.hover(this.#hit(at));
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
    if (this.#node(press.id) !== null) return cut ? "press" : "move";
    if (press.id?.startsWith("message:")) return "press";
    if (press.shift && !press.touch) return "band";
    if (this.#sight.camera.zoom > 1) return "look";
    return far >= LINE_MIN ? "line" : "press";
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

  /** @param {PointerEvent} event */
  #up(event) {
    const press = this.#press;
    const at = this.#at(event);
    this.#release(event);
    if (!press || this.#pointers.size > 0) return;
    if (press.what === "menu" || press.what === "press") {
      const id = press.what === "menu" || this.#hit(at) === press.id ? press.id : null;
      this.#clicked = { id, shift: event.shiftKey, menu: press.what === "menu" };
    }
    // Not every browser makes a click of a long press.
    if (press.what === "menu") setTimeout(() => this.#clicked?.menu && this.#click(), NO_CLICK_MS);
    if (press.what === "line") this.#cutAlong(press, at);
    if (press.what === "band") this.#chooseWithin(press, at);
  }

  /** A click, once the browser has made it one: a menu that is opened earlier is closed by it. */
  #click() {
    const click = this.#clicked;
    this.#clicked = null;
    if (!click) return;
    if (click.menu && click.id) return this.#menu(click.id);
    const node = this.#node(click.id);
    if (this.#app.cut) {
      if (node !== null) switchSide(this.#app, node);
      return;
    }
    if (node !== null && (click.shift || this.#sight.choosing)) return this.#toggle(node);
    const again = click.id !== null && click.id === this.#app.selected;
    if (again) return this.#menu(/** @type {string} */ (click.id));
    if (node === null || !this.#sight.chosen.has(node)) this.#choose([]);
    this.#app.select(click.id);
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
    if (!cutAlong(this.#app, this.#centres(), a, b)) this.#app.say(t("The line leaves all nodes on one side: nothing is cut."));
  }

  /** @param {string} id */
  #menu(id) {
    openActions(this.#app, id, this.#stage.placeOf(id));
  }

  // ---- moving nodes

  /** @param {Press} press @param {Point} at */
  #drag(press, at) {
    const node = this.#node(press.id);
    if (node === null) return;
    const { x, y } = this.#whole(at);
    this.#put(node, x, y);
  }

  /** @param {number} node @param {number} x @param {number} y parts (0 to 1) of the whole picture */
  #put(node, x, y) {
    const inside = (/** @type {number} */ part) => Math.min(1, Math.max(0, part));
    this.#sight.moved(this.#app.layout).set(node, [inside(x), inside(y)]);
    this.#app.changed("look");
  }

  // ---- selecting several

  /** @param {number} node */
  #toggle(node) {
    const { chosen } = this.#sight;
    const selected = this.#node(this.#app.selected);
    const now = new Set(chosen.size === 0 && selected !== null ? [selected] : chosen);
    if (now.has(node) && now.size > 1) now.delete(node);
    else now.add(node);
    this.#app.select(now.has(node) ? `node:${node}` : `node:${[...now][0]}`);
    this.#choose([...now]);
  }

  /** @param {number[]} nodes */
  #choose(nodes) {
    if (nodes.length === 0 && this.#sight.chosen.size === 0 && !this.#sight.choosing) return;
    this.#sight.chosen = new Set(nodes);
    if (nodes.length === 0) this.#sight.choosing = false;
    this.#app.changed("look");
    this.#announce();
  }

  #announce() {
    const names = this.#app.system?.nodes.filter(({ id }) => this.#sight.chosen.has(id)).map(({ name }) => name) ?? [];
    const all = names.length > 8 ? "" : `: ${list(names)}`;
    setText(this.#status, names.length ? `${t("{n} {n|node|nodes} selected", { n: names.length })}${all}` : t("Nothing is selected."));
  }

  /** @param {Point} a @param {Point} b */
  #chooseWithin(a, b) {
    const within = (/** @type {Point} */ p) =>
      p.x >= Math.min(a.x, b.x) && p.x <= Math.max(a.x, b.x) && p.y >= Math.min(a.y, b.y) && p.y <= Math.max(a.y, b.y);
    const nodes = this.#centres().filter(within).map(({ node }) => node);
    if (nodes[0] !== undefined) this.#app.select(`node:${nodes[0]}`);
    this.#choose(nodes);
  }

  // ---- looking closer, and elsewhere

  /** @param {number} zoom @param {Point} [about] what stays where it is, on the stage */
  #zoomTo(zoom, about) {
    const { width, height } = this.#stage.options();
    const at = about ?? { x: width / 2, y: height / 2 };
    const held = this.#whole(at);
    const to = Math.min(ZOOM_MAX, Math.max(1, zoom));
    this.#lookAt(to, held.x - (at.x / width - 0.5) / to, held.y - (at.y / height - 0.5) / to);
  }

  /** @param {number} zoom @param {number} x @param {number} y */
  #lookAt(zoom, x, y) {
    const half = 0.5 / zoom;
    const inside = (/** @type {number} */ part) => Math.min(1 - half, Math.max(half, part));
    this.#sight.camera = { zoom, x: inside(x), y: inside(y) };
    this.#app.changed("look");
  }

  /** @param {number} dx @param {number} dy pixels by which the picture goes along with a hand */
  #look(dx, dy) {
    if (this.#app.view === "log") return this.#scrollLog(-dx, -dy);
    const { width, height } = this.#stage.options();
    const { zoom, x, y } = this.#sight.camera;
    this.#lookAt(zoom, x - dx / width / zoom, y - dy / height / zoom);
  }

  /** @param {number} dx @param {number} dy pixels to the right and down */
  #scrollLog(dx, dy) {
    this.#wheel.x += dx;
    this.#wheel.y += dy;
    const [columns, rows] = [Math.trunc(this.#wheel.x / WHEEL_STEP), Math.trunc(this.#wheel.y / WHEEL_STEP)];
    this.#wheel.x -= columns * WHEEL_STEP;
    this.#wheel.y -= rows * WHEEL_STEP;
    this.#logBy(columns, rows);
  }

  /** @param {number} columns @param {number} rows */
  #logBy(columns, rows) {
    if (columns === 0 && rows === 0) return;
    const part = this.#app.lab?.logPart(this.#stage.options());
    if (!part) return;
    const first = Math.max(1, part.first + columns);
    const row = Math.max(0, Math.min(part.of - part.rows, part.row + rows));
    // At the newest entries it goes along with them.
    this.#sight.log = { first: first >= part.newest ? null : first, row };
    this.#app.changed("look");
  }

  /** @param {WheelEvent} event */
  #wheeled(event) {
    const { view } = this.#app;
    if (view === "log") {
      const part = this.#app.lab?.logPart(this.#stage.options());
      const sideways = event.shiftKey || !part || part.rows >= part.of;
      this.#scrollLog(event.deltaX + (sideways ? event.deltaY : 0), sideways ? 0 : event.deltaY);
      event.preventDefault();
    } else if (view === "cluster" && event.ctrlKey) {
      this.#zoomTo(this.#sight.camera.zoom * Math.exp(-event.deltaY / 300), this.#at(event));
      event.preventDefault();
    } else if (view === "cluster" && this.#sight.camera.zoom > 1) {
      this.#look(-event.deltaX, -event.deltaY);
      event.preventDefault();
    }
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
    this.#look((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0) this.#zoomTo((this.#sight.camera.zoom * is) / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  // ---- keys

  /** @param {KeyboardEvent} event one that `isGesture` knows */
  key({ key, shiftKey, altKey, ctrlKey }) {
    const selected = this.#node(this.#app.selected);
    /** @type {Record<string, [number, number] | undefined>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[key];
    if (way && altKey) return selected === null ? undefined : this.#moveBy(selected, way);
    if (way && ctrlKey) return this.#lookBy(way);
    if (way && shiftKey) return this.#extend(way[1]);
    if (key === " " && selected !== null) return this.#toggle(selected);
    if (key === "z" || key === "Z") return this.#zoomTo(this.#sight.camera.zoom * (shiftKey ? 1 / ZOOM_STEP : ZOOM_STEP), this.#centreOf(selected));
    if (key === "0") this.#showAll();
  }

  /** @param {number | null} node @returns {Point | undefined} */
  #centreOf(node) {
    return this.#centres().find((each) => each.node === node);
  }

  /** @param {number} node @param {[number, number]} way */
  #moveBy(node, [dx, dy]) {
    if (this.#app.view !== "cluster") return;
    const centre = this.#centreOf(node);
    if (!centre) return;
    const { x, y } = this.#whole(centre);
    const step = KEY_STEP / this.#sight.camera.zoom;
    this.#put(node, x + dx * step, y + dy * step);
  }

  /** @param {[number, number]} way */
  #lookBy([dx, dy]) {
    if (this.#app.view === "log") return this.#logBy(dx, dy);
    const { zoom, x, y } = this.#sight.camera;
    this.#lookAt(zoom, x + (dx * 4 * KEY_STEP) / zoom, y + (dy * 4 * KEY_STEP) / zoom);
  }

  /** Walks on, and takes in where it comes. @param {number} way */
  #extend(way) {
    const from = this.#node(this.#app.selected);
    this.#stage.walk(way);
    const to = this.#node(this.#app.selected);
    const nodes = [...this.#sight.chosen, from, to].filter((node) => node !== null);
    this.#choose([...new Set(nodes)]);
  }

  #showAll() {
    this.#sight.camera = { zoom: 1, x: 0.5, y: 0.5 };
    this.#sight.log = { first: null, row: this.#sight.log.row };
    this.#app.changed("look");
  }

  // ---- what there is to press

  #drawTools() {
    const { view } = this.#app;
    const { chosen, choosing, camera, log } = this.#sight;
    const partly = view === "cluster" && camera.zoom > 1;
    const older = view === "log" && log.first !== null;
    const several = view === "cluster" && (chosen.size > 1 || choosing);
    redraw(this.#tools, [partly, older, several, chosen.size], () => [
      several &&
        h("button", { type: "button", key: "chosen", onclick: (/** @type {Event} */ event) => this.#openChosen(event) }, t("{n} selected..", { n: chosen.size })),
      several && h("button", { type: "button", key: "done", onclick: () => this.#choose([]) }, t("Clear")),
      partly && h("button", { type: "button", key: "closer", "aria-label": t("Closer"), onclick: () => this.#zoomTo(camera.zoom * ZOOM_STEP) }, "+"),
      partly && h("button", { type: "button", key: "farther", "aria-label": t("Farther"), onclick: () => this.#zoomTo(this.#sight.camera.zoom / ZOOM_STEP) }, "−"),
      partly && h("button", { type: "button", key: "all", onclick: () => this.#showAll() }, t("Show all")),
      older && h("button", { type: "button", key: "newest", onclick: () => this.#showAll() }, t("Newest entries")),
    ]);
  }

  /** @param {Event} event */
  #openChosen(event) {
    const node = [...this.#sight.chosen][0];
    const at = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    if (node !== undefined) openActions(this.#app, `node:${node}`, at);
  }
}
