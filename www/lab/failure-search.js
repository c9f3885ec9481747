// @ts-check
/**
 * A search for a failure: the lab tries futures of the cursor (`src/timeline/futures.rs`) until a property falls in one. And the
 * shortest run: whatever was done by hand that a violation does not need is left out (`src/timeline/shortest.rs`).
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").Failure} Failure
 * @typedef {import("../netsplit.js").Searched} Searched
 * @typedef {import("../netsplit.js").VerdictRow} VerdictRow
 */
import { t } from "./language.js";
import { count, list } from "./words.js";

/** How often it is told how far a search has got, milliseconds. */
const TOLD_MS = 200;
/** From when on it is said that the shortest run is looked for, milliseconds. */
const SLOW_MS = 300;
/** So much of what was left out is named. */
const NAMED_MAX = 2;

/**
 * Searches from the cursor; from the same place again, it goes on where it was.
 *
 * @param {App} app
 * @param {(searched: Searched) => boolean} goOn is told how far it has got, and says whether it is still wanted
 * @returns {Promise<Searched>} the cursor stands at the failure, if one was found
 */
export async function searchFrom(app, goOn) {
  const lab = app.need();
  const stop = new AbortController();
  const soFar = () => lab.searched() ?? { runs: 0, events: 0, found: null };
  const timer = setInterval(() => goOn(soFar()) || stop.abort(), TOLD_MS);
  const from = lab.cursor();
  const ended = await lab.searchFailure({ signal: stop.signal }).finally(() => clearInterval(timer));
  if (lab !== app.lab) return { runs: 0, events: 0, found: null };
  if (!ended.ok) {
    if (ended.error.code !== "aborted") app.accept(ended);
    return soFar();
  }
  if (ended.value.found && isAt(lab, from)) await lead(app, ended.value.found);
  return ended.value;
}

/** Whoever has gone elsewhere is not led away from there. @param {import("../netsplit.js").Lab} lab @param {{ branch: number, event: number }} from */
function isAt(lab, from) {
  const { branch, event } = lab.cursor();
  return branch === from.branch && event === from.event;
}

/** Goes to a failure. @param {App} app @param {Failure} failure @param {string} [said] instead of the verdict */
async function lead(app, failure, said) {
  const { lab } = app;
  if (failure.branch !== lab?.cursor().branch) app.switchBranch(failure.branch);
  await app.seekEvent(failure.event);
  if (!lab || lab !== app.lab) return;
  const verdict = lab.verdicts().find(({ property, status }) => property === failure.property && status === "violated");
  app.countViolations();
  if (verdict) app.show({ text: said ?? verdict.text, event: null, verdict });
}

/** Leaves out whatever was done by hand that a violation does not need. @param {App} app @param {VerdictRow} verdict */
export async function shortestRun(app, verdict) {
  const { lab } = app;
  if (!lab) return;
  if (app.playing) app.pause();
  const slow = setTimeout(() => app.say(t("Looking for the shortest run..")), SLOW_MS);
  const from = lab.cursor();
  const made = await lab.shortest(verdict.property).finally(() => clearTimeout(slow));
  if (lab !== app.lab) return;
  const done = app.accept(made);
  if (!done) return;
  const { failure, kept, left_out } = done.value;
  const all = kept.length + left_out.length;
  if (all === 0) return app.show({ text: t("Nothing was done by hand before the violation: there is nothing to leave out."), event: null, verdict });
  if (left_out.length === 0) return app.show({ text: t("Of the {n} things done by hand before the violation, none can be left out by itself.", { n: count(all) }), event: null, verdict });
  const more = left_out.length - NAMED_MAX;
  const named = list([...left_out.slice(0, NAMED_MAX), ...(more > 0 ? [t("{n} more", { n: count(more) })] : [])]);
  const said = t("It takes {kept} of {all} things done by hand. Left out: {named}.", { kept: count(kept.length), all: count(all), named });
  if (isAt(lab, from)) await lead(app, failure, said);
  else app.say(said);
}
