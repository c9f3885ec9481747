// @ts-check
/**
 * `<netsplit-properties>`: what is checked while one looks, each with its verdict and a way to the witness; and the search for
 * a run in which one of them falls.
 */
import { currentBranchOf } from "./branches.js";
import { h, redraw } from "./dom.js";
import { verdictIcon } from "./icons.js";
import { t } from "./language.js";
import { loadFailureSearch } from "./on-demand.js";
import { TabPart } from "./tab.js";
import { count } from "./words.js";

class Properties extends TabPart {
  #list = h("div");
  #search = h("div", { class: "search" });
  #told = h("p", { role: "status" });
  /** The search that is under way. @type {object | null} */
  #under = null;
  /** What was tried so far from this place. */
  #done = { of: "", runs: 0 };

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
      this.#done = { of, runs: 0 };
      this.#told.textContent = "";
    }
    const state = this.#under ? "stop" : this.#done.runs > 0 ? "longer" : "search";
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
    if (this.#under || !lab || lab !== this.app.lab) return;
    const of = this.#here();
    const from = lab.cursor().branch;
    const under = (this.#under = {});
    this.#drawSearch();
    const searched = await searchFrom(this.app, ({ runs, events }) => {
      const wanted = this.#under === under && lab === this.app.lab;
      if (wanted) this.#told.textContent = t("{runs} runs, {events} events so far.", { runs: count(runs), events: count(events) });
      return wanted;
    });
    // Another search may have begun since this one was stopped.
    if (lab !== this.app.lab || (this.#under && this.#under !== under)) return;
    this.#under = null;
    const { found } = searched;
    const [runs, events] = [count(searched.runs), count(searched.events)];
    this.#done = found ? { of: this.#here(), runs: 0 } : { of, runs: searched.runs };
    const branch = currentBranchOf(lab)?.name ?? "";
    this.#told.textContent = found
      ? found.branch === from
        ? t("The run itself comes to a violation; nothing had to be changed.")
        : t("Found in run {n}: {branch}. The future before is kept.", { n: runs, branch })
      : t("No violation in {runs} runs, {events} events. This is not a proof.", { runs, events });
    this.#drawSearch();
  }
}
customElements.define("netsplit-properties", Properties);

/** @param {string} status */
const verdictWord = (status) => ({ holds: t("holds"), violated: t("violated"), unknown: t("unknown") })[status] ?? status;
