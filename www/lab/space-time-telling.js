// @ts-check
/**
 * What a diagram says: aloud, for those who do not see it, and in its note, where what is pointed at comes before what is going on.
 *
 * @typedef {import("../netsplit.js").SpaceTimeLane} Lane
 * @typedef {{ text: string, n: number, stamp: number[] }} Row
 * @typedef {{
 *   event: (n: number) => Row | null | undefined,
 *   lanes: () => Lane[],
 *   marks: (pointed: number | null) => { x: number, y: number }[],
 * }} Told   marks: where what somebody looks at stands in the page, for notes not to hide it
 */
import { h, setText } from "./dom.js";
import { Note } from "./space-time-note.js";

export class Telling {
  #note = new Note();
  #said = h("p", { class: "hidden", role: "status" });
  #status = "";
  #of;

  /** @param {Told} of */
  constructor(of) {
    this.#of = of;
  }

  get elements() {
    return [this.#note.element, this.#said];
  }

  /** Something is shown for as long as nothing is pointed at. */
  get tells() {
    return this.#status !== "";
  }

  /** @param {string} text what is spoken */
  say(text) {
    setText(this.#said, text);
  }

  /** @param {string} text what is shown for as long as nothing is pointed at */
  tell(text) {
    this.#status = text;
    if (text === "") this.#note.hide();
    else this.#note.show(["status", text], () => [text], this.#of.marks(null));
  }

  /** The sentence of what is pointed at, with its vector stamp. @param {string | null} text @param {number | null} event */
  point(text, event) {
    const row = event === null ? null : this.#of.event(event);
    const lanes = row ? this.#of.lanes() : [];
    if (!text && !row) return this.tell(this.#status);
    const stamp = row?.stamp.map((n, lane) => (n > 0 ? `${lanes[lane]?.name ?? lane} ${n}` : "")).filter((part) => part !== "") ?? [];
    this.#note.show([text, row?.n, row?.stamp], () => [text ?? row?.text ?? "", stamp.length > 0 && h("span", { class: "st-stamp" }, stamp.join(" \u00b7 "))], this.#of.marks(event));
  }
}
