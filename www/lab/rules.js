// @ts-check
/** `<netsplit-rules>`: the rules of the protocol that can be broken, each a switch. */
import { h, redraw } from "./dom.js";
import { TabPart } from "./tab.js";

class Rules extends TabPart {
  setUp() {
    this.keep([], () => this.#draw());
  }

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    const { mutants, properties } = lab.system();
    const verdicts = new Map(lab.verdicts().map((verdict) => [verdict.property, verdict.name]));
    redraw(this, mutants, () => [
      h("p", null, "Each switch replaces one rule of the protocol by a wrong one and runs the scenario again from its start."),
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
          const falls = verdicts.get(mutant.falls) ?? properties.find((property) => property.id === mutant.falls)?.name ?? mutant.falls;
          return h(
            "li",
            null,
            h("label", { class: "toggle" }, input, h("span", null, mutant.name)),
            h("p", { class: "muted" }, "Rule ", h("code", null, mutant.rule), `; ${falls} falls.`),
          );
        }),
      ),
    ]);
  }
}
customElements.define("netsplit-rules", Rules);
