// @ts-check
/**
 * Two branches beside each other: the stage has a second one beside it, and the lab a second cursor that follows the first. Loaded
 * when asked for. What stands above the stage is `compare-bar.js`.
 *
 * Within the page, back and forward leave the comparison and come back to it; see `compare-address.js`.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").Acted} Acted
 */
import "./compare-bar.js";
import { currentBranchOf } from "./branches.js";
import { alone, linksIn, linksOf } from "./compare-address.js";
import { differenceOf, pairOf, same } from "./compare-pair.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { packedOf } from "./link.js";
import { refusal, sentence } from "./words.js";

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
    this.bar = /** @type {import("./compare-bar.js").CompareBar} */ (document.createElement("netsplit-compare"));
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
    this.app.enterLink(alone(), { state: null, push: true });
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
    if (stage) for (const name of ["data-split", "data-there-first"]) stage.removeAttribute(name);
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
  if (text && app.comparing && pair && same(pair, pairOf(app))) app.enterLink(text, { state: pair, push: true });
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

// ---- the address

/** @param {App} app goes back and forward with the address */
function follow(app) {
  if (app.followsComparison) return;
  app.followsComparison = true;
  addEventListener("popstate", ({ state }) => {
    const links = linksIn();
    if (!links) {
      if (app.comparing) leave(app);
    } else if (state?.run === app.run && state.since === performance.timeOrigin && typeof state.there === "number") {
      app.switchBranch(state.here);
      enter(app, state.there);
    }
  });
  // Another run is opened: it is compared with nothing.
  app.on(["open"], () => {
    if (app.comparing && !app.lab?.compared()) {
      leave(app);
      if (linksIn()) app.enterLink(alone());
    }
  });
}

/** @param {App} app @param {string} link of the other branch that the address names: puts it beside the open run */
export async function resumeComparison(app, link) {
  await styled;
  const { lab } = app;
  const there = await packedOf(link);
  if (lab !== app.lab) return;
  if (!there.ok) return refuse(app, refusal(there.error));
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
  if (linksIn()) app.enterLink(alone());
}
