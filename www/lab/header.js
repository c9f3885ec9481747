// @ts-check
/** `<netsplit-header>`: what is open, and four ways to more. */
import { isCatalogue } from "./address.js";
import { h, setText } from "./dom.js";
import { t } from "./language.js";
import { followCatalogue, openCatalogue, openDisplay, openHelp, openShare } from "./on-demand.js";
import { Part } from "./part.js";
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
        h("button", { type: "button", class: "quiet", "aria-keyshortcuts": "?", onclick: () => openHelp(this.app) }, t("Help")),
      ),
    );
    const follow = () => isCatalogue(location.hash) && followCatalogue(this.app);
    this.onWindow("popstate", follow);
    // A trace may open while the address is on its way back from the catalogue.
    this.on(["open"], () => this.app.trace || follow());
    this.on(["open"], () => {
      const { scenario, trace } = this.app;
      if (trace) setText(crumb, `${t("Your files")} / ${trace.name}`);
      else if (scenario) setText(crumb, `${systemName(scenario.id || scenario.system)} / ${scenario.title}`);
    });
  }
}
customElements.define("netsplit-header", Header);
