// @ts-check
/**
 * `<netsplit-forks>`: below the time played so far, where other branches part from the one that has the cursor: a corner that
 * hangs from the track, with the branches' letters. Loaded with the tree of branches, whose items have the same letters.
 *
 * The picture is for the eye; B and Shift+B go from fork to fork and say who parts there, and so does the time bar's value.
 *
 * @typedef {import("../netsplit.js").Branch} Branch
 * @typedef {{ event: number, at_us: number, branches: Branch[] }} Fork   event: how many events before it are common
 */
import { letterOf } from "./branches.js";
import { redraw, s } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";

/** Half of the slider's thumb: its track is shorter by as much at both ends. */
const THUMB = 8;
/** Forks nearer to each other than this share their letters, pixels. */
const APART = 22;
/** So many letters are written. */
const LETTERS_MAX = 3;

class Forks extends Part {
  #picture = s("svg", { "aria-hidden": "true" });
  /** @type {Fork[]} */
  #forks = [];

  /** Said to its app when it is gone: then it finds no way there any more. */
  #leave = () => {};

  setUp() {
    const { app } = this;
    this.append(this.#picture);
    app.forks = this;
    this.#leave = () => (app.forks = null);
    this.on(["open", "branches"], () => {
      this.#forks = forksOf(this.app.lab?.branches() ?? []);
      this.#draw();
    });
    this.on(["moment"], () => this.#draw(), { slow: true });
    this.onResize(() => this.#draw());
    this.#forks = forksOf(this.app.lab?.branches() ?? []);
    this.#draw();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#leave();
  }

  #draw() {
    const end_us = Math.max(1, this.app.lab?.cursor().end_us ?? 1);
    const width = this.clientWidth;
    if (width === 0) return;
    const x = (/** @type {number} */ us) => THUMB + (Math.min(us, end_us) / end_us) * (width - 2 * THUMB);
    /** @type {{ x: number, letters: string[] }[]} */
    const marks = [];
    for (const { at_us, branches } of this.#forks) {
      const letters = branches.map(({ id }) => letterOf(id));
      const last = marks.at(-1);
      if (last && x(at_us) - last.x < APART) last.letters.push(...letters);
      else marks.push({ x: x(at_us), letters });
    }
    redraw(this.#picture, [width, marks], () => marks.map((mark) => corner(mark, width)));
  }

  /** Who parts at the cursor, as a sentence; empty where nobody does. */
  here() {
    const event = this.app.lab?.cursor().event;
    const fork = this.#forks.find((each) => each.event === event);
    return fork ? sentenceOf(fork) : "";
  }

  /** @param {1 | -1} way goes to the next fork, or to the one before */
  async jump(way) {
    const { app } = this;
    const { lab } = app;
    if (!lab) return;
    const now = lab.cursor().event;
    const to = way > 0 ? this.#forks.find(({ event }) => event > now) : this.#forks.findLast(({ event }) => event < now);
    if (!to) return app.say(way > 0 ? t("No branch parts from this one later on.") : t("No branch parts from this one before."));
    await app.seekEvent(to.event);
    if (app.lab === lab && lab.cursor().event === to.event) app.say(sentenceOf(to));
  }
}
customElements.define("netsplit-forks", Forks);

/** @param {Fork} fork */
function sentenceOf({ branches }) {
  const names = branches.map(({ id, name }) => `${letterOf(id)} "${name}"`);
  return t("Here {branches} {n|parts|part} from this branch.", { n: names.length, branches: names.join(", ") });
}

/** @param {{ x: number, letters: string[] }} mark @param {number} width to the left of the track's end, so that it is in view */
function corner({ x, letters }, width) {
  const more = letters.length - LETTERS_MAX;
  const text = more > 0 ? `${letters.slice(0, LETTERS_MAX - 1).join("")}+${more + 1}` : letters.join("");
  const way = x + 12 + 8 * text.length > width ? -1 : 1;
  return s(
    "g",
    { transform: `translate(${x.toFixed(1)} 0)` },
    s("path", { d: `M0 0V8H${5 * way}` }),
    s("text", { x: 7 * way, y: 12, "text-anchor": way > 0 ? "start" : "end" }, text),
  );
}

/**
 * Where branches part from the line of the current one: those that left it, and its ancestors where it left them.
 *
 * @param {Branch[]} branches @returns {Fork[]} in order
 */
function forksOf(branches) {
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  /** Up to where the current branch shares each of its line's. @type {Map<number, { event: number, at_us: number }>} */
  const line = new Map();
  let until = { event: Infinity, at_us: Infinity };
  for (let branch = branches.find((each) => each.current); branch; branch = branch.parent === null ? undefined : byId.get(branch.parent)) {
    line.set(branch.id, until);
    if (branch.from_event < until.event) until = { event: branch.from_event, at_us: branch.from_us };
  }
  /** @type {Map<number, Fork>} */
  const forks = new Map();
  for (const branch of branches) {
    if (branch.current) continue;
    const left = line.get(branch.id) ?? { event: branch.from_event, at_us: branch.from_us };
    const shared = line.get(branch.id) ?? (branch.parent === null ? undefined : line.get(branch.parent));
    // It left a branch of the line where the current one was gone already.
    if (!shared || left.event > shared.event) continue;
    const fork = forks.get(left.event) ?? { ...left, branches: [] };
    fork.branches.push(branch);
    forks.set(left.event, fork);
  }
  return [...forks.values()].sort((a, b) => a.event - b.event);
}
