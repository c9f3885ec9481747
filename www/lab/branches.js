// @ts-check
/** Reading the tree of branches. */

/** @param {import("../netsplit.js").Lab} lab */
export const currentBranchOf = (lab) => lab.branches().find((branch) => branch.current);
