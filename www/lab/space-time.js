// @ts-check
/**
 * `<netsplit-space-time>`: the space-time diagram on the stage. Loaded when somebody looks at it.
 *
 * Dragging and wheels move and zoom the window; a click on an event goes there and selects it: its past and its future stay,
 * the rest fades. A second event, with Shift or with "Chain to..", shows the shortest chain between the two. With the
 * keyboard: Left and Right walk along a lane, with Shift along messages, Up and Down change the lane.
 *
 * The diagram is drawn by the lab; nothing here knows what happened. Whose it is (a run, a trace), what is in the window, the
 * pointer, the twin in the document, the controls, finding, differences and the note are modules of their own, `space-time-*.js`.
 *
 * @typedef {import("../netsplit.js").SpaceTimeLook} Look
 * @typedef {import("../netsplit.js").SpaceTimeHit} Hit
 * @typedef {import("../netsplit.js").SpaceTimeWay} Way
 * @typedef {{
 *   readonly source: import("../netsplit.js").SpaceTimeSource | null,
 *   readonly key: string,
 *   readonly name: string,
 *   isAnother: (before: string) => boolean,
 *   look: () => Partial<Look>,
 *   begins: () => number,
 *   latest: () => number,
 *   cursor: () => { event: number, at: number } | null,
 *   selection: () => number | null | undefined,
 *   select: (event: number, lane: number | null) => void,
 *   unselect: () => void,
 *   chooseLane: (lane: number) => void,
 *   choosePlace: (axis: "time" | "order", place: number, event: number) => void,
 *   hover: (lane: number | null) => void,
 *   tell: (text: string) => boolean,
 *   timeOf: (event: number) => number | undefined,
 *   others: () => { id: number, name: string }[],
 *   free: () => void,
 * }} Subject
 *   whose diagram it is. `key`: with another one, what was selected is not here, and with `isAnother` nor is the window; `begins`:
 *   an event that the first window ends with; `latest`: where the keyboard begins; `cursor`: null if nothing is played; `selection`:
 *   undefined if it is the diagram's own; `choosePlace`: `event` is the number of events before it; `tell`: false if it has nowhere
 *   to; `others`: what it can be compared with
 */
import { h, setText } from "./dom.js";
import { language, t } from "./language.js";
import { Part } from "./part.js";
import { Bar, chooseLanes, save } from "./space-time-bar.js";
import { Differences } from "./space-time-differences.js";
import { Find } from "./space-time-find.js";
import { Note } from "./space-time-note.js";
import { Pointer } from "./space-time-pointer.js";
import { Run } from "./space-time-run.js";
import { Trace } from "./space-time-trace.js";
import { Twin } from "./space-time-twin.js";
import { FIRST, Window } from "./space-time-window.js";
import { count } from "./words.js";

/** Longest reading within a frame, milliseconds: with a picture and what else is to do, less than 50. */
const READING_MS = 16;
/** Between two pictures of what is read so far, milliseconds. */
const READING_PAINT_MS = 200;
/** How long the picture stands still before its twin follows, and how long a twin is kept while it moves, milliseconds. */
const TWIN_STILL_MS = 160;
const TWIN_MOVING_MS = 1000;

class SpaceTime extends Part {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #twin = new Twin({
    onkeydown: (event) => this.#key(event),
    onfocus: () => void (this.matches(":has(:focus-visible)") && this.#hover === null && this.#focusEvent(this.#selected ?? this.#latest())),
  });
  #note = new Note();
  #said = h("p", { class: "hidden", role: "status" });
  #plot = h("div", { class: "st-plot" }, this.#canvas, this.#twin.element, this.#note.element, this.#said);

  #window = new Window();
  #pointer = new Pointer(this.#plot, {
    window: this.#window,
    zoom: () => this.app.settings.zoom,
    hit: (x, y) => this.#hit(x, y),
    moved: () => this.#ask(),
    point: (hit) => this.#point(hit),
    choose: (hit, second) => (hit ? this.#choose(hit, second) : this.#drawTwin()),
  });
  #find = new Find({
    source: () => this.#source,
    isConnected: () => this.isConnected,
    from: () => this.#hover ?? this.#selected,
    found: (found) => this.#found(found),
    changed: () => {
      this.#bar.draw();
      this.#ask();
    },
    closed: () => {
      this.#bar.draw();
      this.#twin.element.focus();
    },
  });
  #differences = new Differences(({ event }) => void (event !== null && this.#select(event)));
  #bar = new Bar(() => this.#controls(), {
    setAxis: (axis) => this.#setAxis(axis),
    zoom: (factor) => this.#zoom(factor),
    all: () => this.#all(),
    find: () => this.#find.open(),
    findPattern: () => void this.#find.drawPattern(),
    chainTo: () => this.#chainTo(),
    collapse: () => this.#collapse(),
    chooseLanes: () => void chooseLanes(this.#source?.spaceTimeLanes() ?? [], this.#hidden, () => this.#lanesChanged()),
    compare: (branch) => this.#compare(branch),
    save: () => this.#save(),
  });

  #size = { width: 0, height: 0, dpr: 1 };
  /** @type {"time" | "order"} */
  #axis = "time";
  /** Whether events have times: without them, there is only one axis. */
  #timed = true;
  /** @type {Set<number>} */
  #hidden = new Set();
  #collapsed = false;
  /** @type {number | null} */
  #selected = null;
  /** @type {number | null} */
  #other = null;
  /** @type {number | null} */
  #hover = null;
  /** The events of the match that is looked at. @type {number[]} */
  #match = [];
  /** The branch that the run is compared with. @type {number | null} */
  #branch = null;
  /** The next event that is chosen is the chain's other end. */
  #chaining = false;
  #frame = 0;
  #of = "";
  #cursor = -1;
  #status = "";

  setUp() {
    useStyles();
    this.#subject = this.closest("netsplit-foreign") ? new Trace(this.app) : new Run(this.app);
    this.append(this.#bar.element, this.#find.element, this.#differences.element, this.#plot);
    this.#bar.draw();
    this.onResize(() => this.#resized(), this.#plot);
    this.on(["open", "moment", "look", "settings", "branches"], () => this.#ask());
    this.on(["open", "branches"], () => this.#bar.draw());
    this.#resized();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#subject?.free();
    if (this.#root?.diagram === this.#picture) this.#root.diagram = null;
  }

  /** Whose diagram it is. @type {Subject | null} */
  #subject = null;

  get #source() {
    return this.#subject?.source ?? null;
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
    return {
      ...this.#size,
      theme: this.app.theme,
      axis: this.#axis,
      from: this.#window.range?.from ?? 0,
      to: this.#window.range?.to ?? 0,
      scroll: this.#pointer.scroll,
      hidden: [...this.#hidden],
      collapsed: this.#collapsed,
      selected: this.#selected,
      other: this.#other,
      hover: this.#hover,
      found: this.#match,
      ...this.#subject?.look(),
    };
  }

  #paint() {
    this.#frame = 0;
    const source = this.#source;
    const { width, height } = this.#size;
    if (!source || width === 0 || height === 0) return;
    const read = this.#read(source);
    if (!read.ok) return this.#tell(read.error.message);
    const { read: upTo, all, drawn } = read.value;
    this.#forget();
    if (upTo < all) {
      this.#tell(t("Reading events: {read} of {all}.", { read: count(upTo), all: count(all) }));
      this.#ask();
      // What is there so far is seen from time to time; the rest of the time is for reading.
      if (this.#window.painted === null ? drawn <= FIRST : performance.now() - this.#paintedAt < READING_PAINT_MS) return;
    } else if (this.#status !== "" && !this.#find.searching) this.#tell("");
    if (this.#window.range === null && this.#window.painted === null) this.#first(all);
    this.#follow();
    const painted = source.spaceTimePaint(this.#canvas, this.#look());
    this.#paintedAt = performance.now();
    if (painted.ok) {
      this.#window.painted = painted.value;
      // What went through hidden lanes is looked for in slices.
      if (!painted.value.whole) this.#ask();
      this.dataset.whole = String(painted.value.whole);
      this.#plot.style.setProperty("--left", `${Math.round(painted.value.left * this.app.settings.zoom)}px`);
    }
    if (this.#axis === "time" && painted.ok && this.#timed !== painted.value.by_time) {
      this.#timed = painted.value.by_time;
      this.#bar.draw();
    }
    this.dataset.read = String(upTo);
    this.dataset.detail = this.#window.painted?.detail ?? "";
    if (upTo < all) return;
    if ("ready" in this.dataset) return this.#twinSoon();
    this.dataset.ready = "";
    this.#compared();
    this.#drawTwin();
  }

  #paintedAt = 0;

  /** Reads on: a slice; while nothing plays, as many as a frame has room for. @param {import("../netsplit.js").SpaceTimeSource} source */
  #read(source) {
    const end = performance.now() + READING_MS;
    let read = source.spaceTimeRead();
    while (!this.app.playing && read.ok && read.value.read < read.value.all && performance.now() < end) read = source.spaceTimeRead();
    return read;
  }

  #twinTimer = 0;
  #twinDrawn = 0;

  /** The twin follows the picture as soon as that stands still; now and then, while it moves by itself. */
  #twinSoon() {
    if (this.#twinTimer !== 0 && this.app.playing && performance.now() - this.#twinDrawn > TWIN_MOVING_MS) return;
    clearTimeout(this.#twinTimer);
    const draw = () => {
      this.#twinTimer = 0;
      if (this.isConnected) this.#drawTwin();
    };
    this.#twinTimer = window.setTimeout(draw, TWIN_STILL_MS);
  }

  /** Two executions have been compared: the first difference is told, and is in the window. */
  #compared() {
    const source = this.#source;
    this.#differences.show(source && "traceDiff" in source ? /** @type {import("../netsplit.js").TraceDiagram} */ (source) : null);
    if (!this.#differences.isOpen) return;
    this.#bar.draw();
    this.#resized();
    this.dispatchEvent(new Event("compared", { bubbles: true }));
    const first = this.diagram?.traceDifference(0)?.event ?? null;
    if (first !== null) this.#window.show(this.#placeOf(first));
  }

  /** The diagram of a trace, for its page. @returns {import("../netsplit.js").TraceDiagram | null} */
  get diagram() {
    const source = this.#source;
    return source && "traceDiff" in source ? /** @type {import("../netsplit.js").TraceDiagram} */ (source) : null;
  }

  /** @param {number} number of the difference that is shown, from 0 */
  showDifference(number) {
    this.#differences.to(number);
  }

  /** Another run, another branch, another trace: what was selected there is not here. */
  #forget() {
    const subject = this.#subject;
    if (!subject || subject.key === this.#of) return;
    const other = this.#of !== "" && subject.isAnother(this.#of);
    this.#of = subject.key;
    this.#selected = this.#other = this.#hover = null;
    this.#find.forget();
    this.#branch = null;
    this.#cursor = -1;
    if (other) {
      this.#window.reset();
      this.#hidden.clear();
      this.#differences.show(null);
      delete this.dataset.ready;
    }
    this.#bar.draw();
  }

  /** A window that ends a little after the cursor. @param {number} all */
  #first(all) {
    if (!this.#subject || all <= FIRST) return;
    const event = this.#subject.begins();
    this.#window.begin(this.#placeOf(Math.max(0, event - FIRST)), this.#placeOf(Math.min(all - 1, event)));
  }

  /** @param {number} event @returns {number} its place along the axis */
  #placeOf(event) {
    return this.#source?.spaceTimeWhere(event, this.#look())?.place ?? 0;
  }

  /** The window goes with the cursor when that leaves it, and to what is selected elsewhere. */
  #follow() {
    const selection = this.#subject?.selection();
    if (selection !== undefined && selection !== this.#selected) {
      this.#selected = selection;
      this.#other = null;
      this.#bar.draw();
      if (selection !== null) this.#window.show(this.#placeOf(selection));
    }
    const cursor = this.#subject?.cursor();
    if (!cursor || cursor.event === this.#cursor) return;
    const moved = this.#cursor >= 0;
    this.#cursor = cursor.event;
    if (!this.#window.range || !moved || this.#pointer.holds) return;
    this.#window.follow(this.#axis === "time" ? cursor.at : cursor.event === 0 ? 0 : this.#placeOf(cursor.event - 1) + 0.5);
  }

  /** @param {{ width: number, height: number }} size @returns {import("../netsplit.js").Result<string> | null} */
  #svg({ width, height }) {
    return this.#source?.spaceTimeSvg({ ...this.#look(), width, height, dpr: 1, theme: "light", hover: null, chips: true }) ?? null;
  }

  // ---- pointing and choosing

  /** @param {number} x @param {number} y @returns {Hit | null} */
  #hit(x, y) {
    const hit = this.#source?.spaceTimeHit(x, y, this.#look());
    return hit?.ok ? hit.value : null;
  }

  /** @param {Hit} hit @param {boolean} second */
  #choose(hit, second) {
    if (hit.event !== null) return this.#select(hit.event, second || this.#chaining);
    if (hit.kind === "lane" && hit.lane !== null) return this.#subject?.chooseLane(hit.lane);
    if (hit.place === null) return;
    if (hit.kind === "minimap") {
      this.#window.center(hit.place);
      return this.#ask();
    }
    if (this.#selected !== null) return this.#chooseNothing();
    this.#subject?.choosePlace(this.#axis, hit.place, hit.n ?? 0);
  }

  #chooseNothing() {
    this.#selected = this.#other = null;
    this.#chaining = false;
    this.#subject?.unselect();
    this.#bar.draw();
    this.#ask();
  }

  /** @param {number} event @param {boolean} [second] as the other end of a chain */
  #select(event, second = false) {
    const source = this.#source;
    if (!source) return;
    if (second && this.#selected !== null && event !== this.#selected) {
      this.#other = event;
      this.#chaining = false;
      this.#bar.draw();
      this.#tellChain(this.#selected, event);
      return this.#ask();
    }
    this.#selected = event;
    this.#other = null;
    const row = source.spaceTimeEvent(event, this.#look());
    if (row) this.#say(`${row.text} ${t("{past} events before it, {future} after it, the others concurrent.", { past: count(row.past), future: count(row.future) })}`);
    this.#bar.draw();
    this.#subject?.select(event, row?.lane ?? null);
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
    if (!this.#subject?.tell(text)) this.#tell(text);
  }

  /** Hovering previews, here and in the other views. @param {Hit | null} hit */
  #point(hit) {
    const event = hit?.kind === "event" ? hit.event : null;
    this.#plot.style.cursor = hit?.event !== null && hit?.event !== undefined ? "pointer" : "";
    this.#subject?.hover(hit?.lane ?? null);
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

  // ---- the keyboard, and the twin

  #latest() {
    return this.#subject?.latest() ?? 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.#hover ?? this.#selected ?? this.#latest();
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
    else if (event.key === "Home") this.#window.pan(-1);
    else if (event.key === "End") this.#window.pan(1);
    else if (event.key === "+" || event.key === "=") this.#zoom(0.5);
    else if (event.key === "-") this.#zoom(2);
    else if (event.key === "0") this.#all();
    else if (event.key === "n" || event.key === "N") (this.#find.isOpen ? this.#find : this.#differences).next(event.key === "N");
    else if (event.key === "/") this.#find.open();
    else if (event.key === "Escape" && (this.#selected !== null || this.#chaining)) this.#chooseNothing();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#ask();
  }

  /** @param {number} event has the keyboard's focus */
  #focusEvent(event) {
    if (!this.#source) return;
    this.#hover = event;
    this.#window.show(this.#placeOf(event));
    this.#drawNote(null, event);
    this.#drawTwin();
    this.#ask();
  }

  #drawTwin() {
    const source = this.#source;
    if (!source || this.#size.width === 0 || this.dataset.read === undefined) return;
    this.#twinDrawn = performance.now();
    this.#twin.draw(source, this.#look(), this.app.settings.zoom, (event) => this.#subject?.timeOf(event));
  }

  // ---- the controls

  /** @returns {import("./space-time-bar.js").State} */
  #controls() {
    return {
      timed: this.#timed,
      axis: this.#axis,
      finding: this.#find.isOpen,
      chaining: this.#chaining,
      chosen: this.#selected !== null,
      collapsed: this.#collapsed,
      compared: this.#branch,
      others: this.#subject?.others() ?? [],
    };
  }

  /** @param {number} factor less than 1 comes nearer: around the focused or selected event, if it is in view */
  #zoom(factor) {
    const event = this.#hover ?? this.#selected;
    this.#window.zoom(factor, event === null ? undefined : this.#placeOf(event));
    this.#ask();
  }

  /** Lanes or events are hidden or shown: in the order, everything gets another place. */
  #lanesChanged() {
    if (this.#axis === "order") this.#window.reset();
    this.#ask();
  }

  #all() {
    this.#window.all();
    this.#ask();
  }

  /** @param {"time" | "order"} axis */
  #setAxis(axis) {
    if (axis === this.#axis) return;
    this.#axis = axis;
    this.#window.reset();
    this.#bar.draw();
    this.#ask();
  }

  #chainTo() {
    this.#chaining = !this.#chaining;
    this.#bar.draw();
    if (this.#chaining) this.#tell(t("Choose the other event: the shortest chain between the two is drawn."));
    else this.#tell("");
  }

  #collapse() {
    this.#collapsed = !this.#collapsed;
    this.#lanesChanged();
  }

  /** @param {number | null} branch */
  #compare(branch) {
    const { lab } = this.app;
    if (!lab?.spaceTimeCompare(branch).ok) return;
    this.#branch = branch;
    if (branch !== null) this.#tellDiff();
    this.#ask();
  }

  #tellDiff() {
    const { lab } = this.app;
    if (!lab || this.#branch === null || !this.isConnected) return;
    lab.spaceTimeRead();
    const diff = lab.spaceTimeDiff();
    if (!diff) return void requestAnimationFrame(() => this.#tellDiff());
    if (diff.first === null) this.app.say(t("Both branches have the same events so far."));
    else {
      this.app.say(t("They differ from event {n} on: {here} events are only here, {there} only there.", { n: count(diff.first + 1), here: count(diff.only_here), there: count(diff.only_there) }));
      this.#window.show(this.#placeOf(Math.min(diff.first, lab.eventCount() - 1)));
    }
    this.#ask();
  }

  #save() {
    const svg = this.#svg({ width: Math.max(720, this.#size.width), height: Math.max(400, this.#size.height) });
    if (svg?.ok) save(svg.value, this.#subject?.name ?? "run");
  }

  /** @param {import("../netsplit.js").SpaceTimeFound | null} found the match that is looked at */
  #found(found) {
    this.#match = found?.events ?? [];
    if (!found) return;
    const first = found.events[0];
    if (first !== undefined) this.#window.show(this.#placeOf(first));
    this.#say(`${count(found.index + 1)}: ${found.text}`);
    this.#ask();
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

function useStyles() {
  if (document.querySelector("link[data-space-time]")) return;
  document.head.append(h("link", { rel: "stylesheet", href: new URL("../styles/space-time.css", import.meta.url).href, "data-space-time": true }));
}
