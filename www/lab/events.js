// @ts-check
/**
 * `<netsplit-events>`: what happened in this branch, at three levels of detail. A click seeks. Only a window of rows is in
 * the page; it follows the cursor.
 *
 * @typedef {import("../netsplit.js").EventRow} EventRow
 * @typedef {EventRow["level"]} Level
 * @typedef {import("../netsplit.js").Lab} Lab
 */
import { h, redraw } from "./dom.js";
import { TabPart } from "./tab.js";
import { count, time } from "./words.js";

/** @type {[Level, string][]} */
const LEVELS = [["story", "Story"], ["protocol", "Protocol"], ["everything", "Everything"]];
const WINDOW = 60;
/** Events that are read from the lab at a time. */
const SLICE = 500;
/** Milliseconds in one go. */
const BUDGET_MS = 8;

class Events extends TabPart {
  #levels = h("div", { class: "levels", role: "group", "aria-label": "How much detail" });
  #list = h("ol", { class: "events" });
  #note = h("p", { class: "muted" });
  /** Which events of a branch are at a level: their indices, as far as it has been read. */
  #read = { of: "", upTo: 0, found: /** @type {number[]} */ ([]) };
  /** @type {number | null} first row of the window; null follows the cursor */
  #from = null;
  #event = -1;

  setUp() {
    this.append(this.#levels, this.#note, this.#list);
    this.keep(["branches"], () => this.#draw());
  }

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    redraw(this.#levels, this.app.level, () =>
      LEVELS.map(([level, name]) =>
        h("button", { type: "button", key: level, "aria-pressed": String(level === this.app.level), onclick: () => this.#choose(level) }, name),
      ),
    );
    const cursor = lab.cursor();
    if (cursor.event !== this.#event) this.#from = null;
    this.#event = cursor.event;
    const of = `${this.app.run} ${cursor.branch} ${this.app.level}`;
    const complete = this.#readOn(lab, of);
    const list = this.app.level === "everything" ? everything(lab.eventCount()) : listed(this.#read.found);
    // The last one that has happened at the cursor: event n has, once n + 1 events are executed.
    const at = list.lastBefore(cursor.event);
    const from = this.#from ?? Math.max(0, Math.min(at - WINDOW / 2, list.length - WINDOW));
    const to = Math.min(from + WINDOW, list.length);
    const drawn = redraw(this.#list, [of, from, to, list.length > to, at], () => [
      from > 0 && this.#more("earlier", "Earlier events", Math.max(0, from - WINDOW)),
      ...list.rows(lab, from, to).map((row, n) => this.#row(row, from + n === at, from + n > at)),
      to < list.length && this.#more("later", "Later events", from + WINDOW),
    ]);
    redraw(this.#note, [complete, complete || this.#read.upTo, list.length === 0], () => [
      !complete ? `Reading events: ${count(this.#read.upTo)} of ${count(lab.eventCount())}.` : list.length === 0 && "Nothing has happened yet.",
    ]);
    if (drawn && this.#from === null) this.#list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!complete) requestAnimationFrame(() => this.isConnected && this.#draw());
  }

  /** @param {Level} level */
  #choose(level) {
    this.app.setLevel(level);
    this.#from = null;
    this.#draw();
  }

  /**
   * Reads on where it stopped, within its budget. Only indices are kept: a branch may have a million events.
   *
   * @param {Lab} lab @param {string} of which run, branch and level
   * @returns {boolean} whether all is read
   */
  #readOn(lab, of) {
    if (this.app.level === "everything") return true;
    const total = lab.eventCount();
    if (this.#read.of !== of || this.#read.upTo > total) this.#read = { of, upTo: 0, found: [] };
    const read = this.#read;
    const start = performance.now();
    while (read.upTo < total && performance.now() - start < BUDGET_MS) {
      const to = Math.min(total, read.upTo + SLICE);
      for (const row of lab.events(read.upTo, to)) if (wanted(row, this.app.level)) read.found.push(row.n);
      read.upTo = to;
    }
    return read.upTo >= total;
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

/** @param {EventRow} row @param {Level} level */
const wanted = (row, level) => row.level === "story" || row.level === level;

/**
 * A list of events that is read where it is looked at.
 *
 * @typedef {object} List
 * @property {number} length
 * @property {(n: number) => number} lastBefore position of the last event with an index below n, or -1
 * @property {(lab: Lab, from: number, to: number) => EventRow[]} rows
 */

/** @param {number} length @returns {List} all events */
const everything = (length) => ({
  length,
  lastBefore: (n) => Math.min(n, length) - 1,
  rows: (lab, from, to) => lab.events(from, to),
});

/** @param {number[]} found @returns {List} the events with these indices, which ascend */
const listed = (found) => ({
  length: found.length,
  lastBefore: (n) => found.findLastIndex((index) => index < n),
  rows: (lab, from, to) => found.slice(from, to).flatMap((n) => lab.events(n, n + 1)),
});
