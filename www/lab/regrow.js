// @ts-check
/** Makes again the branches of a run that were kept outside of the wasm. Loaded when that is wanted. */
import { t } from "./language.js";
import { list } from "./words.js";

/**
 * Puts the branches beside the one that is open, which was the current one, and gives it its name again. What could not be made
 * again is said.
 *
 * @param {import("./app.js").App} app @param {import("./app.js").Kept} kept
 */
export async function regrow(app, { branches, branch: current }) {
  const { lab } = app;
  if (!lab) return;
  await lab.arrive();
  /** @type {string[]} */
  const lost = [];
  for (const [id, { name, link }] of branches) {
    if (lab !== app.lab) return;
    if (id === current) {
      lab.renameBranch(lab.cursor().branch, name);
      continue;
    }
    const made = link && (await lab.graft(link));
    if (made && made.ok) {
      lab.renameBranch(made.value, name);
      app.kept?.branches.set(made.value, { name, link });
    } else lost.push(name);
  }
  if (lab !== app.lab) return;
  app.keepPlan();
  app.changed("branches");
  if (lost.length > 0) app.say(t("Not kept: {branches}.", { branches: list(lost) }));
}
