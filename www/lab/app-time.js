// @ts-check
/** Time: playing, pausing, stepping and seeking; and what is kept of a run outside of the wasm, so that it outlives a trap. */
import { Telling } from "./app-telling.js";
import { currentBranchOf } from "./branches.js";
import { t } from "./language.js";
import { nextSpeed, speeds } from "./words.js";

/** How often the link of a run that plays is taken anew, for the case that the lab stops. */
const KEEP_MS = 2000;

export class Time extends Telling {
  /** What the run is. @type {import("./app.js").Kept | null} */
  kept = null;
  /** What the scenario tells and asks. @type {import("./app.js").ScenarioText | null} */
  scenario = null;
  /** The step of the scenario that is played until. @type {number | null} */
  watched = null;
  /** @type {number | null} the time to seek to when the seek that runs has ended */
  #nextSeek = null;
  #seeking = false;
  #keptAt = 0;

  /** @override @param {number} elapsed milliseconds */
  advance(elapsed) {
    const lab = this.need();
    const tick = lab.tick(elapsed);
    if (tick.moved) this.moved();
    if (performance.now() - this.#keptAt >= KEEP_MS) this.keepPlan();
    // What it paused at is told now: no later frame will.
    this.tellSoon(tick.story, Boolean(tick.paused_by));
    if (tick.paused_by) this.changed("moment", "caption");
    if (tick.paused_there) this.say(t("In \"{branch}\" a rule is violated here.", { branch: lab.compared()?.name ?? "" }));
    else if (tick.paused_by === "violation") this.tellViolation();
    if (tick.paused_by === "quiet") this.say(t("Nothing more will happen in this run."));
    if (tick.paused_by === "step") {
      const { watched, caption } = this;
      if (watched !== null && !lab.steps()[watched]?.done) return lab.play();
      this.#watch(null);
      if (watched !== null) this.show({ ...caption, text: `${caption.text} ${t("Step {n} is done.", { n: watched + 1 })}` });
    }
  }

  play() {
    this.need().play();
    this.changed("moment");
  }

  pause() {
    this.#watch(null);
    this.need().pause();
    this.tellSoon(null, true);
    this.changed("moment");
  }

  togglePlay() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} usPerMs */
  setSpeed(usPerMs) {
    this.accept(this.need().setSpeed(usPerMs));
    this.changed("moment");
  }

  playByEvent() {
    this.accept(this.need().playByEvent());
    this.changed("moment");
  }

  /** @param {1 | -1} way slower than the slowest is event by event */
  changeSpeed(way) {
    const { speed, by_event } = this.need().cursor();
    const pace = this.scenario?.pace ?? speed;
    const slowest = speeds(speed, pace)[0] ?? speed;
    if (by_event) return way > 0 ? this.setSpeed(slowest) : undefined;
    if (way < 0 && speed === slowest) return this.playByEvent();
    this.setSpeed(nextSpeed(speed, pace, way));
  }

  /** @param {"event" | "story"} kind */
  async step(kind) {
    const lab = this.need();
    lab.pause();
    if (kind === "story") return (await this.waitFor(import("./step-story.js"), () => lab === this.lab))?.value.stepStory(this);
    const stepped = this.accept(lab.step());
    if (stepped) this.stepped(stepped.value, t("Nothing more will happen in this run."));
  }

  /** @param {import("./app.js").EventRow | null} event @param {string} none what is said if there is none */
  stepped(event, none) {
    if (event) this.tell(event);
    else this.say(none);
    this.tellNewViolation();
    this.moved();
  }

  /** @param {"event" | "story"} kind */
  stepBack(kind) {
    const lab = this.need();
    lab.pause();
    if (this.accept(lab.stepBack(kind))) this.tellLatest(kind === "event" ? "everything" : "story");
    this.moved();
  }

  /** Seeks; of several calls during one seek only the last counts. @param {number} at_us */
  async seekTime(at_us) {
    this.#nextSeek = at_us;
    if (this.#seeking) return;
    this.#seeking = true;
    try {
      while (this.#nextSeek !== null) {
        const target = this.#nextSeek;
        this.#nextSeek = null;
        const lab = this.need();
        lab.pause();
        const reached = await lab.seekTime(target);
        if (lab !== this.lab) return;
        if (this.accept(reached)) this.tellLatest();
        this.moved();
      }
    } finally {
      this.#seeking = false;
    }
  }

  /** @param {number} n events before the cursor */
  async seekEvent(n) {
    const lab = this.need();
    lab.pause();
    const reached = await lab.seekEvent(n);
    if (lab !== this.lab) return;
    if (this.accept(reached)) this.tellLatest("everything");
    this.moved();
  }

  /** Plays until a step of the scenario is done. @param {number} n */
  playUntilStep(n) {
    this.#watch(n);
    this.play();
  }

  /** @param {number | null} n the step whose doing pauses */
  #watch(n) {
    if (this.watched === n) return;
    this.watched = n;
    this.need().pauseOn("step", n !== null);
  }

  /** Another run: nothing is on its way in it. */
  startAnew() {
    this.watched = this.#nextSeek = null;
  }

  // ---- keeping

  /** The run or the cursor moved. */
  moved() {
    if (this.kept) this.kept.event = this.need().cursor().event;
    this.changed("moment");
  }

  /** Keeps what was done by hand: as a plan; and as a link, from when on there is what makes links, unless it is too much for one. */
  keepPlan() {
    const { kept } = this;
    if (kept) {
      const link = this.has("all") ? this.need().link() : null;
      kept.link = link?.ok ? link.value : null;
      kept.plan = this.need().plan();
      const branch = currentBranchOf(this.need());
      if (branch) {
        kept.branch = branch.id;
        kept.branches.set(branch.id, { name: branch.name, link: kept.link });
      }
    }
    this.#keptAt = performance.now();
  }
}
