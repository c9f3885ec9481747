// @ts-check
/**
 * `<netsplit-events>`: what happened in this branch, at three levels of detail. A click seeks. Only a window of rows is in
 * the page; it follows the cursor.
 *
 * @typedef {import("../netsplit.js").EventRow} EventRow
 * @typedef {EventRow["level"]} Level
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
  /** @type {Level} */
  #level = "story";
  #levels = h("div", { class: "levels", role: "group", "aria-label": "How much detail" });
  #list = h("ol", { class: "events" });
  #note = h("p", { class: "muted" });
  /** Rows of the branch at this level, as far as it has been read. */
  #read = { branch: -1, level: /** @type {Level} */ ("story"), upTo: 0, fingerprint: "", rows: /** @type {EventRow[]} */ ([]) };
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
    redraw(this.#levels, this.#level, () =>
      LEVELS.map(([level, name]) =>
        h("button", { type: "button", key: level, "aria-pressed": String(level === this.#level), onclick: () => this.#choose(level) }, name),
      ),
    );
    const cursor = lab.cursor();
    if (cursor.event !== this.#event) this.#from = null;
    this.#event = cursor.event;
    const complete = this.#readOn(lab, cursor.branch);
    const { rows } = this.#read;
    // The last row that has happened at the cursor: row n has, once n + 1 events are executed.
    const at = rows.findLastIndex((row) => row.n < cursor.event);
    const from = this.#from ?? Math.max(0, Math.min(at - WINDOW / 2, rows.length - WINDOW));
    const shown = rows.slice(from, from + WINDOW);
    const drawn = redraw(this.#list, [shown.map((row) => row.id), at - from, from > 0, from + WINDOW < rows.length], () => [
      from > 0 && this.#more("earlier", "Earlier events", Math.max(0, from - WINDOW)),
      shown.map((row, n) => this.#row(row, from + n === at, from + n > at)),
      from + WINDOW < rows.length && this.#more("later", "Later events", from + WINDOW),
    ].flat());
    redraw(this.#note, [complete, rows.length === 0, this.#level], () => [
      !complete ? `Reading events: ${count(this.#read.upTo)} of ${count(lab.eventCount())}.` : rows.length === 0 ? "Nothing has happened yet." : "",
    ]);
    if (drawn && this.#from === null) this.#list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (!complete) this.app.changed("branches");
  }

  /** @param {Level} level */
  #choose(level) {
    this.#level = level;
    this.#from = null;
    this.#draw();
  }

  /**
   * Reads on where it stopped, within its budget.
   *
   * @param {import("../netsplit.js").Lab} lab @param {number} branch
   * @returns {boolean} whether all is read
   */
  #readOn(lab, branch) {
    const total = lab.eventCount();
    if (this.#read.branch !== branch || this.#read.level !== this.#level || this.#read.upTo > total || this.#read.fingerprint !== lab.seed()) {
      this.#read = { branch, level: this.#level, upTo: 0, fingerprint: lab.seed(), rows: [] };
    }
    const read = this.#read;
    const start = performance.now();
    while (read.upTo < total && performance.now() - start < BUDGET_MS) {
      const to = Math.min(total, read.upTo + SLICE);
      for (const row of lab.events(read.upTo, to)) if (row.n >= read.upTo && row.n < to && wanted(row, read.level)) read.rows.push(row);
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
function wanted(row, level) {
  if (level === "everything") return true;
  return row.level === "story" || row.level === level;
}
