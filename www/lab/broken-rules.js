// @ts-check
/** Runs with a rule of the protocol replaced by a wrong one: the same scenario again, from its start. */
import { inputOf } from "./app.js";
import { t } from "./language.js";

/**
 * Once all that another run may need is there: runs the scenario again with a rule broken, or mended; the run before is kept.
 *
 * @param {import("./app.js").App} app @param {string} id @param {() => boolean} wanted whether it is to be broken, as long as somebody may change their mind
 */
export function setMutant(app, id, wanted) {
  const { lab } = app;
  return app.once("all", () => run(app, id, wanted()), () => lab === app.lab);
}

/** @param {import("./app.js").App} app @param {string} id @param {boolean} on */
function run(app, id, on) {
  const { lab, scenario } = app;
  if (!lab) return;
  const plan = /** @type {{ mutants: string[] }} */ (lab.plan());
  if (plan.mutants.includes(id) === on) return;
  const mutants = plan.mutants.filter((each) => each !== id);
  if (on) mutants.push(id);
  const changed = { ...plan, mutants };
  const before = app.runs.find((run) => run.input === inputOf(changed));
  if (before) return app.backTo(before);
  if (!app.openBeside(scenario?.id ? { scenario: scenario.id, plan: changed } : { plan: changed })) return;
  const again = on ? t("The scenario runs again from its start, with {rule}.", { rule: id }) : t("The scenario runs again from its start, without {rule}.", { rule: id });
  app.say(`${again} ${t("The run before is kept, beside the branches.")}`);
}
