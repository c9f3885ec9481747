// @ts-check
/** What is done to the run by hand, and its branches. */
import { Time } from "./app-time.js";
import { currentBranchOf, forgetBranches } from "./branches.js";
import { t } from "./language.js";
import { sentence } from "./words.js";

/**
 * @typedef {import("./app.js").Action} Action
 * @typedef {import("./app.js").Change} Change
 */

export class Acting extends Time {
  /** Where branches part from the current one, while there are several. @type {{ here(): string, jump(way: 1 | -1): void } | null} */
  forks = null;

  /** @override @param {...Change} changes */
  changed(...changes) {
    if (this.lab && /open|moment|branches/.test(`${changes}`)) forgetBranches(this.lab);
    super.changed(...changes);
  }

  /** Does what a step of the scenario offers, or plays until it is done. @param {number} n */
  doStep(n) {
    const action = this.need().steps()[n]?.action;
    if (action) this.act(action);
    else this.playUntilStep(n);
  }

  /** @param {Action} action as the plan writes it */
  act(action) {
    const lab = this.need();
    const parent = currentBranchOf(lab)?.name;
    const acted = this.accept(lab.act(action), () => this.act(action));
    if (acted) this.#acted(acted.value, parent);
  }

  /** Does several things as one: Undo takes them back together. @param {Action[]} actions */
  actAll(actions) {
    const lab = this.need();
    const parent = currentBranchOf(lab)?.name;
    const acted = this.accept(lab.actAll(actions), () => this.actAll(actions));
    if (!acted) return;
    const { done } = acted.value;
    this.#acted(acted.value, parent);
    if (done > 1) this.#add(t("The same for {n} nodes in all; Undo takes it back for all of them.", { n: done }));
  }

  /** Says one more sentence. @param {string} text */
  #add(text) {
    const { caption } = this;
    this.caption = { ...caption, text: `${caption.text} ${text}` };
    this.changed("caption");
  }

  /** @param {number} client @param {import("../netsplit.js").Operation} operation */
  request(client, operation) {
    const lab = this.need();
    const parent = currentBranchOf(lab)?.name;
    const asked = this.accept(lab.request(client, operation), () => this.request(client, operation));
    if (asked) this.#acted(asked.value, parent);
  }

  /** @param {import("../netsplit.js").Acted} acted @param {string} [parent] the branch on which it was done */
  #acted(acted, parent) {
    if (acted.event) this.tellDeed(acted.event);
    if (acted.branched && parent !== undefined) this.#add(t("The old future is kept as {branch}.", { branch: parent }));
    const refusals = this.comparing?.refusals(acted);
    if (refusals && acted.event) this.#add(refusals);
    else if (refusals) this.say(refusals);
    this.moved();
    this.changed("branches");
    this.keepPlan();
  }

  fork() {
    const lab = this.need();
    const parent = currentBranchOf(lab)?.name;
    if (!this.accept(lab.fork())) return;
    this.moved();
    this.changed("branches");
    this.keepPlan();
    this.say(t("A new branch starts here: {branch}. {parent} is kept.", { branch: currentBranchOf(lab)?.name ?? "", parent: parent ?? "" }));
  }

  undo() {
    const lab = this.need();
    const before = currentBranchOf(lab);
    if (!this.accept(lab.undo(), () => this.undo())) return;
    this.tellLatest();
    this.moved();
    this.changed("branches");
    this.keepPlan();
    const after = currentBranchOf(lab);
    const left = new Set(after?.interventions.map((each) => each.n));
    const undone = before?.interventions.find((each) => !left.has(each.n));
    if (before && after && undone) {
      this.say(t("Undone: {what} The future with it is kept as {branch}.", { what: sentence(undone.text), branch: before.name }));
    }
  }

  /** @param {number} id */
  switchBranch(id) {
    if (!this.accept(this.need().switchBranch(id))) return;
    this.tellLatest();
    this.moved();
    this.changed("branches");
    this.keepPlan();
  }

  /** @param {number} id @param {string} name */
  renameBranch(id, name) {
    if (this.accept(this.need().renameBranch(id, name))) this.changed("branches");
  }
}
