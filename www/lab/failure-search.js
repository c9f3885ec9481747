// @ts-check
/**
 * A search for a failure: from here the run goes on in many ways, in a lab beside the page's own. Each try has other faults, of
 * the kinds that a protocol ought to survive: crashes, pauses, cuts, lost and late messages, early timers. Which, is drawn from
 * the number of the try, so that the same search finds the same. It ends with the first property that falls.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./app.js").Lab} Lab
 * @typedef {import("../netsplit.js").Action} Action
 * @typedef {{ tries: number, events: number }} Effort
 * @typedef {{ link: Uint8Array, effort: Effort }} Found
 */

/** After so many tries a lab is opened anew: it keeps each as a branch. */
const TRIES_A_LAB = 20;
/** How far a try goes: to the scenario's end, within bounds, microseconds. */
const AHEAD_US = { least: 2_000_000, most: 60_000_000 };
const ACTIONS = { least: 3, most: 12 };
/** After so long the page has its turn, milliseconds. */
const SLICE_MS = 25;
const LOSS_PPM = 300_000;
const LATE_US = 200_000;

/**
 * @param {App} app @param {{ from: number, to: number }} numbers of the tries
 * @param {(effort: Effort) => boolean} goOn called now and then
 * @returns {Promise<Found | Effort>}
 */
export async function searchFrom(app, { from, to }, goOn) {
  const link = app.need().link();
  const effort = { tries: 0, events: 0 };
  let since = performance.now();
  for (let n = from; n < to; n += TRIES_A_LAB) {
    const lab = await apart(app, link);
    if (!lab) return effort;
    try {
      const start = startOf(lab, app.scenario?.end_us ?? 0);
      for (let k = n; k < Math.min(to, n + TRIES_A_LAB); k++) {
        const failed = await tryOnce(lab, start, random(k));
        effort.tries += 1;
        effort.events += lab.cursor().events - start.event;
        if (failed) return { link: lab.link(), effort };
        if (performance.now() - since < SLICE_MS) continue;
        await new Promise((turn) => setTimeout(turn));
        if (!goOn(effort)) return effort;
        since = performance.now();
      }
    } finally {
      lab.free();
    }
  }
  return effort;
}

/** @param {App} app @param {Uint8Array} link @returns {Promise<Lab | null>} the run of a link, where it points */
async function apart(app, link) {
  const opened = app.openApart({ link });
  if (!opened?.ok) return null;
  await opened.value.arrive();
  return opened.value;
}

/** Where a search begins, and what has fallen before. @param {Lab} lab @param {number} end_us where the scenario ends */
function startOf(lab, end_us) {
  const { event, at_us } = lab.cursor();
  const system = lab.system();
  return {
    event,
    at_us,
    ahead_us: Math.min(AHEAD_US.most, Math.max(AHEAD_US.least, end_us - at_us)),
    servers: system?.nodes.filter((node) => !node.client).map((node) => node.id) ?? [],
    clients: system?.nodes.filter((node) => node.client).map((node) => node.id) ?? [],
    writes: system?.verbs.includes("put") ?? false,
    fallen: new Set(fallen(lab)),
  };
}

/** @param {Lab} lab @returns {string[]} ids of the properties that are violated */
const fallen = (lab) => lab.verdicts().filter(({ status }) => status === "violated").map(({ property }) => property);

/** @param {Lab} lab @param {ReturnType<typeof startOf>} start @param {Random} random @returns {Promise<boolean>} whether something has fallen */
async function tryOnce(lab, start, random) {
  await lab.seekEvent(start.event);
  const kinds = FAULTS.filter(() => random() < 0.5);
  const count = ACTIONS.least + Math.floor(random() * (ACTIONS.most - ACTIONS.least + 1));
  const gap_us = start.ahead_us / (count + 1);
  for (let n = 0; n <= count; n++) {
    const action = n < count ? one(kinds, random)?.(lab, start, random) : undefined;
    // What is refused is no fault of this moment: the next one may be.
    if (action) lab.act(action);
    // Somewhere between two moments, and the rest of the time at the end.
    const to_us = n < count ? lab.cursor().at_us + 2 * gap_us * random() : start.at_us + start.ahead_us;
    await lab.seekTime(Math.round(Math.max(to_us, lab.cursor().at_us)));
    if (fallen(lab).some((property) => !start.fallen.has(property))) return true;
  }
  return false;
}

/** @typedef {(lab: Lab, start: ReturnType<typeof startOf>, random: Random) => Action | undefined} Draw */

/** A kind of fault each, as it fits the moment: what was broken may be mended. @type {Draw[]} */
const FAULTS = [
  (lab, { servers }, random) => {
    const node = lab.node(one(servers, random) ?? 0);
    if (node?.status === "crashed" || node?.status === "halted") return { restart: { node: node.id, empty: false } };
    return node ? { crash: node.id } : undefined;
  },
  (lab, { servers }, random) => {
    const node = lab.node(one(servers, random) ?? 0);
    return node?.status === "paused" ? { resume: node.id } : node?.status === "running" ? { pause: node.id } : undefined;
  },
  (lab, { servers }, random) => {
    if (lab.cuts().length > 0 && random() < 0.6) return { heal: [] };
    const island = servers.filter(() => random() < 0.5);
    return island.length > 0 && island.length < servers.length ? { cut: { islands: [island] } } : { cut: { isolate: one(servers, random) ?? 0 } };
  },
  (lab, _, random) => (lab.links().length > 0 && random() < 0.5 ? "reset-channels" : { channel: { select: {}, set: { loss_ppm: LOSS_PPM } } }),
  (lab, _, random) => {
    const message = one(lab.messages(), random);
    const act = one(/** @type {const} */ (["drop", "duplicate", "late"]), random) ?? "drop";
    return message && { message: { message: message.id, act: act === "late" ? { delay: LATE_US } : act } };
  },
  (lab, { servers }, random) => {
    const timer = one(lab.node(one(servers, random) ?? 0)?.timers ?? [], random);
    return timer && { choose: timer.item };
  },
  (_, { clients, writes }, random) => {
    const client = one(clients, random);
    return writes && client !== undefined ? { request: { client, operation: { verb: "put", key: "x", args: [Math.floor(random() * 1000)] } } } : undefined;
  },
];

/** @typedef {() => number} Random   from 0 to 1 */

/** @template T @param {readonly T[]} list @param {Random} random @returns {T | undefined} */
const one = (list, random) => list[Math.floor(random() * list.length)];

/** Draws that are the same for the same number. @param {number} seed @returns {Random} */
function random(seed) {
  let state = (seed + 1) * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
