// @ts-check
/**
 * `<netsplit-rules>`: the rules that the papers name, with their source, and their wrong variants: right and wrong lines
 * beside each other, and a switch.
 *
 * @typedef {import("../netsplit.js").SystemText["mutants"][number]} Mutant
 * @typedef {import("./rule-code.js").Rule} Rule
 */
import { linkTo } from "./address.js";
import { setMutant } from "./broken-rules.js";
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { loadRules, rightAndWrong, ruleWords } from "./rule-code.js";
import { TabPart } from "./tab.js";

class Rules extends TabPart {
  /** The system whose rules are shown; null until they are loaded. @type {string | null} */
  #loaded = null;
  /** @type {Rule[]} */
  #rules = [];

  setUp() {
    this.keep([], () => this.#draw());
  }

  #draw() {
    const { system } = this.app;
    if (!system) return;
    if (this.#loaded !== system.id) void this.#load(system.id);
    const { mutants } = system;
    redraw(this, [this.#loaded, this.app.scenario?.id, mutants], () => [
      h("p", null, t("Each switch replaces one rule of the protocol by a wrong one, and opens the scenario in which a property falls because of it.")),
      ...topics(this.#rules.length > 0 ? this.#rules : namesOnly(mutants)).map(([topic, rules]) =>
        h(
          "section",
          null,
          topic && h("h3", null, topic),
          h("ul", { class: "rules" }, rules.map((rule) => this.#rule(rule, mutants.filter((mutant) => mutant.rule === rule.name)))),
        ),
      ),
    ]);
  }

  /** @param {string} system */
  async #load(system) {
    this.#loaded = system;
    this.#rules = (await loadRules(system))?.rules ?? [];
    if (!this.isConnected) return;
    // What was drawn meanwhile are the names only.
    redraw(this, null, () => []);
    this.#draw();
  }

  /** @param {Rule} rule @param {Mutant[]} mutants */
  #rule(rule, mutants) {
    return h("li", null, h("h4", null, h("code", null, rule.name)), ...ruleWords(rule), ...mutants.map((mutant) => this.#mutant(rule, mutant)));
  }

  /** @param {Rule} rule @param {Mutant} mutant */
  #mutant(rule, mutant) {
    const input = h("input", {
      type: "checkbox",
      role: "switch",
      key: mutant.id,
      checked: mutant.on,
      onchange: () => this.#switch(mutant, input),
    });
    const card = this.#card(mutant);
    const wrong = rule.wrong.find((each) => each.mutant === mutant.id);
    return h(
      "div",
      { class: "variant" },
      h("label", { class: "toggle" }, input, h("span", null, mutant.name), " ", h("code", { class: "muted" }, mutant.id)),
      h("p", null, mutant.about),
      h("p", { class: "muted" }, this.#falls(mutant), " ", card && h("a", { key: `card ${mutant.id}`, href: linkTo(card.id) }, card.title)),
      wrong && rightAndWrong(rule, wrong.lines),
    );
  }

  /** Its scenario shows best what a broken rule does; where there is none, this run is run again with it. @param {Mutant} mutant @param {HTMLInputElement} input */
  #switch(mutant, input) {
    const card = this.#card(mutant);
    if (input.checked && card && card.id !== this.app.scenario?.id) {
      // It is on when that is open.
      input.checked = false;
      this.app.visit(card.id);
    } else void setMutant(this.app, mutant.id, input);
  }

  /** What comes of it, in words. @param {Mutant} mutant */
  #falls(mutant) {
    const property = this.app.system?.properties.find((property) => property.id === mutant.falls)?.name;
    return property ? t("{property} is violated.", { property }) : (unchecked()[mutant.falls] ?? "");
  }

  /** @param {Mutant} mutant */
  #card(mutant) {
    return this.app.catalogue.find((each) => each.id === mutant.scenario);
  }
}
customElements.define("netsplit-rules", Rules);

/** What no property of a run tells. @type {() => Record<string, string>} */
const unchecked = () => ({
  liveness: t("No property is violated, but the cluster may get no further."),
  linearizable: t("The history is not linearizable, which no property here checks."),
});

/** @param {Rule[]} rules @returns {[string, Rule[]][]} */
function topics(rules) {
  /** @type {Map<string, Rule[]>} */
  const topics = new Map();
  for (const rule of rules) topics.set(rule.topic, [...(topics.get(rule.topic) ?? []), rule]);
  return [...topics];
}

/** What can be shown while the source is not there. @param {Mutant[]} mutants @returns {Rule[]} */
const namesOnly = (mutants) =>
  [...new Set(mutants.map((mutant) => mutant.rule))].map((name) => ({ name, topic: "", about: [], sources: [], line: 0, head: [], right: [], wrong: [] }));
