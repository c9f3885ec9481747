// @ts-check
/**
 * `<netsplit-caption>`: what just happened, in one sentence. The same sentence is the spoken status, at most one every two
 * seconds while playing; a violation is spoken at once.
 */
import { h, redraw, setText } from "./dom.js";
import { t } from "./language.js";
import { openWhy } from "./on-demand.js";
import { Part } from "./part.js";
import { hasReason } from "./reason.js";
import { unbroken } from "./words.js";

const SPOKEN_MS_MIN = 2000;
const LOADING_MS = 400;

class CaptionBar extends Part {
  #text = h("p", { class: "caption-text" });
  #more = h("div", { class: "row" });
  #status = h("p", { role: "status", class: "hidden" });
  #alert = h("p", { role: "alert", class: "hidden" });
  #spokenAt = 0;

  setUp() {
    this.append(h("div", { class: "caption-line" }, this.#text, this.#more), this.#status, this.#alert);
    this.later(() => {
      if (!this.app.lab && !this.app.failure) setText(this.#text, t("Loading the lab"));
    }, LOADING_MS);
    this.on(["open", "caption"], () => this.#draw());
  }

  #draw() {
    const { text, event, verdict } = this.app.caption;
    setText(this.#text, unbroken(text));
    this.classList.toggle("violated", verdict !== null);
    const why = event !== null && hasReason(event) ? event : null;
    redraw(this.#more, [why?.n, verdict?.property], () => [
      why && h("button", { type: "button", class: "quiet", key: "why", onclick: () => openWhy(this.app, why) }, t("Why?")),
      verdict?.witness &&
        h("button", { type: "button", key: "witness", "aria-keyshortcuts": "w", onclick: () => void this.app.showWitness(verdict) }, t("Witness")),
    ]);
    if (verdict) setText(this.#alert, text);
    const now = performance.now();
    if (verdict || (this.app.playing && now - this.#spokenAt < SPOKEN_MS_MIN)) return;
    this.#spokenAt = now;
    setText(this.#status, text);
  }
}
customElements.define("netsplit-caption", CaptionBar);
