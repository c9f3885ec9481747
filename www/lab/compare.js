// @ts-check
/**
 * Two branches beside each other: `<netsplit-compare>` above the stage says which they are, what happens in each, and where they
 * first differ; the stage has a second one beside it, and the lab a second cursor that follows the first. Loaded when asked for.
 *
 * The comparison is in the address: `?compare=A*B`, both branches as links. So it can be sent, and opened again; within the page,
 * back and forward leave it and come back to it.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").Acted} Acted
 * @typedef {import("../netsplit.js").Divergence} Divergence
 * @typedef {{ run: number, since: number, here: number, there: number }} Pair
 */
import { currentBranchOf, letterOf } from "./branches.js";
import { h, redraw, setText } from "./dom.js";
import { t } from "./language.js";
import { packedOf, textOf } from "./link.js";
import { Part } from "./part.js";
import { refusal, sentence, time } from "./words.js";

const PARAMETER = "compare";
const BETWEEN = "*";
/** While the run plays, two branches that were equal so far are compared again so often. */
const AGAIN_MS = 1000;
/** The address is written when nothing has happened for so long. */
const WRITE_MS = 500;

/** Two stages without their styles would lie one above the other. */
const styled = new Promise((loaded) => {
  const href = new URL("../styles/compare.css", import.meta.url).href;
  document.head.append(h("link", { rel: "stylesheet", href, onload: loaded, onerror: loaded }));
});

/** A comparison that is under way: what the rest of the page knows of it. */
export class Comparison {
  /** @param {App} app @param {import("./stage.js").Stage} stage */
  constructor(app, stage) {
    this.app = app;
    this.bar = /** @type {CompareBar} */ (document.createElement("netsplit-compare"));
    this.stage = /** @type {import("./stage.js").Stage} */ (document.createElement("netsplit-stage"));
    this.stage.dataset.there = "";
    stage.dataset.split = "here";
    stage.before(this.bar);
    stage.append(this.stage);
  }

  /** Shows one of them where there is no room for both. @param {"here" | "there"} side */
  show(side) {
    const { parentElement: stage } = this.stage;
    if (stage) stage.dataset.split = side;
    this.app.changed("look");
  }

  /** @param {Acted} acted says where something was not done @returns {string} */
  refusals({ refused, there }) {
    const [here, other] = [currentBranchOf(this.#lab)?.name ?? "", this.#lab.compared()?.name ?? ""];
    if (refused) return t("Done in \"{there}\" only; not in \"{here}\": {why}", { here, there: other, why: sentence(refused) });
    if (there?.refused) return t("Not in \"{branch}\": {why}", { branch: other, why: sentence(there.refused) });
    return "";
  }

  /**
   * What was to be done while the other branch is far behind is done in both when that has come to this moment.
   *
   * @param {{ code: string }} problem @param {() => void} again does it
   * @returns {boolean} false if that is not what the problem is
   */
  postpones({ code }, again) {
    if (code !== "other-behind") return false;
    this.app.pause();
    this.bar.wait(again);
    return true;
  }

  get #lab() {
    const { lab } = this.app;
    if (!lab) throw new Error("nothing is open that could be compared");
    return lab;
  }

  /** Ends it, and says so in the address. */
  end() {
    const { waits } = this.bar;
    leave(this.app);
    this.app.say(waits ? t("The comparison has ended; what waited for the other branch is not done.") : t("The comparison has ended."));
    history.pushState(null, "", address(null));
  }

  /** Takes its parts out of a page that is made anew. @returns {() => void} puts them into the new one */
  leavePage() {
    const there = this.#lab.compared()?.branch;
    this.remove();
    this.app.comparing = null;
    return () => void (there !== undefined && enter(this.app, there));
  }

  /** Takes its parts out of the page. */
  remove() {
    const { parentElement: stage } = this.stage;
    if (stage) delete stage.dataset.split;
    this.bar.remove();
    this.stage.remove();
  }
}

/** @param {App} app ends the comparison; the address is left to who calls */
function leave(app) {
  if (app.comparing?.bar.waits) app.say(t("Not done."));
  app.comparing?.remove();
  app.comparing = null;
  app.lab?.compare(null);
  app.changed("look", "branches", "moment");
}

/** @param {App} app @param {number} branch compares the current branch with this one */
export async function compareWith(app, branch) {
  await styled;
  if (!enter(app, branch)) return;
  tellDifference(app);
  const pair = pairOf(app);
  const text = await linksOf(app);
  if (app.comparing && pair && same(pair, pairOf(app))) history.pushState(pair, "", address(text));
}

/** @param {App} app @param {number} branch */
function enter(app, branch) {
  const compared = app.lab?.compare(branch);
  if (!compared?.ok) {
    if (compared) app.say(refusal(compared.error));
    return false;
  }
  const stage = /** @type {import("./stage.js").Stage | null} */ (document.getElementById("stage"));
  if (!app.comparing && stage) app.comparing = new Comparison(app, stage);
  app.changed("look", "branches", "moment");
  follow(app);
  return true;
}

/** @param {App} app says what the first difference is */
function tellDifference(app) {
  const found = differenceOf(app);
  app.say(found?.text ?? t("Both branches have the same events so far."));
}

/** @param {App} app @returns {Divergence | null} */
function differenceOf(app) {
  const pair = pairOf(app);
  const found = pair && app.lab?.divergence(pair.here, pair.there);
  return found && found.ok ? found.value : null;
}

/** @param {App} app @returns {Pair | null} */
function pairOf(app) {
  const { lab, run } = app;
  const there = lab?.compared();
  return lab && there ? { run, since: performance.timeOrigin, here: lab.cursor().branch, there: there.branch } : null;
}

/** @typedef {{ branch: number, event: number, at_us: number }} Here */

/** @param {import("../netsplit.js").Lab} lab @returns {Here} where the cursor stands */
function hereOf(lab) {
  const { branch, event, at_us } = lab.cursor();
  return { branch, event, at_us };
}

/** @param {Pair | null} a @param {Pair | null} b */
const same = (a, b) => a?.run === b?.run && a?.here === b?.here && a?.there === b?.there;

// ---- the address

/** @param {string | null} links */
function address(links) {
  const url = new URL(location.href);
  if (links === null) url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, links);
  return url.href;
}

/** @param {App} app both branches as links, without what every link begins with */
async function linksOf({ lab }) {
  if (!lab) return null;
  const links = await Promise.all([textOf(lab.link()), textOf(lab.linkThere())]);
  return links.map((link) => link.slice(1)).join(BETWEEN);
}

/** @param {App} app goes back and forward with the address */
function follow(app) {
  if (app.followsComparison) return;
  app.followsComparison = true;
  addEventListener("popstate", ({ state }) => {
    const links = new URLSearchParams(location.search).get(PARAMETER);
    if (!links) {
      if (app.comparing) leave(app);
    } else if (state?.run === app.run && state.since === performance.timeOrigin && typeof state.there === "number") {
      app.switchBranch(state.here);
      enter(app, state.there);
    } else if (!app.comparing) void resumeComparison(app, links);
  });
  // Another run is opened: it is compared with nothing.
  app.on(["open"], () => {
    if (app.comparing && !app.lab?.compared()) {
      leave(app);
      history.replaceState(history.state, "", address(null));
    }
  });
}

/** @param {App} app @param {string} links opens the comparison that an address names */
export async function resumeComparison(app, links) {
  await styled;
  const [first = "", second = ""] = links.split(BETWEEN, 2);
  const there = await packedOf(`#${second}`);
  if (!there.ok) return refuse(app, refusal(there.error));
  if (!(await app.replace(`#${first}`))) return refuse(app, null);
  const { lab } = app;
  const grafted = await lab?.graft(there.value);
  if (lab !== app.lab) return;
  if (!grafted?.ok) return refuse(app, grafted ? refusal(grafted.error) : null);
  app.changed("branches");
  if (!enter(app, grafted.value)) return;
  // How they differ is known once both have been played to the cursor.
  const stop = app.on(["moment", "branches"], () => {
    if (app.comparing && !app.lab?.compared()?.there) return;
    stop();
    if (app.comparing) tellDifference(app);
  });
}

/** @param {App} app @param {string | null} why */
function refuse(app, why) {
  if (why) app.say(why);
  history.replaceState(history.state, "", address(null));
}

// ---- what stands above the stage

class CompareBar extends Part {
  #sides = h("div", { class: "compare-sides", role: "group", "aria-label": t("Compared branches") });
  #text = h("p", { class: "compare-text" });
  #go = h("button", { type: "button", onclick: () => void this.#jump() }, t("Go to the first difference"));
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
    redraw(this.#sides, [here.id, here.name, there.branch, there.name, latest?.text, there.latest?.text, side], () => [
      this.#side("here", letterOf(here.id), here.name, latest?.text ?? "", side),
      this.#side("there", letterOf(there.branch), there.name, there.latest?.text ?? "", side),
    ]);
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
    setText(this.#text, this.#found?.text ?? t("Both branches have the same events so far."));
    this.#text.title = this.#text.textContent ?? "";
    this.#go.hidden = this.#found === null;
  }

  async #jump() {
    const { app } = this;
    const { lab } = app;
    const found = this.#found;
    if (!lab || !found) return;
    const event = found.position + (found.event_a ? 1 : 0);
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
    const before = new URLSearchParams(location.search).get(PARAMETER);
    // What has not been entered yet is not replaced.
    if (!pair || !before || this.app.playing) return;
    const links = await linksOf(this.app);
    if (links !== before && this.isConnected && same(pair, pairOf(this.app))) history.replaceState(pair, "", address(links));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }
}
customElements.define("netsplit-compare", CompareBar);
