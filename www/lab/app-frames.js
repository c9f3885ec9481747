// @ts-check
/** Being told of changes, at most once in a frame: the ground of the App. */
/** @typedef {import("./app.js").Change} Change */

const FRAME_MS_MAX = 100;
const SLOW_MS = 200;

export class Frames {
  /** @type {{ changes: Change[], listener: () => void, slow: boolean, due: boolean, stopped: boolean }[]} */
  #listeners = [];
  /** @type {Set<Change>} */
  #changes = new Set();
  #frame = 0;
  #lastFrame = 0;
  #lastSlow = 0;
  #wasPlaying = false;

  /** Whether time passes with each frame. */
  get playing() {
    return false;
  }

  /** Whether so much of the wasm is there. @param {import("./core.js").Extent} _extent */
  has(_extent) {
    return false;
  }

  /** A long piece of work is under way: it goes on with every frame, also when paused. */
  get busy() {
    return false;
  }

  /** Goes on by a frame. @param {number} _elapsed milliseconds to play */
  advance(_elapsed) {}

  /** Called once in a frame before everybody else. @param {Set<Change>} _changes */
  drawing(_changes) {}

  /**
   * Calls `listener` in the next frame after one of these changes; with `slow`, a few times a second while playing.
   *
   * @param {Change[]} changes
   * @param {() => void} listener
   * @param {{ slow?: boolean }} [options]
   * @returns {() => void} stops it
   */
  on(changes, listener, { slow = false } = {}) {
    const entry = { changes, listener, slow, due: false, stopped: false };
    this.#listeners.push(entry);
    return () => {
      entry.stopped = true;
      this.#listeners = this.#listeners.filter((each) => each !== entry);
    };
  }

  /** @param {...Change} changes */
  changed(...changes) {
    for (const change of changes) this.#changes.add(change);
    this.#ask();
  }

  #ask() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  /** @param {number} now */
  #draw(now) {
    this.#frame = 0;
    const elapsed = Math.min(FRAME_MS_MAX, Math.max(0, now - this.#lastFrame));
    this.#lastFrame = now;
    if (this.playing || this.busy) this.advance(this.#wasPlaying ? elapsed : 0);
    this.#wasPlaying = this.playing;

    const slowNow = !this.playing || now - this.#lastSlow >= SLOW_MS;
    if (slowNow) this.#lastSlow = now;
    this.drawing(this.#changes);
    const changes = this.#changes;
    this.#changes = new Set();
    for (const entry of this.#listeners) {
      // One that was called before it may have ended this one: a tab that makes room for another.
      if (entry.stopped) continue;
      entry.due ||= entry.changes.some((change) => changes.has(change));
      if (!entry.due || (entry.slow && !slowNow && !changes.has("open"))) continue;
      entry.due = false;
      entry.listener();
    }
    if (this.playing || this.busy) this.#ask();
  }
}
