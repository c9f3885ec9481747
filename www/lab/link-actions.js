// @ts-check
/**
 * A link between two nodes: what it is at the cursor, in both directions, and what can be done to it.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").Link} Link
 */
import { t } from "./language.js";
import { openMenu } from "./menu.js";

/** @param {string | null} id as the lab names it: `link:0:1` @returns {Link | null} */
export function linkOf(id) {
  const [, from, to] = /^link:(\d+):(\d+)$/.exec(id ?? "") ?? [];
  return from === undefined ? null : [Number(from), Number(to)];
}

/** @param {App} app @param {Link} link */
const directions = (app, [a, b]) => app.lab?.links().filter(({ from, to }) => (from === a && to === b) || (from === b && to === a)) ?? [];

/** @param {App} app @param {number} id */
const nameOf = (app, id) => app.system?.nodes.find((node) => node.id === id)?.name ?? String(id);

/** @param {App} app @param {Link} link @returns {{ name: string, spoken: string[] }} its ends, and what is wrong with it */
export function toldLink(app, link) {
  const [a, b] = link.map((id) => nameOf(app, id));
  const spoken = directions(app, link).map((row) => row.spoken);
  return { name: t("{a} and {b}", { a: a ?? "", b: b ?? "" }), spoken: spoken.length ? spoken : [t("Nothing is wrong with this link.")] };
}

/** @param {App} app @param {Link} link @returns {import("./menu.js").Item[]} */
export function linkActions(app, link) {
  const [a, b] = link;
  /** @type {Link[]} */
  const both = [[a, b], [b, a]];
  const rows = directions(app, link);
  const cut = rows.filter((row) => row.cut);
  const clogged = rows.some((row) => row.clogged_until_us !== null);
  const held = rows.some((row) => row.held);
  const way = (/** @type {Link} */ [from, to]) => ({ from: nameOf(app, from), to: nameOf(app, to) });
  return [
    ...(cut.length < 2 ? [{ label: t("Cut this link"), run: () => app.act({ cut: { links: both } }) }] : []),
    ...(cut.length === 0 ? both.map((one) => ({ label: t("Cut from {from} to {to}", way(one)), run: () => app.act({ cut: { links: [one] } }) })) : []),
    ...(cut.length > 0 || clogged ? [{ label: t("Mend this link"), run: () => app.act({ heal: both }) }] : []),
    held ? { label: t("Release"), run: () => app.act({ release: both }) } : { label: t("Hold"), run: () => app.act({ hold: both }) },
  ];
}

/** @param {App} app @param {string} id as the lab names it @param {DOMRect} at */
export function openLinkActions(app, id, at) {
  const link = linkOf(id);
  if (link) openMenu(toldLink(app, link).name, [...linkActions(app, link), { label: t("Inspect"), run: () => app.openPanel("inspect") }], at);
}
