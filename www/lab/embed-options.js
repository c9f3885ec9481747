// @ts-check
/**
 * What the query of an embed asks for: `?story=1&actions=1&views=1&theme=dark&lang=de&picture=raft/leader-crash`, and
 * `&parent=https://course.example` for a page that talks to it, `&slides=1` for one of slides. The run itself stands behind `#`, as everywhere.
 *
 * @typedef {object} EmbedOptions
 * @property {boolean} story with the scenario's question and steps
 * @property {boolean} actions with the row of what can be broken
 * @property {boolean} views with the choice of views
 * @property {string | null} parent origin of the one page that may send messages and gets them
 * @property {boolean} slides plays while the slide that it stands on is shown
 * @property {string | null} picture the scenario whose picture stands there before Play
 * @property {string | null} theme `light` or `dark`, or as the system wants it
 * @property {string[]} wrong names of parameters whose value cannot be used
 */
import { HOME, isLink, parseAddress } from "./address.js";

/** Parameters that the lab leaves to its embed. */
export const NAMES = ["story", "actions", "views", "parent", "slides", "picture"];

/** @param {string} search @param {string} hash @returns {EmbedOptions} */
export function readOptions(search, hash) {
  const query = new URLSearchParams(search);
  /** @type {string[]} */
  const wrong = [];
  /** @param {string} name @param {(value: string) => boolean} fits */
  const read = (name, fits) => {
    const values = query.getAll(name);
    const value = values.length === 1 && fits(values[0] ?? "") ? values[0] : null;
    if (values.length > 0 && value === null) wrong.push(name);
    return value ?? null;
  };
  const flag = (/** @type {string} */ name) => read(name, (value) => value === "0" || value === "1") === "1";
  const theme = query.get("theme");
  return {
    story: flag("story"),
    actions: flag("actions"),
    views: flag("views"),
    parent: read("parent", isOrigin),
    slides: flag("slides"),
    picture: read("picture", isId) ?? pictured(hash),
    theme: theme === "light" || theme === "dark" ? theme : null,
    wrong,
  };
}

/** @param {string} hash @returns {string | null} the scenario that it names; a link does not say of which one it is */
function pictured(hash) {
  if (isLink(hash)) return null;
  const { scenario } = parseAddress(hash);
  return scenario === null ? HOME : isId(scenario) ? scenario : null;
}

/** @param {string} text */
const isId = (text) => /^[a-z0-9-]{1,40}(\/[a-z0-9-]{1,80})?$/.test(text);

/** @param {string} text scheme, host and port of a page, and nothing else */
export function isOrigin(text) {
  try {
    const url = new URL(text);
    return url.origin === text && (url.protocol === "https:" || url.protocol === "http:");
  } catch {
    return false;
  }
}
