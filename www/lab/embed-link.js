// @ts-check
/** `<netsplit-full>`: "Open in the full lab": the same run, where it stands, in a window of its own. */
import { h } from "./dom.js";
import { t } from "./language.js";
import { textOf } from "./link.js";
import { Part } from "./part.js";
import { addressOf, fullLab } from "./embed-full.js";

class FullLink extends Part {
  #link = h("a", { ...fullLab(location.hash), onclick: (/** @type {MouseEvent} */ event) => void this.#open(event) }, h("span", null, t("Open in the full lab")));

  setUp() {
    this.append(this.#link);
    // While it plays the link would be another with every frame: it is made when it is wanted.
    this.on(["open", "moment", "branches", "look"], () => this.app.playing || !this.app.has("all") || void this.#write(), { slow: true });
  }

  async #write() {
    const { lab } = this.app;
    const link = lab?.link();
    if (link?.ok) this.#link.href = addressOf(await textOf(link.value));
  }

  /** @param {MouseEvent} event */
  async #open(event) {
    if (!this.app.playing && this.app.has("all")) return;
    event.preventDefault();
    this.app.pause();
    await this.app.once("all", () => this.#write());
    window.open(this.#link.href, "_blank", "noopener");
  }
}
customElements.define("netsplit-full", FullLink);
