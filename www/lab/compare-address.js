// @ts-check
/**
 * A comparison in the address: `#A*B`, both branches as links, where no server sees them. So it can be sent, and opened again.
 * The page once wrote `?compare=A*B`, which `app.js` still reads.
 */
import { BETWEEN, isLink } from "./address.js";
import { textOf } from "./link.js";

/** @returns {string | null} both links, if the address names a comparison */
export const linksIn = () => (isLink(location.hash) && location.hash.includes(BETWEEN) ? location.hash : null);

/** @returns {string} the address of the first branch alone */
export const alone = () => location.hash.split(BETWEEN, 1)[0] ?? "";

/** @param {import("./app.js").App} app @returns {Promise<string | null>} the address of what is compared now */
export async function linksOf({ lab }) {
  if (!lab) return null;
  const [here, there] = [lab.link(), lab.linkThere()];
  // A run that no link carries has no address.
  if (!here.ok || !there) return null;
  const links = await Promise.all([textOf(here.value), textOf(there)]);
  return `${links[0]}${BETWEEN}${links[1].slice(1)}`;
}
