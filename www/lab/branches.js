// @ts-check
/**
 * Reading the tree of branches: each carries all that was done on it, so that it is read once for everybody who is told of a change.
 *
 * @typedef {import("../netsplit.js").Lab} Lab
 */

/** As they were read last. @type {WeakMap<Lab, import("../netsplit.js").Branch[]>} */
const read = new WeakMap();

/** @param {Lab} lab */
export function branchesOf(lab) {
  const { branch } = lab.cursor();
  let branches = read.get(lab);
  if (!branches?.some(({ id, current }) => current && id === branch)) read.set(lab, (branches = lab.branches()));
  return branches;
}

/** What was read is no longer so. @param {Lab} lab */
export const forgetBranches = (lab) => read.delete(lab);

/** @param {Lab} lab */
export const currentBranchOf = (lab) => branchesOf(lab).find((branch) => branch.current);

/** A short name of a branch, the same wherever it is shown: A is the original. @param {number} id @returns {string} */
export const letterOf = (id) => (id < 26 ? "" : letterOf(Math.floor(id / 26) - 1)) + String.fromCharCode(65 + (id % 26));
