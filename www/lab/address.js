// @ts-check
/**
 * The address says in words what is open: `#raft/leader-crash?seed=7`.
 *
 * @typedef {object} Address
 * @property {string | null} scenario its id, or null where none is named
 * @property {string | null} seed decimal digits, or null for the scenario's own
 * @property {string[]} problems what could not be understood, a sentence each
 */
import { t } from "./language.js";

const SEED_MAX = 2n ** 64n - 1n;

/** The address of the catalogue, which lies over the page and leaves the run alone. */
export const CATALOGUE = "#scenarios";

/** @param {string} hash */
export const isCatalogue = (hash) => hash === CATALOGUE || hash.startsWith(`${CATALOGUE}?`);

/** @param {string} hash @returns {Address} */
export function parseAddress(hash) {
  const text = hash.replace(/^#/, "");
  const [path = "", query = ""] = text.split("?", 2);
  /** @type {Address} */
  const address = { scenario: decode(path) || null, seed: null, problems: [] };
  for (const [name, value] of new URLSearchParams(query)) {
    if (name !== "seed") {
      address.problems.push(t("The address names {name}, which the lab does not know; the rest of it is used.", { name }));
    } else if (/^\d{1,20}$/.test(value) && BigInt(value) <= SEED_MAX) {
      address.seed = value;
    } else {
      address.problems.push(t("The seed {seed} is not a whole number from 0 to {max}; the scenario's own is used.", { seed: value, max: String(SEED_MAX) }));
    }
  }
  return address;
}

/** @param {string} scenario @param {string | null} seed */
export function formatAddress(scenario, seed) {
  return `#${scenario}${seed === null ? "" : `?seed=${seed}`}`;
}

/** @param {string} scenario a link to it that is one for every reader: with its path, it is no jump within the page */
export function linkTo(scenario) {
  return `${location.pathname}${location.search}${formatAddress(scenario, null)}`;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
