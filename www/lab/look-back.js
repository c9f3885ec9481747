// @ts-check
/** What was so before an event: read in a lab beside the page's own, which plays the run up to there. */

/** More events would take too long for what is looked at in passing. */
const EVENTS_MAX = 20_000;

/**
 * @param {import("./app.js").App} app @param {number} node @param {number} n events before the one that is asked about
 * @returns {Promise<import("../netsplit.js").NodeRow | null>} the node then; null if that cannot be had
 */
export async function nodeBefore(app, node, n) {
  if (n > EVENTS_MAX) return null;
  const opened = app.openApart({ link: app.need().link() });
  if (!opened?.ok) return null;
  const lab = opened.value;
  try {
    const reached = await lab.seekEvent(n);
    return reached.ok ? lab.node(node) : null;
  } finally {
    lab.free();
  }
}
