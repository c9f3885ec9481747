// @ts-check
/**
 * `<netsplit-forks>`: below the time played so far, where other branches part from the one that has the cursor: a corner that
 * hangs from the track, with the branches' letters. Loaded with the tree of branches, whose items have the same letters.
 *
 * A mark is for the pointer and the finger: pressed it goes there, dragged it is the time bar beneath it. B and Shift+B go from
 * fork to fork, so that marks are no stops for Tab; the time bar's value says who parts at the cursor.
 *
 * @typedef {import("../netsplit.js").Branch} Branch
 * @typedef {{ event: number, at_us: number, branches: Branch[] }} Fork   event: how many events before it are common
 */
import { branchesOf, letterOf } from "./branches.js";
import { h, redraw, s } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";

/** Half of the slider's thumb: its track is shorter by as much at both ends. */
const THUMB = 8;
/** Forks nearer to each other than this share their letters, pixels. */
const APART = 22;
/** The same where a finger points: as wide as its marks. */
const APART_TOUCH = 44;
/** So many letters are written. */
const LETTERS_MAX = 3;
/** A mark that is moved by more is no longer pressed but dragged, pixels. */
const STILL = 6;

const finger = matchMedia("(pointer: coarse)");

class Forks extends Part {
  #picture = s("svg", { "aria-hidden": "true" });
  #targets = h("div");
  /** A mark that is held: none is drawn anew meanwhile. */
  #pressed = false;
  /** @type {Fork[]} */
  #forks = [];

  /** Said to its app when it is gone: then it finds no way there any more. */
  #leave = () => {};

  setUp() {
    const { app } = this;
    this.append(this.#picture, this.#targets);
    app.forks = this;
    this.#leave = () => (app.forks = null);
    this.on(["open", "branches"], () => this.#read());
    this.on(["moment"], () => this.#draw(), { slow: true });
    this.onResize(() => this.#draw());
    this.#read();
  }

  #read() {
    const { lab } = this.app;
    this.#forks = lab ? forksOf(branchesOf(lab)) : [];
    this.#draw();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#leave();
  }

  #draw() {
    const { event = 0, end_us = 1 } = this.app.lab?.cursor() ?? {};
    const width = this.clientWidth;
    if (width === 0) return;
    const x = (/** @type {number} */ us) => THUMB + (Math.min(us, end_us) / Math.max(1, end_us)) * (width - 2 * THUMB);
    const apart = finger.matches ? APART_TOUCH : APART;
    /** @type {{ x: number, forks: Fork[] }[]} */
    const marks = [];
    for (const fork of this.#forks) {
      const last = marks.at(-1);
      if (last && x(fork.at_us) - last.x < apart) last.forks.push(fork);
      else marks.push({ x: x(fork.at_us), forks: [fork] });
    }
    const corners = marks.map(({ x, forks }) => ({ x, letters: forks.flatMap(({ branches }) => branches.map(({ id }) => letterOf(id))) }));
    redraw(this.#picture, [width, corners], () => corners.map((mark) => corner(mark, width)));
    if (this.#pressed) return;
    // A mark that the cursor stands at leads nowhere, and is not in the thumb's way.
    const targets = marks.flatMap(({ x, forks }) => {
      const to = forks.find((fork) => fork.event > event) ?? forks.find((fork) => fork.event !== event);
      return to ? [{ x, to: to.event, name: forks.map(sentenceOf).join(" ") }] : [];
    });
    redraw(this.#targets, targets, () => targets.map((target) => this.#target(target)));
  }

  /** @param {{ x: number, to: number, name: string }} target */
  #target({ x, to, name }) {
    const button = h("button", {
      type: "button",
      tabindex: -1,
      "aria-label": name,
      title: name,
      onclick: () => void this.#go(to),
      onpointerdown: (/** @type {PointerEvent} */ down) => this.#press(down),
    });
    button.style.left = `${Math.round(x)}px`;
    return button;
  }

  /** @param {PointerEvent} down if it moves, the time is dragged from here, as if no mark lay over it */
  #press({ clientX: from }) {
    const ends = new AbortController();
    const { signal } = ends;
    let dragged = false;
    this.#pressed = true;
    const move = (/** @type {PointerEvent} */ { clientX }) => {
      dragged ||= Math.abs(clientX - from) > STILL;
      if (dragged) void this.app.seekTime(this.#timeAt(clientX));
    };
    const end = () =>
      // After the click that follows.
      setTimeout(() => {
        ends.abort();
        this.#pressed = false;
        this.#draw();
      });
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", end, { signal });
    addEventListener("pointercancel", end, { signal });
    addEventListener("click", (event) => dragged && event.stopPropagation(), { signal, capture: true });
  }

  /** @param {number} clientX */
  #timeAt(clientX) {
    const { left, width } = this.getBoundingClientRect();
    const share = (clientX - left - THUMB) / (width - 2 * THUMB);
    return Math.round(Math.min(1, Math.max(0, share)) * (this.app.lab?.cursor().end_us ?? 0));
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
    await this.#go(to.event);
  }

  /** @param {number} event a fork's: says who parts there */
  async #go(event) {
    const { app } = this;
    const { lab } = app;
    if (!lab) return;
    await app.seekEvent(event);
    if (app.lab === lab && lab.cursor().event === event) app.say(this.here());
  }
}
customElements.define("netsplit-forks", Forks);

/** @param {Fork} fork */
function sentenceOf({ branches }) {
  const names = branches.map(({ id, name }) => `${letterOf(id)} ${t("\"{text}\"", { text: name })}`);
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
