// @ts-check
/** A comparison in the address: `?compare=A*B`, both branches as links. So it can be sent, and opened again. */
import { textOf } from "./link.js";

const PARAMETER = "compare";
const BETWEEN = "*";

/** @returns {string | null} what the address names */
export const linksIn = () => new URLSearchParams(location.search).get(PARAMETER);

/** @param {string} links @returns {[string, string]} both */
export function apart(links) {
  const [first = "", second = ""] = links.split(BETWEEN, 2);
  return [first, second];
}

/** @param {string | null} links @returns {string} the address with them */
export function address(links) {
  const url = new URL(location.href);
  if (links === null) url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, links);
  return url.href;
}

/** @param {import("./app.js").App} app both branches as links, without what every link begins with */
export async function linksOf({ lab }) {
  if (!lab) return null;
  const links = await Promise.all([textOf(lab.link()), textOf(lab.linkThere())]);
  return links.map((link) => link.slice(1)).join(BETWEEN);
}
