// @ts-check
/**
 * What the App is asked for that the page's opening goes without, and how much of the wasm that takes: asked for early, over a
 * slow line, it is done as soon as that is there, and the run plays on meanwhile.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./core.js").Extent} Extent
 */

/** What is done by hand beside the stage; the opening has what the story's first step takes. */
const ACTIONS = ["restart", "cut", "heal"];

/** @type {Record<string, Extent | ((asked: any) => Extent | null)>} */
const TAKES = {
  act: (action) => {
    const [name = ""] = typeof action === "string" ? [action] : Object.keys(action);
    return name === "crash" ? null : ACTIONS.includes(name) ? "actions" : "all";
  },
  actAll: "all",
  request: "actions",
  setCut: "actions",
  fork: "all",
  undo: "all",
  switchBranch: "all",
  renameBranch: "soon",
  backTo: "all",
  openPlan: "all",
  step: (kind) => (kind === "event" ? null : "all"),
  stepBack: "all",
  seekTime: "all",
  seekEvent: "all",
  playByEvent: "all",
  playUntilStep: "all",
  setView: (view) => (view === "cluster" ? null : "all"),
};
/** Of these only what was asked for last is done: but one on which something else stands is done before that. */
const LAST = new Set(["setView", "seekTime", "seekEvent", "switchBranch", "openPlan"]);

/** @param {App} prototype whose methods wait from now on for what they take */
export function waitForParts(prototype) {
  /** @type {Record<string, (...args: unknown[]) => unknown>} */
  const methods = /** @type {any} */ (prototype);
  for (const [name, takes] of Object.entries(TAKES)) {
    const run = methods[name];
    if (!run) throw new Error(name);
    /** @this {App} @param {unknown[]} args */
    methods[name] = function (...args) {
      const { lab } = this;
      const asked = LAST.has(name) ? this.asked : (this.asked = {});
      const n = (asked[name] = (asked[name] ?? 0) + 1);
      const wanted = () => lab === this.lab && n === asked[name];
      const own = typeof takes === "function" ? takes(args[0]) : takes;
      // What is done by hand stays in its order: behind what waits, everything does.
      const extent = this.waiting > 0 && !LAST.has(name) ? "all" : own;
      let begun = false;
      this.waiting += 1;
      const done = this.once(
        extent,
        () => {
          begun = true;
          this.waiting -= 1;
          return run.apply(this, args);
        },
        wanted,
      );
      if (!begun) void Promise.resolve(done).then(() => begun || (this.waiting -= 1), () => {});
      return done;
    };
  }
}
