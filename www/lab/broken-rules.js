// @ts-check
/** Runs with a rule of the protocol replaced by a wrong one: the same scenario again, from its start. */
import { inputOf } from "./app.js";
import { t } from "./language.js";

/**
 * Once all that another run may need is there: runs the scenario again with a rule broken, or mended; the run before is kept.
 *
 * @param {import("./app.js").App} app @param {string} id @param {HTMLInputElement} input the rule's switch: somebody may change
 *   their mind as long as something is missing, and if that cannot be had, it shows again what is the case
 */
export async function setMutant(app, id, input) {
  const { lab } = app;
  await app.once("all", () => run(app, id, input.checked), () => lab === app.lab);
  input.checked = app.system?.mutants.find((mutant) => mutant.id === id)?.on ?? false;
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
