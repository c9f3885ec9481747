// @ts-check
/**
 * What the page does without until somebody asks for it: modules that are loaded when they are first wanted or, once the lab
 * lives and nothing else is to do, ahead of that. The first load has a budget (`tests/page/load.test.mjs`): whoever adds a
 * dialog, a tab or a tool enters it here, and imports it nowhere else.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./app.js").Tab} Tab
 */
/** The contents of the panel, each an element of its own; for traces of other programs, all of them in one module. */
const TABS = {
  inspect: () => import("./inspect.js"),
  events: () => import("./events.js"),
  properties: () => import("./properties.js"),
  faults: () => import("./faults.js"),
  rules: () => import("./rules.js"),
};

const cutting = () => import("./cut-bar.js");
const request = () => import("./request.js");
const foreign = () => import("./foreign.js");
const faultGroups = () => import("./fault-groups.js");
const failureSearch = () => import("./failure-search.js");
const gestures = () => import("./gestures.js");
const nodeActions = () => import("./node-actions.js");
const linkActions = () => import("./link-actions.js");
const branches = () => import("./branch-tree.js");
const compare = () => import("./compare.js");
const spaceTime = () => import("./space-time.js");
const why = () => import("./why.js");
const display = () => import("./display.js");
const help = () => import("./help.js");
const print = () => import("./print.js");
/** These two are rarely wanted by somebody who has just come: only on demand. */
const catalogue = () => import("./catalogue.js");
const share = () => import("./share.js");
const openFile = () => import("./open-file.js");
const traces = () => import("./foreign-open.js");

/** The rest of the wasm is asked for again after so long. */
const AGAIN_MS = 30_000;

/** What does with the first part of the wasm, what with those that actions take, and what with those that come soon after them; all else may need any of it. @type {Set<() => Promise<unknown>>} */
const OF_OPENING = new Set([gestures, nodeActions, display, help]);
/** @type {Set<() => Promise<unknown>>} */
const OF_ACTIONS = new Set([cutting, request, TABS.faults, linkActions]);
/** @type {Set<() => Promise<unknown>>} */
const OF_SOON = new Set([TABS.inspect, TABS.events, TABS.properties, TABS.rules, branches, catalogue, why]);

/** @param {App} app @param {(module: typeof import("./cut-bar.js")) => void} then can cut the network by hand */
export const forCutting = (app, then) => void use(app, cutting, then, here(app));

/** @param {App} app starts cutting the network by hand */
export const startCut = (app) => forCutting(app, (module) => module.startCut(app));

/** @param {App} app @param {number} [client] */
export const openRequest = (app, client) => void use(app, request, (module) => module.openRequest(app, client), here(app));

/** @param {App} app @param {Tab | "foreign"} tab @param {() => void} then called when its element is defined: an earlier one would run before its module */
export const loadTab = (app, tab, then) => void use(app, tab === "foreign" ? foreign : TABS[tab], then);

/** @param {App} app @param {(module: typeof import("./fault-groups.js")) => void} then */
export const loadFaultGroups = (app, then) => void use(app, faultGroups, then);

/** @param {App} app @param {(module: typeof import("./failure-search.js")) => void} then */
export const loadFailureSearch = (app, then) => void use(app, failureSearch, then, here(app));

/** @param {App} app @param {() => void} then called when `<netsplit-space-time>` is defined */
export const loadDiagram = (app, then) => void use(app, spaceTime, then);

/** @param {App} app @param {() => void} then called when `<netsplit-branches>` is defined */
export const loadBranches = (app, then) => void use(app, branches, then);

/** @param {App} app @param {number} branch puts this one beside the current one */
export const compareWith = (app, branch) => void use(app, compare, (module) => module.compareWith(app, branch), here(app));

/** @param {App} app @param {string} link of what is compared with the open run */
export const resumeComparison = (app, link) => void use(app, compare, (module) => module.resumeComparison(app, link), here(app));

/** @param {App} app @param {string} id @param {DOMRect} at what can be done to it, as the lab names it */
export const openActions = (app, id, at) => void use(app, nodeActions, (module) => module.openActions(app, id, at), here(app));

/** @param {App} app @param {string} id @param {DOMRect} at what can be done to a link, as the lab names it */
export const openLinkActions = (app, id, at) => void use(app, linkActions, (module) => module.openLinkActions(app, id, at), here(app));

/** @param {App} app @param {import("../netsplit.js").EventRow} event */
export const openWhy = (app, event) => void use(app, why, (module) => module.openWhy(app, event), here(app));

/** @param {App} app @param {File} file */
export const openDropped = (app, file) => void use(app, openFile, (module) => module.openDropped(app, file));

/** @param {App} app @param {(module: typeof import("./foreign-open.js")) => void} then can open traces of other programs */
export const forTraces = (app, then) => void use(app, traces, then);

/** @param {App} app */
export const openDisplay = (app) => void use(app, display, (module) => module.openDisplay(app));

/** @param {App} app */
export const openHelp = (app) => void use(app, help, (module) => module.openHelp());

/** @param {App} app */
export const openCatalogue = (app) => void use(app, catalogue, (module) => module.openCatalogue(app));

/** @param {App} app */
export const followCatalogue = (app) => void use(app, catalogue, (module) => module.followCatalogue(app));

/** @param {App} app */
export const openShare = (app) => void use(app, share, (module) => module.openShare(app));

/** @param {App} app @param {import("../netsplit.js").VerdictRow} verdict */
export const openShortest = (app, verdict) => void use(app, failureSearch, (module) => void module.shortestRun(app, verdict), here(app));

/** @param {App} app @returns {() => boolean} whether what is open now is open still */
function here(app) {
  const { lab } = app;
  return () => lab === app.lab;
}

/**
 * Loads a module, with what it needs of the wasm, and does something with it; if it cannot be loaded, that is said, and the next
 * time tries again.
 *
 * @template M
 * @param {App} app
 * @param {() => Promise<M>} load
 * @param {(module: M) => void} run
 * @param {() => boolean} [wanted] whether it is still
 */
async function use(app, load, run, wanted) {
  const extent = OF_ACTIONS.has(load) ? "actions" : OF_SOON.has(load) ? "soon" : "all";
  const rest = OF_OPENING.has(load) ? null : app.loadRest(extent, true);
  const loaded = await app.waitFor(Promise.all([load(), rest]), wanted);
  if (loaded) run(loaded.value[0]);
}

/** @param {App} app loads what is likely to be wanted next, once the lab lives */
export function loadAhead(app) {
  const stop = app.on(["open", "moment"], () => {
    if (document.documentElement.dataset.lab !== "ready") return;
    stop();
    idle(async () => {
      await restOf(app);
      // An embed keeps the address that its page gave it.
      if (!("embed" in document.documentElement.dataset)) (await import("./run-address.js")).followRun(app);
      const { preparePrint } = await print();
      preparePrint(app);
      for (const load of [cutting, request, gestures, branches, nodeActions, why, ...Object.values(TABS), faultGroups, display, help]) await load();
    });
  });
}

/** @param {App} app loads all of the wasm: what fails is tried again when the connection is back, or after a while */
async function restOf(app) {
  for (;;) {
    try {
      await app.loadRest("actions");
      await app.loadRest("soon");
      return await app.loadRest("all");
    } catch {
      await new Promise((again) => {
        addEventListener("online", again, { once: true });
        setTimeout(again, AGAIN_MS);
      });
    }
  }
}

/** @param {() => Promise<void>} run what fails here is tried again when it is wanted */
function idle(run) {
  const quietly = () => void run().catch(() => {});
  if (typeof requestIdleCallback === "function") requestIdleCallback(quietly, { timeout: 3000 });
  else setTimeout(quietly, 500);
}
