// @ts-check
/**
 * `<netsplit-caption>`: what just happened, in one sentence. The same sentence is the spoken status, at most one every two
 * seconds while playing: one that comes sooner waits, and the newest is spoken. A violation is spoken at once.
 */
import { h, redraw, setText } from "./dom.js";
import { t } from "./language.js";
import { openShortest, openWhy } from "./on-demand.js";
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
  /** Until the newest sentence is spoken; 0 if it was. */
  #waits = 0;

  setUp() {
    this.append(h("div", { class: "caption-line" }, this.#text, this.#more), this.#status, this.#alert);
    this.later(() => {
      if (!this.app.lab && !this.app.failure) setText(this.#text, t("Loading the lab"));
    }, LOADING_MS);
    this.on(["open", "caption"], () => this.#draw());
    // Nothing more comes while it stands still.
    this.on(["moment"], () => this.#waits && !this.app.playing && this.#speak());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#waits);
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
      verdict && h("button", { type: "button", key: "shortest", onclick: () => openShortest(this.app, verdict) }, t("Shortest run")),
    ]);
    // Emptied in between: the same violation, met again, is news.
    setText(this.#alert, verdict ? text : "");
    clearTimeout(this.#waits);
    this.#waits = 0;
    const wait = this.app.playing ? this.#spokenAt + SPOKEN_MS_MIN - performance.now() : 0;
    if (verdict) return;
    if (wait > 0) this.#waits = setTimeout(() => this.#speak(), wait);
    else this.#speak();
  }

  #speak() {
    clearTimeout(this.#waits);
    this.#waits = 0;
    this.#spokenAt = performance.now();
    setText(this.#status, this.app.caption.text);
  }
}
customElements.define("netsplit-caption", CaptionBar);
