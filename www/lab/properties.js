// @ts-check
/** `<netsplit-properties>`: what is checked while one looks, each with its verdict and a way to the witness. */
import { h, redraw } from "./dom.js";
import { verdictIcon } from "./icons.js";
import { t } from "./language.js";
import { TabPart } from "./tab.js";

class Properties extends TabPart {
  setUp() {
    this.keep([], () => this.#draw());
  }

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    const verdicts = lab.verdicts();
    redraw(this, verdicts, () => [
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
  }
}
customElements.define("netsplit-properties", Properties);

/** @param {string} status */
const verdictWord = (status) => ({ holds: t("holds"), violated: t("violated"), unknown: t("unknown") })[status] ?? status;
