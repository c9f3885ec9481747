// @ts-check
/** `<netsplit-header>`: what is open, and four ways to more. */
import { followCatalogue, openCatalogue } from "./catalogue.js";
import { openDisplay } from "./display.js";
import { h, setText } from "./dom.js";
import { openHelp } from "./help.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { openShare } from "./share.js";
import { systemName } from "./words.js";

class Header extends Part {
  setUp() {
    const crumb = h("p", { class: "crumb" });
    this.append(
      h("h1", null, "Netsplit"),
      crumb,
      h(
        "nav",
        { "aria-label": t("Lab") },
        h("button", { type: "button", class: "quiet", onclick: () => openCatalogue(this.app) }, t("Scenarios")),
        h("button", { type: "button", class: "quiet", onclick: () => openShare(this.app) }, t("Share")),
        h("button", { type: "button", class: "quiet", onclick: () => openDisplay(this.app) }, t("Display")),
        h("button", { type: "button", class: "quiet", onclick: () => openHelp() }, t("Help")),
      ),
    );
    followCatalogue(this.app);
    this.on(["open"], () => {
      const { scenario } = this.app;
      if (scenario) setText(crumb, `${systemName(scenario.id)} / ${scenario.title}`);
    });
  }
}
customElements.define("netsplit-header", Header);
