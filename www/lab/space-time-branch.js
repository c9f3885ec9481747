// @ts-check
/**
 * The branch that a run's diagram is compared with.
 *
 * @typedef {{ app: () => import("./app.js").App, isConnected: () => boolean, found: (event: number) => void, ask: () => void }} Of
 *   found: the first event that differs
 */
import { t } from "./language.js";
import { count } from "./words.js";

export class CompareBranch {
  /** @type {number | null} */
  branch = null;
  /** With which one the page compares. @type {number | null} */
  #followed = null;
  #of;

  /** @param {Of} of */
  constructor(of) {
    this.#of = of;
  }

  /** @param {number | null} branch null: with none any more */
  compare(branch) {
    if (!this.#take(branch)) return;
    if (branch !== null) this.#tell();
  }

  /** What the page compares with is compared with here, too; the page says what differs. @param {number | null} branch */
  follow(branch) {
    if (branch === this.#followed) return;
    this.#followed = branch;
    this.#take(branch);
  }

  /** The run or its branch is another one: it is compared with nothing. */
  forget() {
    this.branch = this.#followed = null;
  }

  /** @param {number | null} branch */
  #take(branch) {
    const taken = this.#of.app().lab?.spaceTimeCompare(branch).ok ?? false;
    if (taken) this.branch = branch;
    this.#of.ask();
    return taken;
  }

  #tell() {
    const app = this.#of.app();
    const { lab } = app;
    if (!lab || this.branch === null || !this.#of.isConnected()) return;
    const diff = lab.spaceTimeDiff();
    if (!diff) return void requestAnimationFrame(() => this.#tell());
    if (diff.first === null) app.say(t("Both branches have the same events so far."));
    else {
      app.say(t("They differ from event {n} on: {here} events are only here, {there} only there.", { n: count(diff.first + 1), here: count(diff.only_here), there: count(diff.only_there) }));
      this.#of.found(Math.min(diff.first, lab.eventCount() - 1));
    }
    this.#of.ask();
  }
}
