// @ts-check
/**
 * Finding in a diagram: words in the events' sentences, or a drawn pattern; from one match to the next. The lab searches, a
 * slice in each frame.
 *
 * @typedef {import("../netsplit.js").SpaceTimeSource} Source
 * @typedef {import("../netsplit.js").SpaceTimeFound} Found
 * @typedef {{
 *   source: () => Source | null,
 *   isConnected: () => boolean,
 *   from: () => number | null,
 *   found: (found: Found | null) => void,
 *   changed: () => void,
 *   closed: () => void,
 * }} Target where it looks: `from` is the event to begin at, `found` a match that is gone to (null: none any more)
 */
import { h, setText } from "./dom.js";
import { t } from "./language.js";
import { count } from "./words.js";

export class Find {
  element = h("form", { class: "st-find", hidden: true, onsubmit: (/** @type {Event} */ event) => this.#submit(event) });
  #words = h("input", { type: "search", "aria-label": t("Words in the events' sentences") });
  #count = h("output", { class: "muted" });
  #searching = false;
  /** The first event of the match that is looked at. @type {number | null} */
  #at = null;
  #target;

  /** @param {Target} target */
  constructor(target) {
    this.#target = target;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get searching() {
    return this.#searching;
  }

  open() {
    if (this.element.childElementCount === 0) {
      this.#words.addEventListener("input", () => this.#search({ words: this.#words.value }));
      this.element.append(
        this.#words,
        h("button", { type: "button", class: "quiet", "aria-label": t("Previous match"), title: t("Previous match"), onclick: () => this.next(true) }, "\u2039"),
        h("button", { type: "submit", class: "quiet", "aria-label": t("Next match"), title: t("Next match") }, "\u203a"),
        this.#count,
        h("button", { type: "button", class: "quiet", onclick: () => void this.drawPattern() }, t("Pattern..")),
        h("button", { type: "button", class: "quiet", onclick: () => this.#close() }, t("Close")),
      );
    }
    this.element.hidden = false;
    this.#target.changed();
    this.#words.focus();
  }

  #close() {
    this.element.hidden = true;
    this.#search(null);
    this.#target.closed();
  }

  async drawPattern() {
    const { openPattern } = await import("./pattern.js");
    openPattern((lanes, messages) => {
      if (!this.isOpen) this.open();
      this.#words.value = "";
      this.#search({ lanes, messages });
    });
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    this.next(false);
  }

  /** @param {import("../netsplit.js").SpaceTimeSought | null} sought */
  #search(sought) {
    const begun = this.#target.source()?.spaceTimeSearch(sought);
    this.forget();
    setText(this.#count, "");
    if (!begun?.ok || sought === null || ("words" in sought && sought.words.trim() === "")) return this.#target.changed();
    if (!this.#searching) this.#searchOn();
  }

  #searchOn() {
    const on = this.#target.source()?.spaceTimeSearchOn();
    this.#searching = Boolean(on?.ok && !on.value.done && this.#target.isConnected());
    if (!on?.ok) return;
    const { found, undecided, read, all, done } = on.value;
    const known = undecided > 0 ? t("{n} {n|match|matches}; given up at {m} {m|event|events}", { n: found, m: undecided }) : t("{n} {n|match|matches}", { n: found });
    setText(this.#count, done ? known : t("{n} so far, {read} of {all} events", { n: count(found), read: count(read), all: count(all) }));
    if (found > 0 && this.#at === null) this.next(false, this.#target.from());
    this.#target.changed();
    if (this.#searching) requestAnimationFrame(() => this.#searchOn());
  }

  /** The match is not looked at any more. */
  forget() {
    this.#at = null;
    this.#target.found(null);
  }

  /** @param {boolean} back @param {number | null} [from] */
  next(back, from = this.#at) {
    const found = this.#target.source()?.spaceTimeFound(from, back);
    if (!found) return;
    this.#at = found.events[0] ?? null;
    this.#target.found(found);
  }
}
