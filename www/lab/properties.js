// @ts-check
/**
 * `<netsplit-properties>`: what is checked while one looks, each with its verdict and a way to the witness; and the search for
 * a run in which one of them falls.
 */
import { h, redraw } from "./dom.js";
import { verdictIcon } from "./icons.js";
import { t } from "./language.js";
import { loadFailureSearch } from "./on-demand.js";
import { TabPart } from "./tab.js";
import { count } from "./words.js";

/** Tries in one go. */
const TRIES = 2000;

class Properties extends TabPart {
  #list = h("div");
  #search = h("div", { class: "search" });
  #told = h("p", { role: "status" });
  /** The search that is under way. @type {object | null} */
  #under = null;
  /** What was tried so far from this place. */
  #done = { of: "", tries: 0, events: 0 };

  setUp() {
    this.append(this.#search, this.#told, this.#list);
    this.keep([], () => this.#draw());
  }

  /** @override */
  disconnectedCallback() {
    this.#under = null;
    super.disconnectedCallback();
  }

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    const verdicts = lab.verdicts();
    redraw(this.#list, verdicts, () => [
      h(
        "ul",
        { class: "verdicts" },
        verdicts.map((verdict) =>
          h(
            "li",
            { class: verdict.status },
            verdictIcon(verdict.status),
            h(
              "div",
              null,
              h("h3", null, verdict.name, " ", h("small", null, verdictWord(verdict.status))),
              h("p", null, verdict.text),
              verdict.witness &&
                h("button", { type: "button", key: verdict.property, onclick: () => void this.app.showWitness(verdict) }, t("Witness")),
            ),
          ),
        ),
      ),
    ]);
    this.#drawSearch();
  }

  /** Names the place from which a search goes out. */
  #here() {
    const { event, branch } = this.app.need().cursor();
    return JSON.stringify([this.app.run, branch, event]);
  }

  #drawSearch() {
    const of = this.#here();
    if (this.#done.of !== of && !this.#under) {
      this.#done = { of, tries: 0, events: 0 };
      this.#told.textContent = "";
    }
    const state = this.#under ? "stop" : this.#done.tries > 0 ? "longer" : "search";
    redraw(this.#search, state, () => [
      state === "stop"
        ? h("button", { type: "button", key: "search", onclick: () => this.#stop() }, t("Stop the search"))
        : h("button", { type: "button", key: "search", onclick: () => this.#begin() }, state === "longer" ? t("Search longer") : t("Search for a failure from here")),
    ]);
  }

  #stop() {
    this.#under = null;
    this.#drawSearch();
  }

  #begin() {
    const { lab } = this.app;
    if (this.app.playing) this.app.pause();
    loadFailureSearch(this.app, ({ searchFrom }) => void this.#run(searchFrom, lab));
  }

  /** @param {typeof import("./failure-search.js").searchFrom} searchFrom @param {import("./app.js").Lab | null} lab from which it goes out */
  async #run(searchFrom, lab) {
    if (this.#under || lab !== this.app.lab) return;
    const before = { ...this.#done, of: this.#here() };
    const under = (this.#under = {});
    this.#drawSearch();
    const sum = (/** @type {{ tries: number, events: number }} */ { tries, events }) => ({ ...before, tries: before.tries + tries, events: before.events + events });
    const wanted = () => this.#under === under && lab === this.app.lab;
    const result = await searchFrom(this.app, { from: before.tries, to: before.tries + TRIES }, (effort) => {
      this.#done = sum(effort);
      if (wanted()) this.#told.textContent = t("{runs} runs, {events} events so far.", { runs: count(this.#done.tries), events: count(this.#done.events) });
      return wanted();
    });
    if (lab !== this.app.lab) return;
    this.#under = null;
    if ("link" in result) return this.#open(result.link, before.tries + result.effort.tries);
    this.#done = sum(result);
    this.#told.textContent = t("No violation in {runs} runs, {events} events. This is not a proof.", { runs: count(this.#done.tries), events: count(this.#done.events) });
    this.#drawSearch();
  }

  /** What was found is opened where the property falls; the run before is kept. @param {Uint8Array} link @param {number} tries */
  async #open(link, tries) {
    const { app } = this;
    if (!app.openBeside({ link })) return;
    const { lab } = app;
    await lab?.arrive();
    if (lab !== app.lab) return;
    app.moved();
    app.changed("branches", "look");
    app.tellViolation();
    this.#done = { of: this.#here(), tries: 0, events: 0 };
    this.#told.textContent = t("Found in run {n}: it is open, and the run before is kept beside the branches.", { n: count(tries) });
  }
}
customElements.define("netsplit-properties", Properties);

/** @param {string} status */
const verdictWord = (status) => ({ holds: t("holds"), violated: t("violated"), unknown: t("unknown") })[status] ?? status;
