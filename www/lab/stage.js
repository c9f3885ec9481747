// @ts-check
/**
 * `<netsplit-stage>`: the canvas, and its live twin for keyboards and screen readers.
 *
 * Pointer: hovering previews, a click selects, a second click on the same thing opens its actions, a line drawn from an
 * empty place cuts the network there. Keyboard: the stage is one Tab stop; Up and Down walk what is drawn, Enter opens the
 * actions. While the network is being cut, a click moves a node to the other side.
 *
 * Until the lab is there, the page holds a picture of the moment at which it opens; the canvas takes its place.
 */
import { HOME, parseAddress } from "./address.js";
import { cutAlong, switchSide } from "./cutting.js";
import { h, redraw, s } from "./dom.js";
import { t } from "./language.js";
import { openActions } from "./node-actions.js";
import { Part } from "./part.js";

/** Pixels that a pointer must move before it draws a line. */
const LINE_MIN = 24;
const TWIN_MAX = 300;

class Stage extends Part {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #twin = h("ul", {
    role: "listbox",
    tabindex: 0,
    class: "twin",
    "aria-label": t("Cluster: nodes, then messages. Up and Down walk them, Enter shows what can be done."),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    onfocus: () => this.#focused(),
  });
  #line = s("line", { class: "cut-line" });
  #overlay = s("svg", { class: "overlay", "aria-hidden": "true", hidden: true }, this.#line);
  #size = { width: 0, height: 0, dpr: 1 };
  /** @type {{ x: number, y: number, id: string | null, drawing: boolean } | null} where the pointer went down */
  #press = null;
  /** @type {{ id: string | null } | null} what a click is on */
  #clicked = null;

  setUp() {
    const { scenario, seed } = parseAddress(location.hash);
    if (seed !== null || (scenario ?? HOME) !== HOME) this.#dropOpening();
    this.id = "stage";
    this.setAttribute("role", "tabpanel");
    this.append(this.#canvas, this.#overlay, this.#twin);
    this.onResize(() => this.#resized());
    this.on(["settings"], () => this.#resized());
    this.on(["open", "moment", "look", "mode", "settings"], () => this.#paint());
    this.on(["open", "moment", "look"], () => this.#drawTwin(), { slow: true });
    this.addEventListener("pointerdown", (event) => this.#down(event));
    this.addEventListener("pointermove", (event) => this.#move(event));
    this.addEventListener("pointerup", (event) => this.#up(event));
    this.addEventListener("click", () => this.#click());
    this.addEventListener("pointercancel", () => this.#release());
    this.addEventListener("pointerleave", () => this.app.hover(null));
  }

  // ---- painting

  #resized() {
    const { width, height } = this.getBoundingClientRect();
    const { zoom } = this.app.settings;
    this.#size = { width: Math.round(width / zoom), height: Math.round(height / zoom), dpr: devicePixelRatio * zoom };
    this.#overlay.setAttribute("viewBox", `0 0 ${this.#size.width} ${this.#size.height}`);
    this.app.changed("look");
  }

  #options() {
    return this.app.paintOptions(this.#size);
  }

  #paint() {
    const { lab, view } = this.app;
    const { width, height, dpr } = this.#size;
    if (!lab || width === 0 || height === 0) return;
    const [pixelsWide, pixelsHigh] = [Math.round(width * dpr), Math.round(height * dpr)];
    if (this.#canvas.width !== pixelsWide) this.#canvas.width = pixelsWide;
    if (this.#canvas.height !== pixelsHigh) this.#canvas.height = pixelsHigh;
    lab.paint(this.#canvas, view, this.#options());
    this.#dropOpening();
    this.removeAttribute("data-loading");
  }

  /** Takes away the picture of the opening moment: it is of another run, or the canvas is there. */
  #dropOpening() {
    for (const picture of this.querySelectorAll(".opening")) picture.remove();
  }

  // ---- the twin

  /** Everything that can be pointed at, in reading order. */
  #targets() {
    const { lab, view } = this.app;
    if (!lab) return [];
    const spoken = new Map([
      ...lab.nodes().map((node) => /** @type {[string, string]} */ ([`node:${node.id}`, node.spoken])),
      ...lab.messages().map((message) => /** @type {[string, string]} */ ([`message:${message.id}`, message.spoken])),
    ]);
    /** @param {string} id */
    const rank = (id) => (id.startsWith("node:") ? 0 : id.startsWith("message:") ? 1 : 2);
    return lab
      .targets(view, this.#options())
      .map((target) => ({ ...target, label: spoken.get(target.id) ?? target.label }))
      .sort((a, b) => rank(a.id) - rank(b.id))
      .slice(0, TWIN_MAX);
  }

  #drawTwin() {
    const targets = this.#targets();
    const { selected } = this.app;
    this.setAttribute("aria-labelledby", `view-${this.app.view}`);
    redraw(this.#twin, [targets.map(({ id, label }) => [id, label]), selected], () =>
      targets.map(({ id, label }) =>
        h("li", { role: "option", id: twinId(id), "aria-selected": String(id === selected) }, label),
      ),
    );
    // Each option lies where its picture is: for touch with a screen reader, and for magnifiers.
    for (const [n, target] of targets.entries()) place(/** @type {HTMLElement} */ (this.#twin.children[n]), target, this.app.settings.zoom);
    const active = targets.some(({ id }) => id === selected) ? selected : null;
    if (active) this.#twin.setAttribute("aria-activedescendant", twinId(active));
    else this.#twin.removeAttribute("aria-activedescendant");
  }

  #focused() {
    if (this.app.selected === null && this.matches(":has(:focus-visible)")) this.#walk(0);
  }

  /** @param {number} way so many further; 0 is the first */
  #walk(way) {
    const ids = this.#targets().map(({ id }) => id);
    const at = ids.indexOf(this.app.selected ?? "");
    const to = way === 0 ? 0 : at < 0 ? (way > 0 ? 0 : -1) : Math.min(ids.length - 1, Math.max(0, at + way));
    this.app.select(ids.at(to) ?? null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "ArrowDown") this.#walk(1);
    else if (event.key === "ArrowUp") this.#walk(-1);
    else if (event.key === "Enter" && this.app.selected) this.#openSelected();
    else return;
    event.preventDefault();
  }

  #openSelected() {
    const { selected } = this.app;
    if (selected) openActions(this.app, selected, this.#place(selected));
  }

  /** @param {string} id @returns {DOMRect} where it is on the page */
  #place(id) {
    const box = this.getBoundingClientRect();
    const target = this.#targets().find((each) => each.id === id);
    if (!target) return box;
    const { zoom } = this.app.settings;
    return new DOMRect(box.x + target.x * zoom, box.y + target.y * zoom, target.width * zoom, target.height * zoom);
  }

  // ---- the pointer

  /** @param {PointerEvent} event */
  #at(event) {
    const box = this.getBoundingClientRect();
    const { zoom } = this.app.settings;
    const [x, y] = [(event.clientX - box.x) / zoom, (event.clientY - box.y) / zoom];
    return { x, y, id: this.app.lab?.hit(this.app.view, x, y, this.#options()) ?? null };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || !this.app.lab) return;
    this.#press = { ...this.#at(event), drawing: false };
    this.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.app.lab) return;
    const now = this.#at(event);
    if (!this.#press) {
      if (event.pointerType !== "touch") this.app.hover(now.id);
      return;
    }
    const { x, y, id } = this.#press;
    if (id?.startsWith("node:") || id?.startsWith("message:") || this.app.view !== "cluster") return;
    if (Math.hypot(now.x - x, now.y - y) < LINE_MIN && !this.#press.drawing) return;
    this.#press.drawing = true;
    this.#overlay.removeAttribute("hidden");
    for (const [name, value] of Object.entries({ x1: x, y1: y, x2: now.x, y2: now.y })) this.#line.setAttribute(name, String(value));
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const press = this.#press;
    this.#release();
    if (!press || !this.app.lab) return;
    const now = this.#at(event);
    this.#clicked = !press.drawing && now.id === press.id ? { id: now.id } : null;
    if (press.drawing) this.#cutAlong(press, now);
  }

  /** A click, once the browser has made it one: a menu that is opened earlier is closed by it. */
  #click() {
    const now = this.#clicked;
    this.#clicked = null;
    if (!now || !this.app.lab) return;
    const node = now.id?.startsWith("node:") ? Number(now.id.slice("node:".length)) : null;
    if (this.app.cut) {
      if (node !== null) switchSide(this.app, node);
      return;
    }
    if (now.id !== null && now.id === this.app.selected) this.#openSelected();
    this.app.select(now.id);
  }

  #release() {
    this.#press = null;
    this.#overlay.setAttribute("hidden", "");
  }

  /** @param {{ x: number, y: number }} a @param {{ x: number, y: number }} b */
  #cutAlong(a, b) {
    const centres = this.#targets()
      .filter(({ id }) => id.startsWith("node:"))
      .map(({ id, x, y, width, height }) => ({ node: Number(id.slice(5)), x: x + width / 2, y: y + height / 2 }));
    if (!cutAlong(this.app, centres, a, b)) this.app.say(t("The line leaves all nodes on one side: nothing is cut."));
  }
}
customElements.define("netsplit-stage", Stage);

/** @param {HTMLElement} element @param {{ x: number, y: number, width: number, height: number }} box @param {number} zoom */
function place(element, { x, y, width, height }, zoom) {
  element.style.translate = `${Math.round(x * zoom)}px ${Math.round(y * zoom)}px`;
  element.style.width = `${Math.round(width * zoom)}px`;
  element.style.height = `${Math.round(height * zoom)}px`;
}

/** @param {string} id */
const twinId = (id) => `twin-${id.replace(/[^\w-]/g, "_")}`;
