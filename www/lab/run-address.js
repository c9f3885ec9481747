// @ts-check
/**
 * The address names the run also once something was done by hand: when it stands still for a while, its link takes the place of
 * what was there, without a new entry. Reload, Back and Forward then find all of it again. A run in which nothing was done by hand
 * keeps its address in words. Loaded once links can be made.
 *
 * @typedef {import("./app.js").App} App
 */
import { BETWEEN } from "./address.js";
import { branchesOf } from "./branches.js";
import { textOf } from "./link.js";

/** So long nothing has happened: two entries in a second at most are far from what browsers allow. */
const REST_MS = 500;

/** @param {App} app */
export function followRun(app) {
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void write(app), REST_MS);
  };
  app.on(["open", "moment", "branches"], soon, { slow: true });
  addEventListener("popstate", soon);
  soon();
}

/** @param {App} app */
async function write(app) {
  const { lab, run } = app;
  // The link of a run that is not the one that was sent stays: opened again, it says so again.
  if (!lab || !isAtRest(app) || !isByHand(app) || app.provenance?.text) return;
  const link = lab.link();
  // A link that nobody could open any more is none.
  if (!link.ok) return;
  const text = await textOf(link.value);
  if (lab === app.lab && run === app.run && isAtRest(app) && text !== location.hash) app.enterLink(text);
}

/** The run stands still, nothing lies over it or is to stand beside it, and the address is its own. @param {App} app */
const isAtRest = (app) => !app.playing && !app.busy && !app.comparing && !app.trace && app.addressed && !location.hash.includes(BETWEEN);

/** Whether the address in words would not lead back to it. @param {App} app */
function isByHand({ lab, foundByHand }) {
  const branches = lab ? branchesOf(lab) : [];
  return foundByHand || branches.length > 1 || branches.some(({ interventions }) => interventions.length > 0);
}
