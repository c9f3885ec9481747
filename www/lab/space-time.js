// @ts-check
/**
 * `<netsplit-space-time>`: the space-time diagram on the stage. Loaded when somebody looks at it.
 *
 * Dragging and wheels move and zoom the window; a click on an event goes there and selects it: its past and its future stay,
 * the rest fades. A second event, with Shift or with "Chain to..", shows the shortest chain between the two. With the
 * keyboard: Left and Right walk along a lane, with Shift along messages, Up and Down change the lane.
 *
 * The diagram is drawn by the lab; nothing here knows what happened.
 *
 * @typedef {import("../netsplit.js").SpaceTimeLook} Look
 * @typedef {import("../netsplit.js").SpaceTimeHit} Hit
 * @typedef {import("../netsplit.js").SpaceTimePainted} Painted
 * @typedef {import("../netsplit.js").SpaceTimeWay} Way
 * @typedef {import("./app.js").OpenTrace} OpenTrace
 */
import { h, redraw, setText } from "./dom.js";
import { language, t } from "./language.js";
import { Part } from "./part.js";
import { Note } from "./space-time-note.js";
import { count, time } from "./words.js";

/** Events that the first window holds, about. */
const FIRST = 120;
const TWIN_MAX = 300;
/** Pixels that a pointer must move before it drags. */
const DRAG_MIN = 5;

class SpaceTime extends Part {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #twin = h("ul", {
    role: "listbox",
    tabindex: 0,
    class: "twin",
    "aria-label": t("Space-time diagram. Left and Right walk along a lane, with Shift along messages; Up and Down change the lane; Enter goes there."),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    onfocus: () => this.matches(":has(:focus-visible)") && this.#hover === null && this.#focusEvent(this.#selected ?? this.#lastEvent()),
  });
  #note = new Note();
  #said = h("p", { class: "hidden", role: "status" });
  #bar = h("div", { class: "st-bar", role: "toolbar", "aria-label": t("Space-time diagram") });
  #find = h("form", { class: "st-find", hidden: true, onsubmit: (/** @type {Event} */ event) => this.#submit(event) });
  #plot = h("div", { class: "st-plot" }, this.#canvas, this.#twin, this.#note.element, this.#said);

  #size = { width: 0, height: 0, dpr: 1 };
  /** @type {"time" | "order"} */
  #axis = "time";
  /** The window; all of the run if it is null. @type {{ from: number, to: number } | null} */
  #window = null;
  #scroll = 0;
  /** @type {Set<number>} */
  #hidden = new Set();
  #collapsed = false;
  /** @type {number | null} */
  #selected = null;
  /** @type {number | null} */
  #other = null;
  /** @type {number | null} */
  #hover = null;
  /** @type {number[]} */
  #found = [];
  /** @type {number | null} */
  #compared = null;
  /** The next event that is chosen is the chain's other end. */
  #chaining = false;
  /** @type {Painted | null} */
  #painted = null;
  #frame = 0;
  #of = "";
  #cursor = -1;
  #searching = false;
  #status = "";

  setUp() {
    useStyles();
    this.append(this.#bar, this.#find, this.#plot);
    this.#drawBar();
    this.onResize(() => this.#resized(), this.#plot);
    this.on(["open", "moment", "look", "settings", "branches"], () => this.#ask());
    this.on(["open", "branches"], () => this.#drawBar());
    this.#plot.addEventListener("pointerdown", (event) => this.#down(event));
    this.#plot.addEventListener("pointermove", (event) => this.#move(event));
    this.#plot.addEventListener("pointerup", (event) => this.#up(event));
    this.#plot.addEventListener("pointercancel", (event) => this.#pointers.delete(event.pointerId));
    this.#plot.addEventListener("pointerleave", () => this.#point(null));
    this.#plot.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.#resized();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#made?.diagram.free();
    this.#made = null;
    if (this.#root?.diagram === this.#picture) this.#root.diagram = null;
  }

  // ---- whose diagram it is

  /** A trace of another program, if it stands in one; otherwise the lab's run. */
  get #trace() {
    return this.closest("netsplit-foreign") ? this.app.trace : null;
  }

  /** @type {{ of: OpenTrace, execution: number, diagram: import("../netsplit.js").TraceDiagram } | null} */
  #made = null;

  /** @returns {import("../netsplit.js").SpaceTimeSource | null} */
  get #source() {
    return this.closest("netsplit-foreign") ? this.#traced : this.app.lab;
  }

  get #traced() {
    const trace = this.#trace;
    if (!trace) return null;
    if (this.#made?.of === trace && this.#made.execution === trace.execution) return this.#made.diagram;
    this.#made?.diagram.free();
    this.#made = null;
    const made = trace.file.diagram(trace.execution, language());
    if (!made.ok) return null;
    this.#made = { of: trace, execution: trace.execution, diagram: made.value };
    return made.value;
  }

  /** @type {import("./app.js").App | null} */
  #root = null;
  /** @param {{ width: number, height: number }} size */
  #picture = (size) => (this.#size.width === 0 ? null : this.#svg(size));

  // ---- painting

  #resized() {
    this.#root = this.app;
    if (this.getBoundingClientRect().width > 0) this.app.diagram = this.#picture;
    const { width, height } = this.#plot.getBoundingClientRect();
    const { zoom } = this.app.settings;
    this.#size = { width: Math.round(width / zoom), height: Math.round(height / zoom), dpr: devicePixelRatio * zoom };
    this.#ask();
  }

  #ask() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /** @returns {Look} */
  #look() {
    const { selected, hovered } = this.app;
    const node = this.#trace ? undefined : [hovered, selected].find((id) => id?.startsWith("node:"));
    return {
      ...this.#size,
      theme: this.app.theme,
      axis: this.#axis,
      from: this.#window?.from ?? 0,
      to: this.#window?.to ?? 0,
      scroll: this.#scroll,
      hidden: [...this.#hidden],
      collapsed: this.#collapsed,
      level: this.#trace ? "everything" : this.app.level,
      selected: this.#selected,
      other: this.#other,
      hover: this.#hover,
      lane: node ? Number(node.slice("node:".length)) : null,
      found: this.#found,
      // The head of a trace's page says what it is.
      chips: !this.#trace,
    };
  }

  #paint() {
    this.#frame = 0;
    const source = this.#source;
    const { width, height } = this.#size;
    if (!source || width === 0 || height === 0) return;
    const read = source.spaceTimeRead();
    if (!read.ok) return;
    const { read: upTo, all } = read.value;
    this.#forget();
    if (upTo < all) {
      this.#tell(t("Reading events: {read} of {all}.", { read: count(upTo), all: count(all) }));
      this.#ask();
      if (this.#painted === null && upTo < FIRST) return;
    } else if (this.#status !== "" && !this.#searching) this.#tell("");
    if (this.#window === null && this.#painted === null) this.#window = this.#first(all);
    this.#follow();
    const painted = source.spaceTimePaint(this.#canvas, this.#look());
    if (painted.ok) {
      this.#painted = painted.value;
      this.#plot.style.setProperty("--left", `${Math.round(painted.value.left * this.app.settings.zoom)}px`);
    }
    if (this.#axis === "time" && painted.ok && this.#timed !== painted.value.by_time) {
      this.#timed = painted.value.by_time;
      this.#drawBar();
    }
    this.dataset.read = String(upTo);
    this.dataset.detail = this.#painted?.detail ?? "";
    if (upTo < all) return;
    if ("ready" in this.dataset) return this.#twinSoon();
    this.dataset.ready = "";
    this.#drawTwin();
  }

  /** Whether events have times: without them, there is only one axis. */
  #timed = true;
  #twinTimer = 0;

  /** The twin follows the picture, a few times a second. */
  #twinSoon() {
    if (this.#twinTimer !== 0) return;
    const draw = () => {
      this.#twinTimer = 0;
      if (this.isConnected) this.#drawTwin();
    };
    this.#twinTimer = window.setTimeout(draw, this.app.playing ? 500 : 120);
  }

  /** Another run, another branch, another trace: what was selected there is not here. */
  #forget() {
    const trace = this.#trace;
    const of = `${this.app.run} ${trace ? `${this.app.traces.indexOf(trace)} ${trace.execution}` : this.app.lab?.cursor().branch}`;
    if (of === this.#of) return;
    const other = this.#of !== "" && (trace !== null || !this.#of.startsWith(`${this.app.run} `));
    this.#of = of;
    this.#selected = this.#other = this.#hover = null;
    this.#found = [];
    this.#compared = null;
    this.#cursor = -1;
    if (other) {
      this.#window = this.#painted = null;
      this.#hidden.clear();
    }
    this.#drawBar();
  }

  /** A window that ends a little after the cursor. @param {number} all */
  #first(all) {
    const { lab } = this.app;
    if (!lab || all <= FIRST) return null;
    const event = this.#trace ? Math.max(FIRST, (this.#selected ?? 0) + FIRST / 2) : lab.cursor().event;
    const to = this.#placeOf(Math.min(all - 1, event));
    const from = this.#placeOf(Math.max(0, event - FIRST));
    const span = Math.max(to - from, 1);
    return { from: Math.max(0, from - span * 0.02), to: to + span * 0.12 };
  }

  /** @param {number} event @returns {number} its place along the axis */
  #placeOf(event) {
    return this.#source?.spaceTimeWhere(event, this.#look())?.place ?? 0;
  }

  /** When the cursor moves and leaves the window, the window goes with it. */
  #follow() {
    const { lab } = this.app;
    const trace = this.#trace;
    if (trace) {
      const selected = trace.event === null ? null : (this.#made?.diagram.diagramEvent(trace.event) ?? null);
      if (selected === this.#selected) return;
      this.#selected = selected;
      this.#other = null;
      this.#drawBar();
      if (selected !== null) this.#show(selected);
      return;
    }
    if (!lab) return;
    const { event, at_us: at } = lab.cursor();
    if (event === this.#cursor) return;
    const moved = this.#cursor >= 0;
    this.#cursor = event;
    if (!this.#window || !moved || this.#pointers.size > 0) return;
    const place = this.#axis === "time" ? at : event === 0 ? 0 : this.#placeOf(event - 1) + 0.5;
    const { from, to } = this.#window;
    const span = to - from;
    if (place > to - span * 0.04) this.#window = { from: place - span * 0.85, to: place + span * 0.15 };
    else if (place < from) this.#window = { from: Math.max(0, place - span * 0.15), to: Math.max(0, place - span * 0.15) + span };
  }

  /** @param {{ width: number, height: number }} size @returns {import("../netsplit.js").Result<string> | null} */
  #svg({ width, height }) {
    return this.#source?.spaceTimeSvg({ ...this.#look(), width, height, dpr: 1, theme: "light", hover: null, chips: true }) ?? null;
  }

  // ---- the window

  #range() {
    const { from, to } = this.#painted ?? { from: 0, to: 1 };
    return this.#window ?? { from, to };
  }

  /** Where the window begins in the picture, pixels. */
  get #left() {
    return this.#painted?.left ?? 0;
  }

  /** How wide the window is in the picture, pixels. */
  get #wide() {
    return this.#painted ? Math.max(1, this.#painted.right - this.#painted.left) : Math.max(1, this.#size.width);
  }

  /** @param {number} x pixels from the left @returns {number} its place */
  #placeAt(x) {
    const { from, to } = this.#range();
    return from + ((x - this.#left) / this.#wide) * (to - from);
  }

  /** @param {number} factor less than 1 comes nearer @param {number} [at] what stays where it is */
  #zoom(factor, at) {
    const all = this.#painted ?? { from: 0, to: 1 };
    const { from, to } = this.#range();
    const middle = at ?? this.#middle();
    const least = this.#painted?.by_time ? 20 : 4;
    const span = Math.min(Math.max((to - from) * factor, least), (all.to - all.from) * 1.1);
    const start = middle - ((middle - from) / (to - from)) * span;
    this.#window = span >= all.to - all.from ? null : this.#within(start, start + span);
    this.#ask();
  }

  /** What the keyboard zooms around: the selected event if it is in view, otherwise the middle. */
  #middle() {
    const { from, to } = this.#range();
    const event = this.#hover ?? this.#selected;
    const place = event === null ? NaN : this.#placeOf(event);
    return place >= from && place <= to ? place : (from + to) / 2;
  }

  /** @param {number} from @param {number} to kept where there is something to see */
  #within(from, to) {
    const all = this.#painted ?? { from: 0, to: 1 };
    const span = to - from;
    const start = Math.min(Math.max(from, all.from - span * 0.3), all.to - span * 0.3);
    return { from: start, to: start + span };
  }

  /** @param {number} part of the window */
  #pan(part) {
    const { from, to } = this.#range();
    const by = (to - from) * part;
    this.#window = this.#within(from + by, to + by);
    this.#ask();
  }

  /** @param {number} event brings it into view */
  #show(event) {
    const place = this.#placeOf(event);
    const { from, to } = this.#range();
    const span = to - from;
    if (place >= from + span * 0.03 && place <= to - span * 0.03) return;
    this.#window = this.#within(place - span / 2, place + span / 2);
  }

  // ---- pointing and choosing

  /** @type {Map<number, { x: number, y: number }>} */
  #pointers = new Map();
  /** @type {{ x: number, y: number, window: { from: number, to: number }, scroll: number, hit: Hit | null, dragging: boolean, distance: number } | null} */
  #press = null;

  /** @param {{ clientX: number, clientY: number }} event */
  #at(event) {
    const box = this.#plot.getBoundingClientRect();
    const { zoom } = this.app.settings;
    return { x: (event.clientX - box.x) / zoom, y: (event.clientY - box.y) / zoom };
  }

  /** @param {{ x: number, y: number }} at @returns {Hit | null} */
  #hit({ x, y }) {
    const hit = this.#source?.spaceTimeHit(x, y, this.#look());
    return hit?.ok ? hit.value : null;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || !this.app.lab) return;
    event.stopPropagation();
    const at = this.#at(event);
    this.#pointers.set(event.pointerId, at);
    this.#plot.setPointerCapture(event.pointerId);
    const [a, b] = [...this.#pointers.values()];
    const distance = a && b ? Math.abs(a.x - b.x) : 0;
    this.#press = { ...at, window: this.#range(), scroll: this.#scroll, hit: this.#hit(at), dragging: distance > 0, distance };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    const press = this.#press;
    if (!press || !this.#pointers.has(event.pointerId)) {
      if (event.pointerType !== "touch") this.#point(this.#hit(at));
      return;
    }
    event.stopPropagation();
    this.#pointers.set(event.pointerId, at);
    if (!press.dragging && Math.hypot(at.x - press.x, at.y - press.y) < DRAG_MIN) return;
    press.dragging = true;
    const { from, to } = press.window;
    const [a, b] = [...this.#pointers.values()];
    const width = this.#wide;
    if (a && b && press.distance > 0) {
      const factor = press.distance / Math.max(8, Math.abs(a.x - b.x));
      const middle = from + ((press.x - this.#left) / width) * (to - from);
      this.#window = this.#within(middle - (middle - from) * factor, middle + (to - middle) * factor);
    } else if (press.hit?.kind === "minimap") {
      const hit = this.#hit({ x: at.x, y: press.y });
      if (hit?.place !== undefined && hit.place !== null) this.#window = this.#within(hit.place - (to - from) / 2, hit.place + (to - from) / 2);
    } else {
      const by = ((press.x - at.x) / width) * (to - from);
      this.#window = this.#within(from + by, to + by);
      this.#scroll = Math.max(0, press.scroll + press.y - at.y);
    }
    this.#ask();
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.#pointers.delete(event.pointerId);
    const press = this.#press;
    if (this.#pointers.size > 0) return;
    this.#press = null;
    if (!press || !this.app.lab) return;
    event.stopPropagation();
    if (press.dragging || !press.hit) return this.#drawTwin();
    this.#choose(press.hit, event.shiftKey);
  }

  /** @param {Hit} hit @param {boolean} second */
  #choose(hit, second) {
    if (hit.event !== null) return this.#select(hit.event, second || this.#chaining);
    if (hit.kind === "lane" && hit.lane !== null) return this.#trace ? undefined : this.app.select(`node:${hit.lane}`);
    if (hit.place === null) return;
    if (hit.kind === "minimap") {
      const { from, to } = this.#range();
      this.#window = this.#within(hit.place - (to - from) / 2, hit.place + (to - from) / 2);
      return this.#ask();
    }
    if (this.#selected !== null) return this.#chooseNothing();
    if (this.#trace) return;
    // The axis is the time bar's: a click goes there.
    if (this.#axis === "time") void this.app.seekTime(Math.max(0, Math.round(hit.place)));
    else void this.app.seekEvent(hit.n ?? 0);
  }

  #chooseNothing() {
    this.#selected = this.#other = null;
    this.#chaining = false;
    if (this.#trace) this.app.selectTraceEvent(null);
    this.#drawBar();
    this.#ask();
  }

  /** @param {number} event @param {boolean} [second] as the other end of a chain */
  #select(event, second = false) {
    const source = this.#source;
    if (!source) return;
    if (second && this.#selected !== null && event !== this.#selected) {
      this.#other = event;
      this.#chaining = false;
      this.#drawBar();
      this.#tellChain(this.#selected, event);
      return this.#ask();
    }
    this.#selected = event;
    this.#other = null;
    const trace = this.#trace;
    const row = source.spaceTimeEvent(event, this.#look());
    if (row) {
      this.#say(`${row.text} ${t("{past} events before it, {future} after it, the others concurrent.", { past: count(row.past), future: count(row.future) })}`);
      if (row.lane !== null && !trace) this.app.select(`node:${row.lane}`);
    }
    this.#drawBar();
    if (trace) {
      this.app.selectTraceEvent(this.#made?.diagram.traceEvent(event) ?? null);
      return this.#ask();
    }
    // The cursor goes to just after the event, as it does from the list of events.
    void this.app.seekEvent(event + 1);
    this.#ask();
  }

  /** @param {number} a @param {number} b */
  #tellChain(a, b) {
    const between = this.#source?.spaceTimeBetween(a, b);
    if (!between?.ok) return;
    const { relation, chain, messages } = between.value;
    const text =
      relation === "concurrent"
        ? t("Neither happened before the other: they are concurrent.")
        : t("The shortest chain has {messages} {messages|message|messages} and {events} events.", { messages, events: count(chain.length) });
    this.#say(text);
    if (this.#trace) this.#tell(text);
    else this.app.say(text);
  }

  /** Hovering previews, here and in the other views. @param {Hit | null} hit */
  #point(hit) {
    const event = hit?.kind === "event" ? hit.event : null;
    this.#plot.style.cursor = hit?.event !== null && hit?.event !== undefined ? "pointer" : "";
    if (!this.#trace) this.app.hover(hit?.lane !== null && hit?.lane !== undefined ? `node:${hit.lane}` : null);
    this.#drawNote(hit && hit.kind === "message" ? hit.text : null, event);
    if (event === this.#hover) return;
    this.#hover = event;
    this.#ask();
  }

  /** The sentence of what is pointed at, with its vector stamp. @param {string | null} text @param {number | null} event */
  #drawNote(text, event) {
    const row = event === null ? null : this.#source?.spaceTimeEvent(event, this.#look());
    const lanes = row ? (this.#source?.spaceTimeLanes() ?? []) : [];
    if (!text && !row) return this.#status === "" ? this.#note.hide() : this.#tell(this.#status);
    const stamp = row?.stamp.map((n, lane) => (n > 0 ? `${lanes[lane]?.name ?? lane} ${n}` : "")).filter((part) => part !== "") ?? [];
    this.#note.show([text, row?.n, row?.stamp], () => [text ?? row?.text ?? "", stamp.length > 0 && h("span", { class: "st-stamp" }, stamp.join(" \u00b7 "))], this.#marks(event));
  }

  /** Where what somebody looks at stands in the page, for notes not to hide it. @param {number | null} pointed */
  #marks(pointed) {
    const box = this.#plot.getBoundingClientRect();
    const { zoom } = this.app.settings;
    return [pointed, this.#selected, this.#other].flatMap((event) => {
      const at = event === null ? null : this.#source?.spaceTimeWhere(event, this.#look());
      return at?.x == null || at.y === null ? [] : [{ x: box.x + at.x * zoom, y: box.y + at.y * zoom }];
    });
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      const by = (event.deltaX || event.deltaY) * unit;
      this.#pan(by / this.#wide);
    } else if (event.altKey) {
      this.#scroll = Math.max(0, this.#scroll + event.deltaY * unit);
      this.#ask();
    } else {
      this.#zoom(Math.exp(Math.max(-80, Math.min(80, event.deltaY * unit)) / 240), this.#placeAt(this.#at(event).x));
    }
  }

  // ---- the keyboard, and the twin

  #lastEvent() {
    if (this.#trace) return 0;
    return Math.max(0, (this.app.lab?.cursor().event ?? 1) - 1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.#hover ?? this.#selected ?? this.#lastEvent();
    /** @type {Record<string, Way>} */
    const ways = event.shiftKey
      ? { ArrowRight: "effect", ArrowLeft: "cause", ArrowUp: "above", ArrowDown: "below" }
      : { ArrowRight: "later", ArrowLeft: "earlier", ArrowUp: "above", ArrowDown: "below" };
    const way = ways[event.key];
    if (way) {
      const to = this.#source?.spaceTimeWalk(from, way, this.#look()) ?? null;
      if (to !== null) this.#focusEvent(to);
      else this.#say(event.shiftKey ? t("No message leads further.") : t("The lane ends here."));
    } else if (event.key === "Enter") this.#select(from, event.shiftKey);
    else if (event.key === "Home") this.#pan(-1);
    else if (event.key === "End") this.#pan(1);
    else if (event.key === "+" || event.key === "=") this.#zoom(0.5);
    else if (event.key === "-") this.#zoom(2);
    else if (event.key === "0") this.#all();
    else if (event.key === "n") this.#next(false);
    else if (event.key === "N") this.#next(true);
    else if (event.key === "/") this.#openFind();
    else if (event.key === "Escape" && (this.#selected !== null || this.#chaining)) this.#chooseNothing();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#ask();
  }

  #all() {
    this.#window = null;
    this.#ask();
  }

  /** @param {number} event has the keyboard's focus */
  #focusEvent(event) {
    if (!this.#source) return;
    this.#hover = event;
    this.#show(event);
    this.#drawNote(null, event);
    this.#drawTwin();
    this.#ask();
  }

  #drawTwin() {
    const source = this.#source;
    if (!source || this.#size.width === 0 || this.dataset.read === undefined) return;
    const all = source.spaceTimeTargets(this.#look()).filter(({ id }) => id.startsWith("event:"));
    const focus = this.#hover ?? this.#selected;
    const active = focus === null ? null : `event:${focus}`;
    const row = focus === null || all.some(({ id }) => id === active) ? null : source.spaceTimeEvent(focus, this.#look());
    const targets = [...(row ? [{ id: `event:${row.n}`, label: row.text, x: 0, y: 0, width: 24, height: 24 }] : []), ...all.slice(0, TWIN_MAX)];
    redraw(this.#twin, [targets.map(({ id, label }) => [id, label]), this.#selected, active], () =>
      targets.map(({ id, label }) =>
        h("li", { role: "option", id: twinId(id), "aria-selected": String(id === `event:${this.#selected}`) }, label, id === active ? this.#around(Number(id.slice(6))) : ""),
      ),
    );
    const { zoom } = this.app.settings;
    for (const [n, { x, y, width, height }] of targets.entries()) {
      const item = /** @type {HTMLElement} */ (this.#twin.children[n]);
      item.style.translate = `${Math.round(x * zoom)}px ${Math.round(y * zoom)}px`;
      item.style.width = `${Math.round(width * zoom)}px`;
      item.style.height = `${Math.round(height * zoom)}px`;
    }
    if (active && targets.some(({ id }) => id === active)) this.#twin.setAttribute("aria-activedescendant", twinId(active));
    else this.#twin.removeAttribute("aria-activedescendant");
  }

  /** What is spoken of an event besides its sentence: when, and where its messages lead. @param {number} event */
  #around(event) {
    const row = this.#source?.spaceTimeEvent(event, this.#look());
    if (!row) return "";
    const at = this.#trace ? undefined : this.app.lab?.events(event, event + 1)[0]?.at_us;
    return [
      ` ${at === undefined ? "" : time(at)}`,
      row.heard.length > 0 ? t("Hears a message.") : "",
      row.sent.length > 0 ? t("Sends {n} {n|message|messages}.", { n: row.sent.length }) : "",
    ].filter((part) => part !== "").join(" ");
  }

  // ---- the bar

  #drawBar() {
    const timed = this.#timed;
    const { lab } = this.app;
    const chain = this.#selected !== null;
    redraw(this.#bar, [timed, this.#axis, chain, this.#chaining, this.#find.hidden, lab?.branches().length], () => [
      timed && this.#button(t("Time"), () => this.#setAxis("time"), { key: "time", "aria-pressed": String(this.#axis === "time") }),
      timed && this.#button(t("Order"), () => this.#setAxis("order"), { key: "order", "aria-pressed": String(this.#axis === "order") }),
      this.#button("\u2212", () => this.#zoom(2), { key: "out", "aria-label": t("Zoom out"), title: t("Zoom out") }),
      this.#button("+", () => this.#zoom(0.5), { key: "in", "aria-label": t("Zoom in"), title: t("Zoom in") }),
      this.#button(t("All"), () => this.#all(), { key: "all", title: t("Show all of the run") }),
      this.#button(t("Find.."), () => this.#openFind(), { key: "find", "aria-expanded": String(!this.#find.hidden) }),
      this.#button(t("More.."), (/** @type {MouseEvent} */ event) => void this.#more(/** @type {Element} */ (event.currentTarget)), { key: "more" }),
      chain && this.#button(t("Chain to.."), () => this.#chainTo(), { key: "chain", "aria-pressed": String(this.#chaining) }),
    ]);
  }

  /** @param {string} label @param {(event: MouseEvent) => void} onclick @param {Record<string, unknown>} props */
  #button(label, onclick, props) {
    return h("button", { type: "button", class: "quiet", onclick, ...props }, label);
  }

  /** @param {"time" | "order"} axis */
  #setAxis(axis) {
    if (axis === this.#axis) return;
    this.#axis = axis;
    this.#window = this.#painted = null;
    this.#drawBar();
    this.#ask();
  }

  #chainTo() {
    this.#chaining = !this.#chaining;
    this.#drawBar();
    if (this.#chaining) this.#tell(t("Choose the other event: the shortest chain between the two is drawn."));
    else this.#tell("");
  }

  /** @param {Element} at */
  async #more(at) {
    const { lab } = this.app;
    if (!lab) return;
    const { openMenu } = await import("./menu.js");
    const here = lab.cursor().branch;
    const others = this.#trace ? [] : lab.branches().filter(({ id }) => id !== here);
    openMenu(
      t("Space-time diagram"),
      [
        { label: this.#collapsed ? t("Show local events one by one") : t("Collapse local events"), run: () => this.#collapse() },
        { label: t("Lanes.."), run: () => void this.#chooseLanes() },
        { label: t("Find a pattern.."), run: () => void this.#drawPattern() },
        ...others.map(({ id, name }) => ({ label: t("Compare with {branch}", { branch: name }), run: () => this.#compare(id) })),
        ...(this.#compared === null ? [] : [{ label: t("End the comparison"), run: () => this.#compare(null) }]),
        { label: t("Save a picture (SVG)"), run: () => this.#save() },
      ],
      at,
    );
  }

  #collapse() {
    this.#collapsed = !this.#collapsed;
    if (this.#axis === "order") this.#window = this.#painted = null;
    this.#ask();
  }

  async #chooseLanes() {
    const source = this.#source;
    if (!source) return;
    const { openDialog } = await import("./dialog.js");
    openDialog(t("Lanes"), () => [
      h("p", null, t("A hidden lane leaves the order of the others as it was: dotted lines stand for what went through it.")),
      ...source.spaceTimeLanes().map(({ name, events }, lane) =>
        h(
          "label",
          { class: "check" },
          h("input", {
            type: "checkbox",
            checked: !this.#hidden.has(lane),
            onchange: (/** @type {Event} */ event) => {
              if (/** @type {HTMLInputElement} */ (event.target).checked) this.#hidden.delete(lane);
              else this.#hidden.add(lane);
              if (this.#axis === "order") this.#window = this.#painted = null;
              this.#ask();
            },
          }),
          ` ${name} (${t("{n} {n|event|events}", { n: events })})`,
        ),
      ),
    ]);
  }

  /** @param {number | null} branch */
  #compare(branch) {
    const { lab } = this.app;
    if (!lab?.spaceTimeCompare(branch).ok) return;
    this.#compared = branch;
    if (branch !== null) this.#tellDiff();
    this.#ask();
  }

  #tellDiff() {
    const { lab } = this.app;
    if (!lab || this.#compared === null || !this.isConnected) return;
    lab.spaceTimeRead();
    const diff = lab.spaceTimeDiff();
    if (!diff) return void requestAnimationFrame(() => this.#tellDiff());
    if (diff.first === null) this.app.say(t("Both branches have the same events so far."));
    else {
      this.app.say(t("They differ from event {n} on: {here} events are only here, {there} only there.", { n: count(diff.first + 1), here: count(diff.only_here), there: count(diff.only_there) }));
      this.#show(Math.min(diff.first, lab.eventCount() - 1));
    }
    this.#ask();
  }

  async #save() {
    const svg = this.#svg({ width: Math.max(720, this.#size.width), height: Math.max(400, this.#size.height) });
    if (!svg?.ok) return;
    const href = URL.createObjectURL(new Blob([svg.value], { type: "image/svg+xml" }));
    h("a", { href, download: `${(this.#trace?.name || this.app.scenario?.id || "run").replaceAll("/", "-")}-space-time.svg` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }

  // ---- finding

  #words = h("input", { type: "search", "aria-label": t("Words in the events' sentences") });
  #count = h("output", { class: "muted" });

  #openFind() {
    if (this.#find.childElementCount === 0) {
      this.#words.addEventListener("input", () => this.#search({ words: this.#words.value }));
      this.#find.append(
        this.#words,
        h("button", { type: "button", class: "quiet", "aria-label": t("Previous match"), title: t("Previous match"), onclick: () => this.#next(true) }, "\u2039"),
        h("button", { type: "submit", class: "quiet", "aria-label": t("Next match"), title: t("Next match") }, "\u203a"),
        this.#count,
        h("button", { type: "button", class: "quiet", onclick: () => void this.#drawPattern() }, t("Pattern..")),
        h("button", { type: "button", class: "quiet", onclick: () => this.#endFind() }, t("Close")),
      );
    }
    this.#find.hidden = false;
    this.#drawBar();
    this.#words.focus();
  }

  #endFind() {
    this.#find.hidden = true;
    this.#search(null);
    this.#drawBar();
    this.#twin.focus();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    this.#next(false);
  }

  /** @param {import("../netsplit.js").SpaceTimeSought | null} sought */
  #search(sought) {
    const begun = this.#source?.spaceTimeSearch(sought);
    this.#found = [];
    setText(this.#count, "");
    if (!begun?.ok || sought === null || ("words" in sought && sought.words.trim() === "")) return this.#ask();
    if (!this.#searching) this.#searchOn();
  }

  #searchOn() {
    const on = this.#source?.spaceTimeSearchOn();
    this.#searching = Boolean(on?.ok && !on.value.done && this.isConnected);
    if (!on?.ok) return;
    const { found, read, all, done } = on.value;
    setText(this.#count, done ? t("{n} {n|match|matches}", { n: found }) : t("{n} so far, {read} of {all} events", { n: count(found), read: count(read), all: count(all) }));
    if (found > 0 && this.#found.length === 0) this.#next(false, this.#hover ?? this.#selected ?? null);
    this.#ask();
    if (this.#searching) requestAnimationFrame(() => this.#searchOn());
  }

  /** @param {boolean} back @param {number | null} [from] */
  #next(back, from = this.#found[0] ?? null) {
    const found = this.#source?.spaceTimeFound(from, back);
    if (!found) return;
    this.#found = found.events;
    const first = found.events[0];
    if (first !== undefined) this.#show(first);
    this.#say(`${count(found.index + 1)}: ${found.text}`);
    this.#ask();
  }

  async #drawPattern() {
    const { openPattern } = await import("./pattern.js");
    openPattern((lanes, messages) => {
      if (this.#find.hidden) this.#openFind();
      this.#words.value = "";
      this.#search({ lanes, messages });
    });
  }

  // ---- saying

  /** @param {string} text what is spoken */
  #say(text) {
    setText(this.#said, text);
  }

  /** @param {string} text what is shown for as long as nothing is pointed at */
  #tell(text) {
    this.#status = text;
    if (text === "") this.#note.hide();
    else this.#note.show(["status", text], () => [text], this.#marks(null));
  }
}
customElements.define("netsplit-space-time", SpaceTime);

/** @param {string} id */
const twinId = (id) => `st-${id.replace(/[^\w-]/g, "_")}`;

function useStyles() {
  if (document.querySelector("link[data-space-time]")) return;
  document.head.append(h("link", { rel: "stylesheet", href: new URL("../styles/space-time.css", import.meta.url).href, "data-space-time": true }));
}
