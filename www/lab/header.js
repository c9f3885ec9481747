// @ts-check
/** `<netsplit-header>`: what is open, and four ways to more. */
import { isCatalogue } from "./address.js";
import { openDisplay } from "./display.js";
import { h, setText } from "./dom.js";
import { openHelp } from "./help.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { systemName } from "./words.js";

/** Both are loaded when they are first asked for. */
const catalogue = () => import("./catalogue.js");
const share = () => import("./share.js");

class Header extends Part {
  setUp() {
    const crumb = h("p", { class: "crumb" });
    this.append(
      h("h1", null, "Netsplit"),
      crumb,
      h(
        "nav",
        { "aria-label": t("Lab") },
        h("button", { type: "button", class: "quiet", onclick: () => void catalogue().then(({ openCatalogue }) => openCatalogue(this.app)) }, t("Scenarios")),
        h("button", { type: "button", class: "quiet", onclick: () => void share().then(({ openShare }) => openShare(this.app)) }, t("Share")),
        h("button", { type: "button", class: "quiet", onclick: () => openDisplay(this.app) }, t("Display")),
        h("button", { type: "button", class: "quiet", "aria-keyshortcuts": "?", onclick: () => openHelp() }, t("Help")),
      ),
    );
    const follow = () => isCatalogue(location.hash) && void catalogue().then(({ followCatalogue }) => followCatalogue(this.app));
    this.onWindow("hashchange", follow);
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
