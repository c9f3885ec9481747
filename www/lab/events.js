// @ts-check
/**
 * `<netsplit-events>`: what happened in this branch, at three levels of detail, with a filter. A click seeks. Neighbours
 * that say the same of the same node are folded. Only a window of rows is in the page; it follows the cursor.
 *
 * @typedef {import("../netsplit.js").EventRow} EventRow
 * @typedef {EventRow["level"]} Level
 * @typedef {import("../netsplit.js").Lab} Lab
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
/** Events that are read from the lab at a time. */
const SLICE = 500;
/** Milliseconds in one go. */
const BUDGET_MS = 8;

class Events extends TabPart {
  /** Only events whose sentences contain this, in lower case. */
  #sought = "";
  #levels = h("div", { class: "levels", role: "group", "aria-label": t("How much detail") });
  #search = h("input", { type: "search", oninput: () => this.#seek(this.#search.value) });
  #status = h("p", { class: "muted", role: "status" });
  #clear = h("button", { type: "button", onclick: () => this.#clearFilter() }, t("Clear the filter"));
  #list = h("ol", { class: "events" });
  #read = new Reading("");
  /** Folds that are open, by the index of their first event. @type {Set<number>} */
  #unfolded = new Set();
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
    if (cursor.event !== this.#event) this.#from = null;
    this.#event = cursor.event;
    const of = JSON.stringify([this.app.run, cursor.branch, this.app.level, this.#sought]);
    if (this.#read.of !== of || this.#read.upTo > lab.eventCount()) this.#read = new Reading(of);
    const read = this.#read;
    const complete = this.#readOn(lab);
    // The last one that has happened at the cursor: event n has, once n + 1 events are executed.
    const now = last(read.found, cursor.event - 1);
    const at = now < 0 ? -1 : last(read.entries, now);
    const length = read.entries.length;
    const from = this.#from ?? Math.max(0, Math.min(at - WINDOW / 2, length - WINDOW));
    const to = Math.min(from + WINDOW, length);
    const drawn = redraw(this.#list, [of, from, to, length > to, read.end(to - 1), now, [...this.#unfolded]], () => [
      from > 0 && this.#more("earlier", t("Earlier events"), Math.max(0, from - WINDOW)),
      ...Array.from({ length: to - from }, (_, n) => this.#entry(lab, from + n, now)).flat(),
      to < length && this.#more("later", t("Later events"), from + WINDOW),
    ]);
    this.#tell(lab, complete);
    if (drawn && this.#from === null) this.#list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!complete) requestAnimationFrame(() => this.isConnected && this.#draw());
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
    while (this.#read.upTo < total && performance.now() - start < BUDGET_MS) {
      const to = Math.min(total, this.#read.upTo + SLICE);
      this.#read.add(lab.events(this.#read.upTo, to), to, this.app.level, this.#sought);
    }
    return this.#read.upTo >= total;
  }

  /** @param {Lab} lab @param {number} entry @param {number} now position of the event at the cursor */
  #entry(lab, entry, now) {
    const from = this.#read.entries[entry] ?? 0;
    const to = this.#read.end(entry);
    const rows = (/** @type {number} */ until) =>
      this.#read.found.slice(from, until).flatMap((n) => lab.events(n, n + 1)).map((row, k) => this.#row(row, from + k === now, from + k > now));
    if (to - from < FOLD_MIN) return rows(to);
    const first = this.#read.found[from] ?? 0;
    const open = this.#unfolded.has(first);
    const shown = rows(open ? to : from + 1);
    // A fold that holds the event at the cursor stands for it.
    if (!open && from < now && now < to) shown[0]?.setAttribute("aria-current", "true");
    const last = lab.events(this.#read.found[to - 1] ?? 0, (this.#read.found[to - 1] ?? 0) + 1)[0];
    const toggle = () => {
      if (!this.#unfolded.delete(first)) this.#unfolded.add(first);
      this.#draw();
    };
    const label = t("and {n} more like it, until {time}", { n: count(to - from - 1), time: time(last?.at_us ?? 0) });
    const fold = h("button", { type: "button", key: `fold ${first}`, "aria-expanded": String(open), onclick: toggle }, label);
    return [...shown.slice(0, 1), h("li", { class: from > now ? "fold future" : "fold" }, fold), ...shown.slice(1)];
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

  /** @param {string} key @param {string} label @param {number} from */
  #more(key, label, from) {
    const go = () => {
      this.#from = from;
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
