// @ts-check
/** `<netsplit-rules>`: the rules of the protocol that can be broken, each a switch: what it does instead, and what falls. */
import { linkTo } from "./address.js";
import { h, redraw } from "./dom.js";
import { TabPart } from "./tab.js";

class Rules extends TabPart {
  setUp() {
    this.keep([], () => this.#draw());
  }

  #draw() {
    const { system } = this.app;
    if (!system) return;
    const { mutants, properties } = system;
    redraw(this, mutants, () => [
      h("p", null, "Each switch puts a wrong rule in the place of a right one and runs the scenario again from its start."),
      h(
        "ul",
        { class: "rules" },
        mutants.map((mutant) => {
          const input = h("input", {
            type: "checkbox",
            role: "switch",
            key: mutant.id,
            checked: mutant.on,
            onchange: () => this.app.setMutant(mutant.id, input.checked),
          });
          const falls = properties.find((property) => property.id === mutant.falls)?.name ?? mutant.falls;
          return h(
            "li",
            null,
            h("label", { class: "toggle" }, input, h("span", null, mutant.name)),
            h("p", null, mutant.about),
            h(
              "dl",
              { class: "fields-list" },
              ...field("Rule", h("code", null, mutant.rule)),
              ...field("Variant", h("code", null, mutant.id)),
              ...field("Falls", falls),
              ...field("Shown by", scenario(this.app, mutant.scenario)),
            ),
          );
        }),
      ),
    ]);
  }
}
customElements.define("netsplit-rules", Rules);

/** A line of the list, unless it says nothing. @param {string} label @param {Node | string | null} value */
const field = (label, value) => (value === null ? [] : [h("dt", null, label), h("dd", null, value)]);

/** A link to the scenario that shows a rule broken. @param {import("./app.js").App} app @param {string} id */
function scenario(app, id) {
  const card = app.catalogue.find((each) => each.id === id);
  return card ? h("a", { href: linkTo(id) }, card.title) : null;
}
