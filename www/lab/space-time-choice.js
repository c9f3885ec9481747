// @ts-check
/**
 * What is chosen in a diagram: an event, whose past and future stay while the rest fades; a second one, and the shortest chain
 * between the two; and what is pointed at.
 *
 * @typedef {import("../netsplit.js").SpaceTimeHit} Hit
 * @typedef {import("./space-time-subject.js").Subject} Subject
 * @typedef {{
 *   subject: () => Subject | null,
 *   look: () => import("../netsplit.js").SpaceTimeLook,
 *   changed: () => void,
 *   ask: () => void,
 *   telling: () => import("./space-time-telling.js").Telling,
 * }} Of   changed: the controls show another state; ask: the picture is another one
 */
import { t } from "./language.js";
import { count } from "./words.js";

export class Choice {
  /** @type {number | null} */
  selected = null;
  /** The chain's other end. @type {number | null} */
  other = null;
  /** What is pointed at, or has the keyboard's focus. @type {number | null} */
  hover = null;
  /** The next event that is chosen is the chain's other end. */
  chaining = false;
  #of;

  /** @param {Of} of */
  constructor(of) {
    this.#of = of;
  }

  /** What was chosen is not here any more. */
  forget() {
    this.selected = this.other = this.hover = null;
  }

  /** Something was chosen elsewhere. @param {number | null} event */
  follow(event) {
    this.selected = event;
    this.other = null;
    this.#of.changed();
  }

  nothing() {
    this.selected = this.other = null;
    this.chaining = false;
    this.#of.subject()?.unselect();
    this.#of.changed();
    this.#of.ask();
  }

  /** @param {number} event @param {boolean} [second] as the other end of a chain */
  select(event, second = false) {
    const subject = this.#of.subject();
    const source = subject?.source;
    if (!source) return;
    if (second && this.selected !== null && event !== this.selected) {
      this.other = event;
      this.chaining = false;
      this.#of.changed();
      this.#tellChain(subject, this.selected, event);
      return this.#of.ask();
    }
    this.selected = event;
    this.other = null;
    const row = source.spaceTimeEvent(event, this.#of.look());
    if (row) this.#of.telling().say(`${row.text} ${t("{past} events before it, {future} after it, the others concurrent.", { past: count(row.past), future: count(row.future) })}`);
    this.#of.changed();
    subject.select(event, row?.lane ?? null);
    this.#of.ask();
  }

  /** Begins to choose the other end of a chain, or does not any more. */
  chainTo() {
    this.chaining = !this.chaining;
    this.#of.changed();
    this.#of.telling().tell(this.chaining ? t("Choose the other event: the shortest chain between the two is drawn.") : "");
  }

  /** @param {Subject} subject @param {number} a @param {number} b */
  #tellChain(subject, a, b) {
    const between = subject.source?.spaceTimeBetween(a, b);
    if (!between?.ok) return;
    const { relation, chain, messages } = between.value;
    const text =
      relation === "concurrent"
        ? t("Neither happened before the other: they are concurrent.")
        : t("The shortest chain has {messages} {messages|message|messages} and {events} events.", { messages, events: count(chain.length) });
    this.#of.telling().say(text);
    if (!subject.tell(text)) this.#of.telling().tell(text);
  }

  /** Hovering previews, here and in the other views. @param {Hit | null} hit */
  point(hit) {
    const event = hit?.kind === "event" ? hit.event : null;
    this.#of.subject()?.hover(hit?.lane ?? null);
    this.#of.telling().point(hit && hit.kind === "message" ? hit.text : null, event);
    if (event === this.hover) return;
    this.hover = event;
    this.#of.ask();
  }
}
