// @ts-check
/** `<netsplit-header>`: what is open, and four ways to more. */
import { followCatalogue, openCatalogue } from "./catalogue.js";
import { openDisplay } from "./display.js";
import { h, setText } from "./dom.js";
import { openHelp } from "./help.js";
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
        { "aria-label": "Lab" },
        h("button", { type: "button", class: "quiet", onclick: () => openCatalogue(this.app) }, "Scenarios"),
        h("button", { type: "button", class: "quiet", onclick: () => void import("./share.js").then(({ openShare }) => openShare(this.app)) }, "Share"),
        h("button", { type: "button", class: "quiet", onclick: () => openDisplay(this.app) }, "Display"),
        h("button", { type: "button", class: "quiet", onclick: () => openHelp() }, "Help"),
      ),
    );
    followCatalogue(this.app);
    this.app.on(["open"], () => {
      const { scenario } = this.app;
      if (scenario) setText(crumb, `${systemName(scenario.id || scenario.system)} / ${scenario.title}`);
    });
  }
}
customElements.define("netsplit-header", Header);
