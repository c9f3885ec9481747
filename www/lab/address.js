// @ts-check
/**
 * The address. Behind `#` stands what is open: in words (`#raft/leader-crash?seed=7`), or a link that carries a whole run
 * (`#v1....`, see link.js), or two that are compared (`#v1....*v1....`). Behind `?` stands how it is looked at: `?view=log&tab=events&theme=dark&level=protocol`.
 *
 * @typedef {object} Address
 * @property {string | null} scenario its id, or null where none is named
 * @property {string | null} seed decimal digits, or null for the scenario's own
 * @property {Problem[]} problems
 *
 * @typedef {{ name: string, value?: string, known?: readonly string[] }} Problem   of an address: a name that nobody knows, or what
 *   stands there in place of a known value; `notice.js` says it
 *
 * @typedef {import("./app.js").Tab} Tab
 * @typedef {import("../netsplit.js").Level} Level
 *
 * @typedef {object} Look
 * @property {string | null} view
 * @property {Tab | null} tab
 * @property {Level | null} level
 * @property {"light" | "dark" | null} theme
 * @property {string | null} select
 * @property {"1" | null} present as in a lecture hall
 * @property {string} [compare] two branches as links, as the page once wrote them: now they stand behind `#`
 */
/** The scenario that opens where none is named. */
export const HOME = "raft/leader-crash";
export const SEED_MAX = 2n ** 64n - 1n;
/** What the query may say; an empty list means any text. @type {Record<string, string[]>} */
const LOOKS = {
  view: ["cluster", "log", "leases", "requests", "plot", "space-time"],
  tab: ["inspect", "events", "properties", "faults", "rules"],
  level: ["story", "protocol", "everything"],
  theme: ["light", "dark"],
  select: [],
  present: ["1"],
  compare: [],
};

/** Between the links of two branches that are compared. */
export const BETWEEN = "*";

/** @param {string} hash whether it is a link that carries a run */
export const isLink = (hash) => /^#v\d+\./.test(hash);

/** The address of the catalogue, which lies over the page and leaves the run alone. */
export const CATALOGUE = "#scenarios";

/** @param {string} hash */
export const isCatalogue = (hash) => hash === CATALOGUE || hash.startsWith(`${CATALOGUE}?`);

/** @param {string} hash @returns {Address} */
export function parseAddress(hash) {
  const text = hash.replace(/^#/, "");
  const [, path = "", query = ""] = /^([^?]*)\??(.*)/s.exec(text) ?? [];
  /** @type {Address} */
  const address = { scenario: decode(path) || null, seed: null, problems: [] };
  for (const [name, value] of new URLSearchParams(query)) {
    if (name !== "seed") {
      address.problems.push({ name });
    } else if (/^\d{1,20}$/.test(value) && BigInt(value) <= SEED_MAX) {
      address.seed = value;
    } else {
      address.problems.push({ name, value });
    }
  }
  return address;
}

/**
 * @param {string} search
 * @param {string[]} [elsewhere] parameters that somebody else reads
 * @returns {{ look: Look, problems: Problem[] }}
 */
export function parseLook(search, elsewhere = []) {
  /** @type {Record<string, string | null>} */
  const look = { view: null, tab: null, level: null, theme: null, select: null, present: null };
  /** @type {Problem[]} */
  const problems = [];
  for (const [name, value] of new URLSearchParams(search)) {
    // The language is read before anything is said: see language.js.
    if (name === "lang" || elsewhere.includes(name)) continue;
    const known = Object.hasOwn(LOOKS, name) ? LOOKS[name] : undefined;
    if (!known) problems.push({ name });
    else if (known.length === 0 || known.includes(value)) look[name] = value;
    else problems.push({ name, value, known });
  }
  return { look: /** @type {any} */ (look), problems };
}

/**
 * The query with another look; parameters that the lab does not know stay as they are.
 *
 * @param {string} search @param {Partial<Look> | { compare: null }} look null: as it is by itself
 */
export function formatLook(search, look) {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(look)) {
    // In this order, whatever came first.
    query.delete(name);
    if (value !== null) query.append(name, value);
  }
  const text = query.toString().replaceAll("%3A", ":");
  return text && `?${text}`;
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
