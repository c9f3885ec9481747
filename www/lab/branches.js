// @ts-check
/** Reading the tree of branches. */

/** @param {import("../netsplit.js").Lab} lab */
export const currentBranchOf = (lab) => lab.branches().find((branch) => branch.current);

/** A short name of a branch, the same wherever it is shown: A is the original. @param {number} id @returns {string} */
export const letterOf = (id) => (id < 26 ? "" : letterOf(Math.floor(id / 26) - 1)) + String.fromCharCode(65 + (id % 26));
