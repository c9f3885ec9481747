// @ts-check
/**
 * `<netsplit-space-time>`: the space-time diagram on the stage. Loaded when somebody looks at it.
 *
 * Dragging and wheels move and zoom the window; a click on an event goes there and selects it: its past and its future stay,
 * the rest fades. A second event, with Shift or with "Chain to..", shows the shortest chain between the two. With the
 * keyboard: Left and Right walk along a lane, with Shift along messages, Up and Down change the lane.
 *
 * The diagram is drawn by the lab; nothing here knows what happened. Each of its trades is a module of its own, `space-time-*.js`:
 * whose it is (a run, a trace), reading it, what is in the window, the pointer, keys, what is chosen, the twin in the document, the controls,
 * finding, differences, the branch that is compared with, and what is said.
 *
 * @typedef {import("../netsplit.js").SpaceTimeLook} Look
 * @typedef {import("../netsplit.js").SpaceTimeHit} Hit
 * @typedef {import("./space-time-subject.js").Subject} Subject
 */
import { h } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { Bar, chooseLanes, save } from "./space-time-bar.js";
import { CompareBranch } from "./space-time-branch.js";
import { Choice } from "./space-time-choice.js";
import { Differences } from "./space-time-differences.js";
import { Find } from "./space-time-find.js";
import { pressed } from "./space-time-keys.js";
import { Pointer } from "./space-time-pointer.js";
import { busyWith, Reading } from "./space-time-reading.js";
import { Run } from "./space-time-run.js";
import { Telling } from "./space-time-telling.js";
import { Trace } from "./space-time-trace.js";
import { Twin } from "./space-time-twin.js";
import { FIRST, Window } from "./space-time-window.js";
import { count } from "./words.js";

class SpaceTime extends Part {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #twin = new Twin({
    onkeydown: (event) => this.#key(event),
    onfocus: () => void (this.matches(":has(:focus-visible)") && this.#choice.hover === null && this.#focusEvent(this.#choice.selected ?? this.#latest())),
  });
  #telling = new Telling({
    event: (n) => this.#source?.spaceTimeEvent(n, this.#look()),
    lanes: () => this.#source?.spaceTimeLanes() ?? [],
    marks: (pointed) => this.#marks(pointed),
  });
  #plot = h("div", { class: "st-plot" }, this.#canvas, this.#twin.element, ...this.#telling.elements);
  #choice = new Choice({
    subject: () => this.#subject,
    look: () => this.#look(),
    changed: () => this.#bar.draw(),
    ask: () => this.#ask(),
    telling: () => this.#telling,
  });

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
    from: () => this.#choice.hover ?? this.#choice.selected,
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
  #differences = new Differences(({ event }) => void (event !== null && this.#choice.select(event)));
  #branch = new CompareBranch({
    app: () => this.app,
    isConnected: () => this.isConnected,
    found: (event) => this.#window.show(this.#placeOf(event)),
    ask: () => this.#ask(),
  });
  #reading = new Reading();
  #bar = new Bar(() => this.#controls(), {
    setAxis: (axis) => this.#setAxis(axis),
    zoom: (factor) => this.#zoom(factor),
    all: () => this.#all(),
    find: () => this.#find.open(),
    findPattern: () => void this.#find.drawPattern(),
    chainTo: () => this.#choice.chainTo(),
    collapse: () => this.#collapse(),
    chooseLanes: () => void chooseLanes(this.#source?.spaceTimeLanes() ?? [], this.#hidden, () => this.#lanesChanged()),
    compare: (branch) => this.#branch.compare(branch),
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
  /** The events of the match that is looked at. @type {number[]} */
  #match = [];
  #frame = 0;
  #of = "";
  #cursor = -1;

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
  #picture = (size) => this.#svg(size);

  // ---- painting

  #resized() {
    this.#root = this.app;
    const shown = this.getBoundingClientRect().width > 0;
    // On paper it has no place of its own, and is the picture all the same.
    if (!shown && matchMedia("print").matches) return;
    if (shown) this.app.diagram = this.#picture;
    else if (this.app.diagram === this.#picture) this.app.diagram = null;
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
      selected: this.#choice.selected,
      other: this.#choice.other,
      hover: this.#choice.hover,
      found: this.#match,
      ...this.#subject?.look(),
    };
  }

  #paint() {
    this.#frame = 0;
    const source = this.#source;
    const { width, height } = this.#size;
    if (!source || width === 0 || height === 0) return;
    const read = this.#reading.on(source, this.app.playing);
    if (!read.ok) return this.#telling.tell(read.error.message);
    const { read: upTo, all, drawn } = read.value;
    this.#forget();
    if (this.#subject instanceof Run) this.#branch.follow(this.app.comparing ? (this.app.lab?.compared()?.branch ?? null) : null);
    const busy = busyWith(read.value);
    if (busy !== "" || (this.#telling.tells && !this.#find.searching)) this.#telling.tell(busy);
    if (busy !== "") this.#ask();
    if (upTo < all && (this.#window.painted === null ? drawn <= FIRST : !this.#reading.isDue)) return;
    if (this.#window.range === null && this.#window.painted === null) this.#first(all);
    this.#follow();
    const painted = source.spaceTimePaint(this.#canvas, this.#look());
    this.#reading.painted();
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
    if ("ready" in this.dataset) return this.#twin.soon(() => this.isConnected && this.#drawTwin(), this.app.playing);
    this.dataset.ready = "";
    this.#compared();
    this.#drawTwin();
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
    this.#choice.forget();
    this.#find.forget();
    this.#branch.forget();
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
    if (selection !== undefined && selection !== this.#choice.selected) {
      this.#choice.follow(selection);
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
    if (hit.event !== null) return this.#choice.select(hit.event, second || this.#choice.chaining);
    if (hit.kind === "lane" && hit.lane !== null) return this.#subject?.chooseLane(hit.lane);
    if (hit.place === null) return;
    if (hit.kind === "minimap") {
      this.#window.center(hit.place);
      return this.#ask();
    }
    if (this.#choice.selected !== null) return this.#choice.nothing();
    this.#subject?.choosePlace(this.#axis, hit.place, hit.n ?? 0);
  }

  /** @param {Hit | null} hit */
  #point(hit) {
    this.#plot.style.cursor = hit?.event !== null && hit?.event !== undefined ? "pointer" : "";
    this.#choice.point(hit);
  }

  /** Where what somebody looks at stands in the page, for notes not to hide it. @param {number | null} pointed */
  #marks(pointed) {
    const box = this.#plot.getBoundingClientRect();
    const { zoom } = this.app.settings;
    return [pointed, this.#choice.selected, this.#choice.other].flatMap((event) => {
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
    const choice = this.#choice;
    const from = choice.hover ?? choice.selected ?? this.#latest();
    const known = pressed(event, {
      walk: (way, alongMessages) => {
        const to = this.#source?.spaceTimeWalk(from, way, this.#look()) ?? null;
        if (to !== null) this.#focusEvent(to);
        else this.#telling.say(alongMessages ? t("No message leads further.") : t("The lane ends here."));
      },
      choose: (second) => choice.select(from, second),
      pan: (part) => this.#window.pan(part),
      zoom: (factor) => this.#zoom(factor),
      all: () => this.#all(),
      next: (back) => (this.#find.isOpen ? this.#find : this.#differences).next(back),
      find: () => this.#find.open(),
      leave: () => {
        const leaves = choice.selected !== null || choice.chaining;
        if (leaves) choice.nothing();
        return leaves;
      },
    });
    if (!known) return;
    event.preventDefault();
    event.stopPropagation();
    this.#ask();
  }

  /** @param {number} event has the keyboard's focus */
  #focusEvent(event) {
    if (!this.#source) return;
    this.#choice.hover = event;
    this.#window.show(this.#placeOf(event));
    this.#telling.point(null, event);
    this.#drawTwin();
    this.#ask();
  }

  #drawTwin() {
    const source = this.#source;
    if (!source || this.#size.width === 0 || this.dataset.read === undefined) return;
    this.#twin.draw(source, this.#look(), this.app.settings.zoom, (event) => this.#subject?.timeOf(event));
  }

  // ---- the controls

  /** @returns {import("./space-time-bar.js").State} */
  #controls() {
    return {
      timed: this.#timed,
      axis: this.#axis,
      finding: this.#find.isOpen,
      chaining: this.#choice.chaining,
      chosen: this.#choice.selected !== null,
      collapsed: this.#collapsed,
      compared: this.#branch.branch,
      others: this.#subject?.others() ?? [],
    };
  }

  /** @param {number} factor less than 1 comes nearer: around the focused or selected event, if it is in view */
  #zoom(factor) {
    const event = this.#choice.hover ?? this.#choice.selected;
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

  #collapse() {
    this.#collapsed = !this.#collapsed;
    this.#lanesChanged();
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
    this.#telling.say(`${count(found.index + 1)}: ${found.text}`);
    this.#ask();
  }
}
customElements.define("netsplit-space-time", SpaceTime);

function useStyles() {
  if (document.querySelector("link[data-space-time]")) return;
  document.head.append(h("link", { rel: "stylesheet", href: new URL("../styles/space-time.css", import.meta.url).href, "data-space-time": true }));
}
