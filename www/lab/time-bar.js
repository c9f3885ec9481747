// @ts-check
/**
 * `<netsplit-time>`: transport, speed, the time played so far with its marks, and the branches when there is more than one.
 * Arrow keys on the scrubber step by events, as everywhere.
 */
import { branchesOf } from "./branches.js";
import { h, redraw, s, setText } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { loadBranches } from "./on-demand.js";
import { Part } from "./part.js";
import { count, speed, speeds, time } from "./words.js";

/** More commits than this are drawn as a band. */
const TICKS_MAX = 60;
/** The speed that is none. */
const BY_EVENT = "event";

class TimeBar extends Part {
  #play = h("button", { type: "button", class: "play", "aria-keyshortcuts": "k Space", onclick: () => this.app.togglePlay() });
  #speed = h("select", { "aria-label": t("Speed"), onchange: () => this.#choose() });
  #now = h("output", { class: "now", "aria-label": t("Time"), "aria-live": "off" });
  #range = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": t("Time played so far"),
    oninput: () => void this.app.seekTime(Number(this.#range.value)),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
  });
  #marks = s("svg", { class: "marks", "aria-hidden": "true", preserveAspectRatio: "none" });
  #fork = h("button", { type: "button", class: "quiet fork", "aria-keyshortcuts": "f", onclick: () => this.app.fork() }, t("Fork"));
  /** What can be taken back, and the runs before. */
  #more = h("div", { class: "row" });
  #branches = h("div", { class: "branches", role: "group", "aria-label": t("Branches") }, this.#more);

  setUp() {
    /** @param {string} label @param {"back" | "forward"} name @param {() => void} run */
    const step = (label, name, run) =>
      h("button", { type: "button", class: "quiet", "aria-label": label, title: label, onclick: run }, icon(name));
    this.append(
      h(
        "div",
        { class: "transport" },
        step(t("One event back"), "back", () => this.app.stepBack("event")),
        this.#play,
        step(t("One event forward"), "forward", () => this.app.step("event")),
      ),
      this.#speed,
      this.#now,
      h("div", { class: "scrubber" }, this.#marks, this.#range),
      this.#fork,
      this.#branches,
    );
    this.on(["open", "moment"], () => this.#drawTime());
    this.on(["open", "moment"], () => this.#drawMarks(), { slow: true });
    this.on(["open", "branches"], () => this.#drawBranches());
    this.onResize(() => this.#drawMarks(), this.#marks);
  }

  #choose() {
    const { value } = this.#speed;
    if (value === BY_EVENT) this.app.playByEvent();
    else this.app.setSpeed(Number(value));
  }

  #drawTime() {
    const { lab } = this.app;
    if (!lab) return;
    const cursor = lab.cursor();
    redraw(this.#play, cursor.playing, () => [icon(cursor.playing ? "pause" : "play"), cursor.playing ? t("Pause") : t("Play")]);
    const pace = this.app.scenario?.pace ?? cursor.speed;
    redraw(this.#speed, [cursor.speed, cursor.by_event, pace], () => [
      h("option", { value: BY_EVENT, selected: cursor.by_event }, t("event by event")),
      ...speeds(cursor.speed, pace).map((value) => h("option", { value, selected: value === cursor.speed && !cursor.by_event }, speed(value))),
    ]);
    setText(this.#now, time(cursor.at_us));
    // Offered where it makes a difference: in the past. Its place stays free, so that nothing jumps.
    this.#fork.classList.toggle("away", cursor.at_end);
    this.#range.max = String(Math.max(1, cursor.end_us));
    this.#range.value = String(cursor.at_us);
  }

  #drawMarks() {
    const { lab } = this.app;
    if (!lab) return;
    const { end_us, at_us, event, events } = lab.cursor();
    this.#range.setAttribute("aria-valuetext", `${t("event {n} of {all}", { n: count(event), all: count(events) })}, ${time(at_us)}, ${this.app.forks?.here() || this.app.caption.text}`);
    const width = this.#marks.clientWidth;
    if (width === 0) return;
    const marks = lab.marks();
    redraw(this.#marks, [width, end_us, marks.length], () => {
      const thumb = 8;
      /** @param {number} us */
      const x = (us) => thumb + (us / Math.max(1, end_us)) * (width - 2 * thumb);
      const commits = marks.filter((mark) => mark.shape === "commit");
      const others = marks.filter((mark) => mark.shape !== "commit");
      return [
        commits.length > TICKS_MAX ? band(commits.map((mark) => x(mark.at_us)), width) : commits.map((mark) => shape(mark, x(mark.at_us))),
        others.map((mark) => shape(mark, x(mark.at_us))),
      ].flat();
    });
  }

  #drawBranches() {
    const { lab } = this.app;
    if (!lab) return;
    const branches = branchesOf(lab);
    const undoable = (branches.find((branch) => branch.current)?.interventions.length ?? 0) > 0;
    const { runs } = this.app;
    this.#branches.classList.toggle("away", branches.length < 2 && !undoable && runs.length === 0);
    if (branches.length > 1) this.#loadTree();
    else this.#tree?.remove();
    redraw(this.#more, [undoable, runs.map((run) => run.name)], () => [
      undoable &&
        h("button", { type: "button", class: "quiet", key: "undo", "aria-keyshortcuts": "Control+Z", onclick: () => this.app.undo() }, t("Undo")),
      runs.length > 0 && h("span", { class: "muted" }, t("Kept")),
      runs.map((run, n) =>
        h("button", { type: "button", class: "quiet", key: `run${n}`, title: run.name, onclick: () => this.app.backTo(run) }, t("Back to {run}", { run: run.name })),
      ),
    ].flat());
  }

  get #tree() {
    return this.#branches.querySelector("netsplit-branches");
  }

  #loadTree() {
    if (this.#tree) return;
    loadBranches(this.app, () => {
      const { lab } = this.app;
      if (!this.#tree && lab && branchesOf(lab).length > 1) this.#branches.prepend(document.createElement("netsplit-branches"));
    });
  }

  /** @param {KeyboardEvent} event Page keys jump from story event to story event; the arrows are left to the lab's keys */
  #key(event) {
    if (event.key === "PageUp") this.app.stepBack("story");
    else if (event.key === "PageDown") this.app.step("story");
    else if (event.key === "ArrowUp") this.app.step("event");
    else if (event.key === "ArrowDown") this.app.stepBack("event");
    else return;
    event.preventDefault();
  }
}
customElements.define("netsplit-time", TimeBar);

/**
 * Diamond: new epoch. Tick: commit. Cross: fault. Octagon: violation. Flag: intervention.
 *
 * @param {import("../netsplit.js").Mark} mark @param {number} x
 */
function shape(mark, x) {
  const title = s("title", null, mark.label);
  const at = { class: mark.shape, transform: `translate(${x.toFixed(1)} 0)` };
  const d = {
    epoch: "M0 3 4 8 0 13-4 8Z",
    commit: "M0 5V11",
    fault: "M-4 4 4 12M4 4-4 12",
    violation: "M-2 3h4l3 3v4l-3 3h-4l-3-3v-4Z",
    intervention: "M-1 14V2h7l-2 3 2 3h-6V14Z",
  }[mark.shape];
  return s("g", at, s("path", { d }), title);
}

/** @param {number[]} xs @param {number} width how many commits there are along the time, as columns of different height */
function band(xs, width) {
  const step = 4;
  const columns = new Array(Math.ceil(width / step) + 1).fill(0);
  for (const x of xs) columns[Math.floor(x / step)] += 1;
  const most = Math.max(...columns);
  return columns.flatMap((n, at) => {
    if (n === 0) return [];
    const height = 2 + (6 * n) / most;
    return [s("rect", { class: "commit", x: at * step, y: 8 - height / 2, width: step - 1, height })];
  });
}
