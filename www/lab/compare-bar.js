// @ts-check
/**
 * `<netsplit-compare>`, above a stage in two halves: which branches they are, what happens in each, when they first differ, and
 * what waits until both are at this moment. Where there is no room for both halves, it changes between them.
 *
 * @typedef {import("../netsplit.js").Divergence} Divergence
 * @typedef {import("./compare-pair.js").Pair} Pair
 */
import { currentBranchOf, letterOf } from "./branches.js";
import { linksIn, linksOf } from "./compare-address.js";
import { differenceOf, eventOf, pairOf, same } from "./compare-pair.js";
import { h, redraw, setText } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { time } from "./words.js";

/** While the run plays, two branches that were equal so far are compared again so often. */
const AGAIN_MS = 1000;
/** The address is written when nothing has happened for so long. */
const WRITE_MS = 500;

/** @typedef {{ branch: number, event: number, at_us: number }} Here */

/** @param {import("../netsplit.js").Lab} lab @returns {Here} where the cursor stands */
function hereOf(lab) {
  const { branch, event, at_us } = lab.cursor();
  return { branch, event, at_us };
}

export class CompareBar extends Part {
  #sides = h("div", { class: "compare-sides", role: "group", "aria-label": t("Compared branches") });
  #text = h("p", { class: "compare-text" });
  #go = h("button", { type: "button", onclick: () => void this.#jump() });
  #end = h("button", { type: "button", class: "quiet", key: "end", onclick: () => this.app.comparing?.end() }, t("End the comparison"));
  /** @type {Divergence | null} */
  #found = null;
  /** @type {Pair | null} */
  #pair = null;
  #soughtAt = 0;
  #timer = 0;
  /** What is done once both are at this moment. @type {{ again: () => void, at: Here, there: number, from_us: number } | null} */
  #waiting = null;
  #progress = h("progress", { hidden: true, "aria-label": t("The other branch is played to this moment") });
  #cancel = h("button", { type: "button", hidden: true, onclick: () => this.#stopWaiting(t("Not done.")) }, t("Cancel"));

  setUp() {
    this.append(
      this.#sides,
      h(
        "div",
        { class: "compare-first" },
        this.#text,
        this.#progress,
        this.#cancel,
        this.#go,
        this.#end,
      ),
    );
    this.on(["branches", "moment", "look"], () => this.#draw(), { slow: true });
    this.on(["branches", "moment"], () => this.#writeSoon(), { slow: true });
    this.#draw();
  }

  #draw() {
    const { lab, comparing } = this.app;
    const there = lab?.compared();
    const here = lab && currentBranchOf(lab);
    if (!lab || !comparing || !there || !here) return;
    const side = comparing.stage.parentElement?.dataset.split ?? "here";
    const latest = lab.recentEvents("story", 1).at(-1);
    const thereFirst = there.branch < here.id;
    comparing.stage.parentElement?.toggleAttribute("data-there-first", thereFirst);
    redraw(this.#sides, [here.id, here.name, there.branch, there.name, latest?.text, there.latest?.text, side], () => {
      const sides = [
        this.#side("here", letterOf(here.id), here.name, latest?.text ?? "", side),
        this.#side("there", letterOf(there.branch), there.name, there.latest?.text ?? "", side),
      ];
      return thereFirst ? sides.reverse() : sides;
    });
    if (this.#waiting) this.#comeNearer(this.#waiting, there);
    else this.#seek();
  }

  /** Something waits until both are at this moment. */
  get waits() {
    return this.#waiting !== null;
  }

  /** @param {() => void} again is called when both are at this moment, unless somebody leaves it */
  wait(again) {
    const { lab } = this.app;
    const there = lab?.compared();
    if (!lab || !there) return;
    if (this.#waiting) return this.app.say(t("Not done: something else waits for \"{branch}\" already.", { branch: there.name }));
    this.#waiting = { again, at: hereOf(lab), there: there.branch, from_us: there.at_us };
    this.#go.hidden = true;
    this.#progress.hidden = this.#cancel.hidden = false;
    this.app.say(t("First \"{branch}\" is played to this moment; then it is done in both.", { branch: there.name }));
    this.#draw();
  }

  /** @param {{ again: () => void, at: Here, there: number, from_us: number }} waiting @param {import("../netsplit.js").Compared} there */
  #comeNearer({ again, at, there: awaited, from_us }, there) {
    const { lab } = this.app;
    if (!lab) return;
    const now = hereOf(lab);
    if (there.branch !== awaited || now.branch !== at.branch || now.event !== at.event || now.at_us !== at.at_us) {
      this.#stopWaiting(t("Not done: the moment was left before both branches had come to it."));
    } else if (there.there) {
      this.#stopWaiting(null);
      again();
    } else {
      this.#text.hidden = false;
      this.#progress.max = Math.max(1, at.at_us - from_us);
      this.#progress.value = Math.max(0, there.at_us - from_us);
      setText(this.#text, t("\"{branch}\" is played to this moment first: {at} of {to}.", { branch: there.name, at: time(there.at_us), to: time(at.at_us) }));
    }
  }

  /** @param {string | null} why it is not done; null if it is */
  #stopWaiting(why) {
    this.#waiting = null;
    if (document.activeElement === this.#cancel) this.#end.focus();
    this.#progress.hidden = this.#cancel.hidden = true;
    this.#pair = null;
    if (why) this.app.say(why);
    this.#seek();
  }

  /** @param {"here" | "there"} side @param {string} letter @param {string} name @param {string} latest @param {string} shown */
  #side(side, letter, name, latest, shown) {
    return h(
      "div",
      { class: "compare-side", "data-side": side },
      h("button", { type: "button", key: side, "aria-pressed": String(side === shown), title: name, onclick: () => this.app.comparing?.show(side) }, h("b", null, letter), h("span", null, name)),
      h("p", { class: "compare-name", title: name }, h("b", null, letter), " ", name),
      h("p", { class: "compare-latest muted", title: latest }, latest),
    );
  }

  /** What the first difference is, as long as it is not known to its end. */
  #seek() {
    const pair = pairOf(this.app);
    const known = same(pair, this.#pair);
    const whole = this.#found?.event_a && this.#found.event_b;
    const now = performance.now();
    if (known && (whole || (this.app.playing && now - this.#soughtAt < AGAIN_MS))) return;
    this.#pair = pair;
    this.#soughtAt = now;
    this.#found = differenceOf(this.app);
    // The caption has the sentence: once is enough.
    this.#text.hidden = this.#found !== null;
    this.#go.hidden = this.#found === null;
    setText(this.#text, t("Both branches have the same events so far."));
    if (this.#found) setText(this.#go, t("Go to the first difference, {at}", { at: time(this.#found.at_us) }));
    this.#go.title = this.#found?.text ?? "";
  }

  async #jump() {
    const { app } = this;
    const { lab } = app;
    const found = this.#found;
    const pair = pairOf(app);
    if (!lab || !found || !pair) return;
    const event = eventOf(pair, found);
    await app.seekEvent(event);
    if (app.lab === lab && lab.cursor().event === event) app.say(found.text);
  }

  #writeSoon() {
    if (this.app.playing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), WRITE_MS);
  }

  async #write() {
    const pair = pairOf(this.app);
    const before = linksIn();
    // What has not been entered yet is not replaced.
    if (!pair || !before || this.app.playing) return;
    const links = await linksOf(this.app);
    if (links && links !== before && this.isConnected && same(pair, pairOf(this.app))) this.app.enterLink(links, { state: pair });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }
}
customElements.define("netsplit-compare", CompareBar);
