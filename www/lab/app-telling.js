// @ts-check
/** What the App says: one sentence at a time, the caption; and the lab that it speaks of. */
import { Frames } from "./app-frames.js";
import { Stopped } from "./core.js";
import { t } from "./language.js";
import { refusal } from "./words.js";

/**
 * @typedef {import("./app.js").Lab} Lab
 * @typedef {import("./app.js").EventRow} EventRow
 * @typedef {import("./app.js").Caption} Caption
 */

const CAPTION_MS_MIN = 1500;
/** For how long what somebody did stands at least before it is said that something is waited for. */
const DEED_MS_MIN = 500;
/** From when on it is said that something is waited for. */
const TOLD_MS = 200;

export class Telling extends Frames {
  /** @type {Lab | null} */
  lab = null;
  /** @type {import("./app.js").Failure | null} */
  failure = null;
  /** @type {Caption} */
  caption = { text: "", event: null, verdict: null };
  /** Two branches that stand beside each other. @type {import("./compare.js").Comparison | null} */
  comparing = null;

  #captionSince = 0;
  /** The newest story event that the caption has not yet had time for. @type {EventRow | null} */
  #waiting = null;
  #violations = 0;

  /** Whether the run plays. @override */
  get playing() {
    return this.lab !== null && this.failure === null && this.lab.cursor().playing;
  }

  /** A long piece of work is under way. @override */
  get busy() {
    return this.lab !== null && this.failure === null && this.lab.cursor().busy;
  }

  /** The lab, which is open. */
  need() {
    if (!this.lab) throw new Stopped("no run is open");
    return this.lab;
  }

  /** Shows a sentence that is not an event: why something was refused, what a click did. @param {string} text */
  say(text) {
    this.show({ text, event: null, verdict: null });
  }

  /** @param {EventRow} event */
  tell(event) {
    this.show({ text: event.text, event, verdict: null });
  }

  /** What somebody did by hand. @param {EventRow} event */
  tellDeed(event) {
    this.#deed = event;
    this.tell(event);
  }

  /** The event that was told last as somebody's deed. @type {EventRow | null} */
  #deed = null;

  /**
   * A story event was played: it is told when the caption has stood long enough, or now.
   *
   * @param {EventRow | null} event null: whatever still waits @param {boolean} now
   */
  tellSoon(event, now) {
    this.#waiting = event ?? this.#waiting;
    if (this.#waiting && (now || (this.caption !== this.#loading?.said && this.#stood))) this.tell(this.#waiting);
  }

  /** Whether the caption could be read. */
  get #stood() {
    return this.#stands >= CAPTION_MS_MIN;
  }

  /** For how long it stands, milliseconds. */
  get #stands() {
    return performance.now() - this.#captionSince;
  }

  /** What is waited for: each says whether it still is. @type {Set<() => boolean>} */
  #waits = new Set();
  /** The caption that says so, and the one before. @type {{ said: Caption, before: Caption } | null} */
  #loading = null;

  /**
   * Waits for something to be loaded. As long as it is wanted, it is said that it is waited for: what the run tells waits, too.
   *
   * @template T
   * @param {Promise<T>} loading
   * @param {() => boolean} [wanted] false when somebody has gone elsewhere
   * @returns {Promise<{ value: T } | null>} null if it is not wanted any more, or cannot be loaded, which is said
   */
  async waitFor(loading, wanted = () => true) {
    this.#waits.add(wanted);
    const timer = setInterval(() => this.#tellLoading(), TOLD_MS);
    let loaded = null;
    let failed = false;
    try {
      loaded = { value: await loading };
    } catch {
      failed = true;
    }
    clearInterval(timer);
    this.#waits.delete(wanted);
    if (!this.#isWanted) this.#endLoading();
    if (!wanted()) return null;
    if (failed) this.say(t("This part of the page could not be loaded. Is the connection lost?"));
    return loaded;
  }

  get #isWanted() {
    return [...this.#waits].some((wanted) => wanted());
  }

  #tellLoading() {
    if (!this.#isWanted) return this.#endLoading();
    const before = this.caption;
    if (before === this.#loading?.said || (!before.event && before.text && !this.#stood)) return;
    // A deed is seen first, and comes back afterwards.
    if (before.event && before.event === this.#deed && this.#stands < DEED_MS_MIN) return;
    this.say(t("Loading the lab"));
    this.#loading = { said: this.caption, before };
  }

  /** What stood there comes back, or what has happened meanwhile. */
  #endLoading() {
    const loading = this.#loading;
    this.#loading = null;
    if (!loading || this.caption !== loading.said) return;
    if (this.#waiting) this.tell(this.#waiting);
    else this.show(loading.before);
  }

  /** @param {"story" | "everything"} [level] the last event up to the cursor */
  tellLatest(level = "story") {
    const event = this.need().recentEvents(level, 1).at(-1);
    if (event) this.tell(event);
    else this.show({ text: "", event: null, verdict: null });
    this.countViolations();
  }

  /** What fell last. */
  tellViolation() {
    const violated = this.need().verdicts().filter((verdict) => verdict.status === "violated");
    this.#violations = violated.length;
    const last = violated.reduce((a, b) => ((b.witness?.at_us ?? 0) > (a?.witness?.at_us ?? -1) ? b : a), violated[0]);
    if (last) this.show({ text: last.text, event: null, verdict: last });
  }

  /** Those that there are now are no news. */
  countViolations() {
    this.#violations = this.violatedCount;
  }

  /** Says so if something fell that has not been told of. */
  tellNewViolation() {
    if (this.violatedCount > this.#violations) this.tellViolation();
  }

  get violatedCount() {
    return this.need().verdicts().filter((verdict) => verdict.status === "violated").length;
  }

  /** @param {Caption} caption */
  show(caption) {
    this.#waiting = null;
    this.caption = caption;
    this.#captionSince = performance.now();
    this.changed("caption");
  }

  /**
   * @template T
   * @param {import("../netsplit.js").Result<T>} result
   * @param {() => void} [again] what a comparison does once it can
   * @returns {{ value: T } | null} null after saying why not, or when
   */
  accept(result, again) {
    if (result.ok) return { value: result.value };
    // What somebody has asked for instead tells itself.
    if (["replaced", "aborted"].includes(result.error.code)) return null;
    if (again && this.comparing?.postpones(result.error, again)) return null;
    this.say(refusal(result.error));
    return null;
  }
}
