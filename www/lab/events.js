// @ts-check
/**
 * `<netsplit-events>`: what happened in this branch, at three levels of detail, with a filter. A click seeks. Neighbours
 * that say the same of the same node are folded. Only a window of rows is in the page, and of a fold that is open, too; it
 * follows the cursor. A branch may have a million events, and they may come faster than they are read: so reading is cut into
 * slices, and goes on once in a frame.
 *
 * @typedef {import("../netsplit.js").EventRow} EventRow
 * @typedef {EventRow["level"]} Level
 * @typedef {import("../netsplit.js").Lab} Lab
 * @typedef {{ from: number, to: number, first: number, last: number, start: number, shown: number[], open: boolean | null }} Entry
 *   from, to: positions of its events among those of the list; first, last: indices of the outermost; shown: of those in the page
 *   beside the first, from position `start` on; open: null if it is no fold
 */
import { h, redraw, setText } from "./dom.js";
import { t } from "./language.js";
import { hasReason } from "./reason.js";
import { TabPart } from "./tab.js";
import { openWhy } from "./why.js";
import { count, time } from "./words.js";

/** @type {() => [Level, string][]} */
const levels = () => [["story", t("Story#level")], ["protocol", t("Protocol")], ["everything", t("Everything")]];
/** Entries of the list that are in the page: events, and folds of several. */
const WINDOW = 60;
/** Fewer equal neighbours are not worth a fold. */
const FOLD_MIN = 3;
/** Events that are read from the lab at a time: few, until it is known how long they take. */
const SLICE = { least: 16, most: 512 };
/** Milliseconds in one go, and how long a slice of it may take. */
const BUDGET_MS = 8;
const SLICE_MS = 2;

class Events extends TabPart {
  /** Only events whose sentences contain this, in lower case. */
  #sought = "";
  #levels = h("div", { class: "levels", role: "group", "aria-label": t("How much detail") });
  #search = h("input", { type: "search", oninput: () => this.#seek(this.#search.value) });
  #status = h("p", { class: "muted", role: "status" });
  #clear = h("button", { type: "button", onclick: () => this.#clearFilter() }, t("Clear the filter"));
  #list = h("ol", { class: "events" });
  #read = new Reading("");
  /** Folds that are open, by the index of their first event: where their rows in the page begin, null follows the cursor. @type {Map<number, number | null>} */
  #unfolded = new Map();
  /** The rows that are in the page, by index. @type {Map<number, EventRow>} */
  #rows = new Map();
  #slice = SLICE.least;
  /** The frame in which reading goes on: one, however often it is drawn before. */
  #frame = 0;
  /** @type {number | null} first entry of the window; null follows the cursor */
  #from = null;
  #event = -1;

  setUp() {
    this.append(this.#levels, h("label", { class: "field" }, t("Filter"), this.#search), this.#status, this.#clear, this.#list);
    this.keep(["branches"], () => this.#draw());
  }

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    redraw(this.#levels, this.app.level, () =>
      levels().map(([level, name]) =>
        h("button", { type: "button", key: level, "aria-pressed": String(level === this.app.level), onclick: () => this.#choose(level) }, name),
      ),
    );
    const cursor = lab.cursor();
    if (cursor.event !== this.#event) {
      this.#from = null;
      for (const first of this.#unfolded.keys()) this.#unfolded.set(first, null);
    }
    this.#event = cursor.event;
    const of = JSON.stringify([this.app.run, cursor.branch, this.app.level, this.#sought]);
    if (this.#read.of !== of || this.#read.upTo > lab.eventCount()) {
      this.#read = new Reading(of);
      this.#rows.clear();
    }
    const read = this.#read;
    const complete = this.#readOn(lab);
    // The last one that has happened at the cursor: event n has, once n + 1 events are executed.
    const now = last(read.found, cursor.event - 1);
    const at = now < 0 ? -1 : last(read.entries, now);
    const length = read.entries.length;
    const from = this.#from ?? Math.max(0, Math.min(at - WINDOW / 2, length - WINDOW));
    const to = Math.min(from + WINDOW, length);
    const drawn = redraw(this.#list, [of, from, to, length > to, read.end(to - 1), now, [...this.#unfolded]], () => {
      const entries = Array.from({ length: to - from }, (_, n) => this.#entryAt(from + n, now));
      this.#fetch(lab, entries.flatMap(({ first, shown, last }) => [first, ...shown, last]));
      return [
        from > 0 && this.#more("earlier", t("Earlier events"), () => (this.#from = Math.max(0, from - WINDOW))),
        ...entries.flatMap((entry) => this.#entry(entry, now)),
        to < length && this.#more("later", t("Later events"), () => (this.#from = from + WINDOW)),
      ];
    });
    this.#tell(lab, complete);
    if (drawn && this.#from === null) this.#list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!complete) this.#goOn();
  }

  #goOn() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.isConnected) this.#draw();
    });
  }

  /** @param {Lab} lab @param {boolean} complete */
  #tell(lab, complete) {
    const { found, hidden, upTo } = this.#read;
    const none = complete && found.length === 0;
    this.#clear.hidden = !none || this.#sought === "";
    if (!complete) setText(this.#status, t("Reading events: {read} of {all}.", { read: count(upTo), all: count(lab.eventCount()) }));
    else if (none && this.#sought === "") setText(this.#status, t("Nothing has happened yet."));
    else if (none) setText(this.#status, t("No event matches {sought}; {n} are hidden by the filter.", { sought: this.#search.value.trim(), n: count(hidden) }));
    else setText(this.#status, this.#sought === "" ? "" : t("{n} of {all} events", { n: count(found.length), all: count(found.length + hidden) }));
  }

  /** @param {Level} level */
  #choose(level) {
    this.app.setLevel(level);
    this.#from = null;
    this.#draw();
  }

  /** @param {string} text */
  #seek(text) {
    this.#sought = text.trim().toLowerCase();
    this.#from = null;
    this.#draw();
  }

  #clearFilter() {
    this.#search.value = "";
    this.#seek("");
    this.#search.focus();
  }

  /** Reads on where it stopped, within its budget. @param {Lab} lab @returns {boolean} whether all is read */
  #readOn(lab) {
    const total = lab.eventCount();
    const start = performance.now();
    let now = start;
    while (this.#read.upTo < total && now - start < BUDGET_MS) {
      const to = Math.min(total, this.#read.upTo + this.#slice);
      this.#read.add(lab.events(this.#read.upTo, to), to, this.app.level, this.#sought);
      const before = now;
      now = performance.now();
      if (now - before > SLICE_MS) this.#slice = Math.max(SLICE.least, this.#slice >> 1);
      else if (now - before < SLICE_MS / 2) this.#slice = Math.min(SLICE.most, this.#slice << 1);
    }
    return this.#read.upTo >= total;
  }

  /** Reads the rows that are not in the page yet, neighbours together. @param {Lab} lab @param {number[]} wanted indices of events */
  #fetch(lab, wanted) {
    const before = this.#rows;
    this.#rows = new Map(wanted.flatMap((n) => {
      const row = before.get(n);
      return row ? [[n, row]] : [];
    }));
    const missing = [...new Set(wanted)].filter((n) => !this.#rows.has(n)).sort((a, b) => a - b);
    for (let at = 0; at < missing.length; ) {
      const from = missing[at] ?? 0;
      let to = from + 1;
      for (at += 1; missing[at] === to; at += 1) to += 1;
      for (const row of lab.events(from, to)) this.#rows.set(row.n, row);
    }
  }

  /** @param {number} entry @param {number} now position of the event at the cursor @returns {Entry} */
  #entryAt(entry, now) {
    const { found, entries } = this.#read;
    const [from, to] = [entries[entry] ?? 0, this.#read.end(entry)];
    const [first, last] = [found[from] ?? 0, found[to - 1] ?? 0];
    if (to - from < FOLD_MIN) return { from, to, first, last, start: from + 1, shown: found.slice(from + 1, to), open: null };
    if (!this.#unfolded.has(first)) return { from, to, first, last, start: to, shown: [], open: false };
    // The first one stands above the fold's own button.
    const chosen = this.#unfolded.get(first) ?? (from < now && now < to ? now - WINDOW / 2 : 0);
    const start = Math.max(from + 1, Math.min(chosen, to - WINDOW));
    return { from, to, first, last, start, shown: found.slice(start, Math.min(to, start + WINDOW)), open: true };
  }

  /** @param {Entry} entry @param {number} now position of the event at the cursor */
  #entry({ from, to, first, last, start, shown, open }, now) {
    const row = (/** @type {number} */ n, /** @type {number} */ at) => {
      const row = this.#rows.get(n);
      return row ? [this.#row(row, at === now, at > now)] : [];
    };
    const head = row(first, from);
    const rest = shown.flatMap((n, k) => row(n, start + k));
    if (open === null) return [...head, ...rest];
    // A fold that holds the event at the cursor stands for it.
    if (!open && from < now && now < to) head[0]?.setAttribute("aria-current", "true");
    const toggle = () => {
      if (!this.#unfolded.delete(first)) this.#unfolded.set(first, null);
      this.#draw();
    };
    const label = t("and {n} more like it, until {time}", { n: count(to - from - 1), time: time(this.#rows.get(last)?.at_us ?? 0) });
    const fold = h("button", { type: "button", key: `fold ${first}`, "aria-expanded": String(open), onclick: toggle }, label);
    return [
      ...head,
      h("li", { class: from > now ? "fold future" : "fold" }, fold),
      open && start > from + 1 && this.#more(`earlier ${first}`, t("Earlier events"), () => this.#unfolded.set(first, Math.max(from + 1, start - WINDOW))),
      ...rest,
      open && start + shown.length < to && this.#more(`later ${first}`, t("Later events"), () => this.#unfolded.set(first, start + WINDOW)),
    ];
  }

  /** @param {EventRow} row @param {boolean} now @param {boolean} future */
  #row(row, now, future) {
    return h(
      "li",
      { class: future ? "future" : "", "aria-current": now ? "true" : null },
      h(
        "button",
        { type: "button", key: row.id, onclick: () => void this.app.seekEvent(row.n + 1) },
        h("span", { class: "muted" }, time(row.at_us)),
        " ",
        row.text,
      ),
      now && hasReason(row) && h("button", { type: "button", class: "why", key: `why ${row.id}`, onclick: () => openWhy(this.app, row) }, t("Why?")),
    );
  }

  /** @param {string} key @param {string} label @param {() => unknown} move */
  #more(key, label, move) {
    const go = () => {
      move();
      this.#draw();
    };
    return h("li", { class: "more" }, h("button", { type: "button", key, onclick: go }, label));
  }
}
customElements.define("netsplit-events", Events);

/** What has been read of a branch at a level. Only indices are kept: a branch may have a million events. */
class Reading {
  /** @param {string} of run, branch, level and filter */
  constructor(of) {
    this.of = of;
  }

  /** Events that have been read. */
  upTo = 0;
  /** Indices of those that are in the list. @type {number[]} */
  found = [];
  /** Positions in `found` at which an entry of the list begins. @type {number[]} */
  entries = [];
  /** How many the filter keeps out. */
  hidden = 0;
  #latest = "";

  /** @param {EventRow[]} rows @param {number} upTo @param {Level} level @param {string} sought */
  add(rows, upTo, level, sought) {
    for (const row of rows) {
      if (level !== "everything" && row.level !== "story" && row.level !== level) continue;
      if (sought !== "" && !row.text.toLowerCase().includes(sought)) {
        this.hidden += 1;
        continue;
      }
      // Story events are told one by one, and so are matches.
      const alike = row.level === "story" || sought !== "" ? "" : `${row.key} ${row.node}`;
      if (alike === "" || alike !== this.#latest) this.entries.push(this.found.length);
      this.#latest = alike;
      this.found.push(row.n);
    }
    this.upTo = upTo;
  }

  /** @param {number} entry @returns {number} the position in `found` after its last event */
  end(entry) {
    return this.entries[entry + 1] ?? this.found.length;
  }
}

/** @param {number[]} ascending @param {number} value @returns {number} position of the last one that is not greater, or -1 */
function last(ascending, value) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
