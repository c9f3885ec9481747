// @ts-check
/**
 * Where two executions differ: the sentence of one difference, and the way to the next and to the one before.
 *
 * @typedef {import("../netsplit.js").TraceDiagram} TraceDiagram
 * @typedef {import("../netsplit.js").TraceDifference} TraceDifference
 */
import { h, setText } from "./dom.js";
import { t } from "./language.js";

export class Differences {
  element = h("div", { class: "st-differences", role: "group", "aria-label": t("Differences"), hidden: true });
  #said = h("p", { role: "status" });
  #buttons = h("div", { class: "st-step" });
  #at = 0;
  /** @type {TraceDiagram | null} */
  #diagram = null;
  #go;

  /** @param {(difference: TraceDifference) => void} go shows one */
  constructor(go) {
    this.#go = go;
    const step = (/** @type {boolean} */ back, /** @type {string} */ label, /** @type {string} */ sign) =>
      h("button", { type: "button", class: "quiet", "aria-label": label, title: label, "aria-keyshortcuts": back ? "Shift+n" : "n", onclick: () => this.next(back) }, sign);
    this.#buttons.append(step(true, t("Previous difference"), "\u2039"), step(false, t("Next difference"), "\u203a"));
    this.element.append(this.#buttons, this.#said);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {TraceDiagram | null} diagram that is compared; null if there is none */
  show(diagram) {
    const diff = diagram?.traceDiff() ?? null;
    this.#diagram = diff && diagram;
    this.element.hidden = diff === null;
    this.#buttons.hidden = diff?.differences === 0;
    setText(this.#said, diff?.text ?? "");
    this.#at = 0;
    this.element.dataset.at = "0";
  }

  /** @param {boolean} back round the ends */
  next(back) {
    const all = this.#diagram?.traceDiff()?.differences ?? 0;
    if (all > 0) this.to((this.#at + (back ? all - 1 : 1)) % all);
  }

  /** @param {number} number from 0 */
  to(number) {
    const difference = this.#diagram?.traceDifference(number);
    if (!difference) return;
    this.#at = number;
    this.element.dataset.at = String(number);
    setText(this.#said, difference.text);
    this.#go(difference);
  }
}
