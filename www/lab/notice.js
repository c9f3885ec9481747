// @ts-check
/**
 * `<netsplit-notice>`: what could not be used of the address, all of it in one sentence above the caption. It stands until it is
 * dismissed, something is done by hand, or another run opens. Loaded when there is something to say.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./address.js").Look} Look
 * @typedef {import("./address.js").Problem} Problem
 */
import { SEED_MAX } from "./address.js";
import { branchesOf } from "./branches.js";
import { h, setText } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { list } from "./words.js";

/** What can be selected, as the lab names it; nodes are counted. */
const SELECTABLE = /^(node|message|link|entry|event|edge):./;

/** @param {App} app says what is wrong by now @param {Look} [look] that the address asks for */
export function showNotice(app, look) {
  const more = look ? unlike(app, look) : [];
  app.problems.push(...more);
  if (more.some(({ name }) => name === "select")) app.select(null);
  if (app.problems.length === 0 || app.failure) return;
  const there = document.querySelector("netsplit-notice");
  if (there instanceof Notice) return there.show();
  document.querySelector("netsplit-caption")?.before(document.createElement("netsplit-notice"));
}

/** @param {App} app @param {Look} look what of it the open run does not have @returns {Problem[]} */
function unlike({ system }, { view, select }) {
  /** @type {Problem[]} */
  const problems = [];
  if (!system) return problems;
  if (view && !system.views.some((each) => each === view)) problems.push({ name: "view", value: view, known: system.views });
  const [, node] = /^node:(.*)/.exec(select ?? "") ?? [];
  const there = node === undefined ? SELECTABLE.test(select ?? "") : system.nodes.some(({ id }) => String(id) === node);
  if (select && !there) problems.push({ name: "select", value: select });
  return problems;
}

/** @param {Problem[]} problems @returns {string} all of them */
export function sentenceOf(problems) {
  const unknown = [...new Set(problems.filter(({ value }) => value === undefined).map(({ name }) => name))];
  const sentences = problems.flatMap(({ name, value, known }) => {
    if (value === undefined) return [];
    if (known) return t("The address asks for {name} {value}; there is: {known}.", { name, value, known: known.join(", ") });
    if (name === "seed") return t("The seed {seed} is not a whole number from 0 to {max}; the scenario's own is used.", { seed: value, max: String(SEED_MAX) });
    if (name === "select") return t("The address selects {what}, which this run does not have.", { what: value });
    return value;
  });
  const names = unknown.length > 0 && t("The address names {name}, which the lab does not know; the rest of it is used.", { name: list(unknown) });
  return [...new Set([...(names ? [names] : []), ...sentences])].join(" ");
}

class Notice extends Part {
  #text = h("p", { role: "status" });
  #run = 0;
  #done = "";

  setUp() {
    const { app } = this;
    this.append(this.#text, h("button", { type: "button", class: "quiet", onclick: () => this.#dismiss() }, t("Dismiss")));
    this.on(["open", "branches", "failed"], () => {
      if (app.failure || app.run !== this.#run || doneIn(app) !== this.#done) this.#dismiss();
    });
    // Said once it stands in the page: then it is heard, too.
    requestAnimationFrame(() => this.show());
  }

  /** Stands for the open run from now on. */
  show() {
    this.#run = this.app.run;
    this.#done = doneIn(this.app);
    this.draw();
  }

  draw() {
    setText(this.#text, sentenceOf(this.app.problems));
  }

  #dismiss() {
    this.app.problems = [];
    const focused = this.contains(document.activeElement);
    this.remove();
    if (focused) /** @type {HTMLElement | null} */ (document.querySelector("netsplit-stage [role=listbox]"))?.focus();
  }
}
customElements.define("netsplit-notice", Notice);
document.head.append(h("link", { rel: "stylesheet", href: new URL("../styles/notice.css", import.meta.url).href }));

/** @param {App} app tells whether something more was done by hand */
function doneIn({ lab }) {
  return JSON.stringify(lab && branchesOf(lab).map(({ id, current, interventions }) => [id, current, interventions.length]));
}
