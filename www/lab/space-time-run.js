// @ts-check
/** What a space-time diagram shows: the lab's run. Its cursor, level and hovering are those of the whole page. */

/** @typedef {import("./space-time-subject.js").Subject} Subject */

/** @implements {Subject} */
export class Run {
  #app;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  get source() {
    return this.#app.lab;
  }

  get key() {
    return `${this.#app.run} ${this.#app.lab?.cursor().branch}`;
  }

  get name() {
    return this.#app.scenario?.id ?? "run";
  }

  /** @param {string} before */
  isAnother(before) {
    return !before.startsWith(`${this.#app.run} `);
  }

  /** @returns {Partial<import("../netsplit.js").SpaceTimeLook>} */
  look() {
    const { selected, hovered, level } = this.#app;
    const node = [hovered, selected].find((id) => id?.startsWith("node:"));
    return { level, lane: node ? Number(node.slice("node:".length)) : null, chips: true };
  }

  begins() {
    return this.cursor()?.event ?? 0;
  }

  /** The last event before the cursor. */
  latest() {
    return Math.max(0, (this.#app.lab?.cursor().event ?? 1) - 1);
  }

  cursor() {
    const cursor = this.#app.lab?.cursor();
    return cursor ? { event: cursor.event, at: cursor.at_us } : null;
  }

  selection() {
    return undefined;
  }

  /** The cursor goes to just after the event, as it does from the list of events. @param {number} event @param {number | null} lane */
  select(event, lane) {
    if (lane !== null) this.chooseLane(lane);
    void this.#app.seekEvent(event + 1);
  }

  unselect() {}

  /** @param {number} lane */
  chooseLane(lane) {
    this.#app.select(`node:${lane}`);
  }

  /** The axis is the time bar's: a click goes there. @param {"time" | "order"} axis @param {number} place @param {number} event */
  choosePlace(axis, place, event) {
    if (axis === "time") void this.#app.seekTime(Math.max(0, Math.round(place)));
    else void this.#app.seekEvent(event);
  }

  /** @param {number | null} lane */
  hover(lane) {
    this.#app.hover(lane === null ? null : `node:${lane}`);
  }

  /** @param {string} text */
  tell(text) {
    this.#app.say(text);
    return true;
  }

  /** @param {number} event */
  timeOf(event) {
    return this.#app.lab?.events(event, event + 1)[0]?.at_us;
  }

  /** The branches that it can be compared with. */
  others() {
    const { lab } = this.#app;
    const here = lab?.cursor().branch;
    return lab?.branches().filter(({ id }) => id !== here) ?? [];
  }

  free() {}
}
