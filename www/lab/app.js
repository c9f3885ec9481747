// @ts-check
/**
 * The one place that owns the Lab: opens it, advances it once per animation frame, and is the only caller of what changes it. Here
 * is what it opens, from which address, and what becomes of it if that fails; each of its other trades is a file, and stands on
 * those before it: `app-frames.js` who is told of changes, `app-telling.js` the caption, `app-time.js` playing and seeking,
 * `app-acting.js` what is done by hand, `app-looking.js` view and selection. `app-waiting.js` says which of it waits for what of the wasm.
 *
 * The parts of the page read the Lab when they are told that something changed, and send their intentions here. One cursor,
 * one selection. While nothing plays, nothing is at work and nothing changed, no frame is asked for.
 *
 * What a run is (scenario, seed, link, event) is also kept here, outside of the wasm, so that it outlives a trap.
 *
 * @typedef {import("../netsplit.js").Lab} Lab
 * @typedef {import("../netsplit.js").EventRow} EventRow
 * @typedef {import("../netsplit.js").VerdictRow} VerdictRow
 * @typedef {import("../netsplit.js").ScenarioCard} ScenarioCard
 * @typedef {import("../netsplit.js").ScenarioText} ScenarioText
 * @typedef {import("../netsplit.js").SystemText} SystemText
 * @typedef {import("../netsplit.js").Action} Action
 * @typedef {import("../netsplit.js").ViewName} ViewName
 * @typedef {import("../netsplit.js").Provenance} Provenance
 *
 * @typedef {"open" | "moment" | "branches" | "caption" | "look" | "panel" | "mode" | "settings" | "failed"} Change
 *   open: another run; moment: the run or the cursor moved; look: view, selection or hover
 * @typedef {"inspect" | "events" | "properties" | "faults" | "rules"} Tab
 * @typedef {"islands" | "isolate" | "bridge" | "ring" | "one-way"} CutKind
 * @typedef {{ kind: CutKind, sides: Map<number, number> }} CutMode   sides: island number of each node; 2 is the bridge
 * @typedef {{ text: string, event: EventRow | null, verdict: VerdictRow | null }} Caption
 * @typedef {{ scenario: string, seed: string, link: Uint8Array | null, plan: object | null, event: number, branch: number, branches: Map<number, KeptBranch> }} Kept   scenario: empty if none tells it; plan: beside the link; branches: by number, each as it was left
 * @typedef {{ name: string, link: Uint8Array | null }} KeptBranch
 * @typedef {{ error: unknown, kept: Kept | null, loading: boolean, runs?: number, traces?: number }} Failure   runs, traces: how many others there were
 * @typedef {{ file: import("../netsplit.js").TraceFile, source: Blob, name: string, execution: number, event: number | null, beside?: { trace: OpenTrace, execution: number } | null, side?: number }} OpenTrace   a file of another program, as it is read and as it was; beside: what the execution is compared with; event: the selected one, of that if side is 1
 * @typedef {{ lab: Lab | null, kept: Kept, scenario: ScenarioText, hash: string, name: string, input: string }} Run   a run that was left and is kept, as a lab or as what makes one again; input: all of its plan but the interventions
 */
import { BETWEEN, formatAddress, HOME, formatLook, isCatalogue, isLink, parseAddress, parseLook } from "./address.js";
import { Looking } from "./app-looking.js";
import { waitForParts } from "./app-waiting.js";
import { Core, Stopped } from "./core.js";
import { keepInAddress, language, speak, t } from "./language.js";
import { resumeComparison } from "./on-demand.js";
import { refusal } from "./words.js";

/** Runs that are kept beside the open one; and so many of them as labs, whose memory they hold: the others are made again when they are wanted. */
const RUNS_MAX = 12;
const LABS_MAX = 2;
/** Traces that are kept. */
const TRACES_MAX = 6;

export class App extends Looking {
  /** Whether a scenario that is opened plays at once; a link never does. */
  opensPlaying = true;
  /** Parameters of the query that somebody else reads. @type {string[]} */
  readElsewhere = [];

  /** Counts the runs that were opened: tells one from another with the same names. */
  run = 0;
  /** The address that was opened last: what lies over the page has one of its own. */
  address = "";
  /** What could not be used of it. @type {import("./address.js").Problem[]} */
  problems = [];
  /** What the system tells of itself, with the rules that are broken. @type {SystemText | null} */
  system = null;

  /** Whether the open run comes from no address: from a file, or with other rules. */
  foundByHand = false;
  /** Whether this is the run that its link promised; null if it was not opened from one. @type {Provenance | null} */
  provenance = null;
  /** Whether back and forward are minded by the comparison itself: from the first one on. */
  followsComparison = false;
  /** The trace of another program that lies over the run, which keeps its place. @type {OpenTrace | null} */
  trace = null;
  /** All that were opened. @type {OpenTrace[]} */
  traces = [];

  /** How often was asked for what is done once, since something else was asked for. @type {Record<string, number>} */
  asked = {};
  /** How many of them wait. */
  waiting = 0;

  #instance = 0;
  /** @type {Core | null} */
  #core = null;
  /** @type {ScenarioCard[] | null} */
  #catalogue = null;

  constructor() {
    super();
    this.settings.addEventListener("change", () => {
      this.lab?.pauseOn("violation", this.settings.values.stopAtViolation);
      this.changed("settings");
      if (this.layout !== super.layout) void this.once("all", () => this.changed("settings"));
    });
    // Of every change of entries; `hashchange` comes only where the query is the same in both.
    addEventListener("popstate", ({ state }) => void this.#follow(state));
    // A link to another run is no reason to load the page again, whatever stands in the query by now.
    document.addEventListener("click", (event) => this.#followLink(event));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.playing) this.pause();
    });
  }

  /** The built-in scenarios, read when they are first wanted; none as long as the first load is all that is there. */
  get catalogue() {
    if (this.#core?.has("soon")) this.#catalogue ??= this.#core.scenarios();
    return this.#catalogue ?? [];
  }

  /** How nodes are arranged: as in the opening, until what arranges them otherwise is there. @override */
  get layout() {
    return this.has("all") ? super.layout : "ring";
  }

  /** A seed to try: an input of the run, and shown. */
  freshSeed() {
    return this.#core?.freshSeed() ?? "0";
  }

  /** Speaks another language from now on; whoever shows texts must be made anew. @param {import("./language.js").Lang} code */
  async speak(code) {
    const before = language();
    const core = this.#core;
    try {
      if (!(await speak(code))) throw new Error("its texts are missing");
      await core?.learn();
    } catch {
      await speak(before);
      return void this.say(t("The language cannot be loaded."));
    }
    this.settings.set("lang", code);
    keepInAddress();
    if (!core || core !== this.#core || !this.lab) return;
    this.lab.setLanguage(code);
    this.#catalogue = null;
    const scenario = await this.#toldOf(this.lab);
    if (core !== this.#core || !this.lab) return;
    if (scenario) this.scenario = scenario;
    this.system = this.lab.system();
    this.#title();
    const { event, verdict } = this.caption;
    const told = event && this.lab.events(event.n, event.n + 1).find((row) => row.n === event.n);
    if (told) this.tell(told);
    else if (!verdict) this.tellLatest();
    else this.tellViolation();
  }

  #title() {
    const title = this.trace?.name ?? this.scenario?.title;
    document.title = title ? `${title} - Netsplit` : "Netsplit";
  }

  // ---- opening

  /** Loads the wasm and opens what the address names. */
  async start() {
    // Fetched beside the wasm; every other address does without.
    if (isLink(location.hash)) void import("./link.js");
    try {
      await this.#load();
    } catch (error) {
      this.#fail(error);
      return;
    }
    const { look, problems } = this.#readLook();
    if (look.theme) this.settings.override("theme", look.theme);
    if (look.present) this.settings.override("present", true);
    if (look.level) this.level = look.level;
    const opened = new Promise((opened) => (this.#isOpen = opened));
    await this.#openAddress();
    // Somebody may have gone elsewhere meanwhile: then it is the look of what opens there.
    await opened;
    if (look.tab) this.openPanel(look.tab);
    void this.report(problems, look);
    await this.#lookAt(look);
    this.#lookRead = true;
    this.changed("look");
  }

  /**
   * Says what could not be used of the address, until something is done by hand.
   *
   * @param {import("./address.js").Problem[]} problems @param {import("./address.js").Look} [look] may ask for what the run does not have
   */
  async report(problems, look) {
    this.problems.push(...problems);
    if (this.problems.length === 0 && !look?.view && !look?.select) return;
    const loaded = await this.waitFor(import("./notice.js"));
    loaded?.value.showNotice(this, look);
  }

  /**
   * The address has become another: another entry of the history, or another hash. The look in the query belongs to the run
   * only where this page has written it there: whoever changes the hash alone leaves the look of the run before.
   *
   * @param {{ since?: number, run?: number } | null} state
   */
  async #follow(state) {
    const { look } = this.#readLook();
    const { hash } = location;
    if (isCatalogue(hash) || hash === this.address) return;
    // Another entry of the run that is open: what was done in it since stays.
    if (this.lab && state?.since === performance.timeOrigin && state.run === this.run) {
      this.#hash = this.address = hash;
      return;
    }
    await this.#openAddress();
    if (state?.since && this.addressed && hash === this.address) await this.#lookAt(look);
  }

  /** How the address wants a run to be looked at; what once stood in the query, and no server need see, goes where it belongs. */
  #readLook() {
    const read = parseLook(location.search, this.readElsewhere);
    const { compare } = read.look;
    if (compare) history.replaceState(history.state, "", `${location.pathname}${formatLook(location.search, { compare: null })}#${compare}`);
    return read;
  }

  /** Whether the address is that of the open run. */
  get addressed() {
    return this.#hash === this.address && this.address === location.hash;
  }

  /**
   * The link of the open run takes the place of its address.
   *
   * @param {string} hash
   * @param {{ state?: unknown, push?: boolean }} [entry] push: in an entry of its own
   */
  enterLink(hash, { state = history.state, push = false } = {}) {
    const address = location.pathname + location.search + hash;
    try {
      if (push) history.pushState(state, "", address);
      else history.replaceState(state, "", address);
      this.#hash = this.address = hash;
    } catch {
      // A browser that takes no more of them for now: the next one will do.
    }
  }

  /** What of a look belongs to the run. @param {import("./address.js").Look} look */
  async #lookAt({ view, select }) {
    if (select) this.select(select);
    const known = this.system?.views.find((each) => each === view);
    if (known) await this.setView(known);
  }

  #lookRead = false;
  /** Called when a run is open. @type {(value?: unknown) => void} */
  #isOpen = () => {};

  /** @override @param {Set<Change>} changes */
  drawing(changes) {
    if (this.lab && !this.failure && !this.busy) this.#opened();
    if (["open", "look", "panel", "settings"].some((change) => changes.has(/** @type {Change} */ (change)))) this.#writeLook();
  }

  /** Enters in the address how the run is looked at, as far as that is not what it would be by itself. */
  #writeLook() {
    if (!this.#lookRead) return;
    const { theme, present } = this.settings.values;
    const search = formatLook(location.search, {
      view: this.view === this.scenario?.view ? null : this.view,
      tab: this.tab,
      level: this.level === "story" ? null : this.level,
      theme: theme === "system" ? null : theme,
      select: this.selected,
      present: present ? "1" : null,
    });
    // Whose look it is.
    const mark = this.addressed ? { run: this.run, since: performance.timeOrigin } : {};
    const state = { ...history.state, ...mark };
    if (search === location.search && state.run === history.state?.run && state.since === history.state?.since) return;
    history.replaceState(state, "", `${location.pathname}${search}${location.hash}`);
  }

  /** @param {MouseEvent} event */
  #followLink(event) {
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    if (!anchor || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (anchor.target || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
    if (anchor.pathname !== location.pathname || anchor.hash.length < 2 || isCatalogue(anchor.hash)) return;
    event.preventDefault();
    this.#go(anchor.hash);
  }

  /** @param {string} hash */
  #go(hash) {
    if (hash === location.hash) void this.#openAddress();
    else location.hash = hash;
  }

  async #openAddress() {
    if (this.failure) return void (this.failure.loading || this.again("address"));
    this.address = isCatalogue(location.hash) ? "" : location.hash;
    this.problems = [];
    const hash = this.address;
    if (isLink(hash)) return this.#openLink(hash);
    const address = parseAddress(hash);
    const scenario = address.scenario ?? HOME;
    // All but the page's first run may need any of the wasm.
    const first = scenario === HOME && !this.lab;
    await this.once(!first ? "all" : address.seed === null ? null : "soon", async () => {
      if (!(await this.#open({ scenario, ...(address.seed === null ? {} : { seed: address.seed }) }))) await this.#openHome();
      void this.report(address.problems);
    });
    if (hash === this.address) await this.#openHome();
  }

  /**
   * Opens what an address names without a new entry in the history.
   *
   * @param {string} hash
   * @returns {Promise<boolean>} whether it is open; if not, the caption says why, and the lab is as it was
   */
  async replace(hash) {
    const { run, address } = this;
    const before = location.hash;
    history.replaceState(history.state, "", hash);
    const asked = location.hash;
    await this.#openAddress();
    // Where somebody has gone meanwhile, this one keeps away.
    if (location.hash !== asked) return false;
    if (this.run !== run) return true;
    history.replaceState(history.state, "", before || location.pathname + location.search);
    this.address = address;
    return false;
  }

  /** What is wrong with the address is said; if nothing is open, something opens all the same. */
  async #openHome() {
    if (this.lab !== null || this.failure) return;
    const { text } = this.caption;
    await this.#open({ scenario: HOME });
    void this.report([{ name: "", value: text }]);
  }

  /** @param {string} hash opens the run that a link carries, where it points; a bad link leaves the lab as it is */
  async #openLink(hash) {
    const [first = "", second] = hash.split(BETWEEN, 2);
    const unpacked = import("./link.js").then(({ packedOf }) => packedOf(first));
    const wanted = () => hash === this.address && !this.failure;
    const loaded = await this.waitFor(Promise.all([unpacked, this.loadRest("all", true)]), wanted);
    if (!wanted()) return;
    const packed = loaded?.value[0];
    if (packed && !packed.ok) this.say(refusal(packed.error));
    if (!packed?.ok || !(await this.#open({ link: packed.value }, { play: false }))) return this.#openHome();
    await this.#arrive();
    if (second && wanted()) resumeComparison(this, `#${second}`);
  }

  /** Waits until the run has got to its link's cursor, and says if it is not the one that was sent. */
  async #arrive() {
    const { lab } = this;
    if (!lab) return;
    // What was said on opening is no event: which run is kept. It stays.
    const said = this.caption.text !== "" && !this.caption.event;
    await lab.arrive();
    if (lab !== this.lab) return;
    this.provenance = lab.provenance();
    if (!said) this.tellLatest("everything");
    this.moved();
    this.changed("branches", "look");
    if (this.provenance?.text) this.say(this.provenance.text);
  }

  /**
   * Opens a scenario and enters it in the address.
   *
   * @param {string} scenario @param {string | null} [seed]
   */
  visit(scenario, seed = null) {
    this.#go(formatAddress(scenario, seed));
  }

  /**
   * Opens a run from a file: a plan, as Share saves it.
   *
   * @param {object} plan @param {string} name of the file
   * @returns {Promise<string | null | undefined>} why not; undefined if what it takes is missing, which is said
   */
  async openPlan(plan, name) {
    if (!this.#core) return null;
    const opened = this.#core.open({ plan });
    if (!opened.ok) return refusal(opened.error);
    const scenario = await this.#toldOf(opened.value);
    if (!scenario) return void opened.value.free();
    const kept = this.#leave();
    this.#hash = this.address;
    this.#adopt(opened.value, scenario);
    this.foundByHand = true;
    this.say([t("{file} is open, at its start.", { file: name }), ...(kept ? [t("The run before is kept, beside the branches.")] : [])].join(" "));
    document.title = `${name} - Netsplit`;
    return null;
  }

  // ---- traces of other programs

  /** @param {import("../netsplit.js").TraceOptions} options */
  beginTrace(options) {
    if (!this.#core) throw new Stopped("no lab is loaded");
    return this.#core.beginTrace(options);
  }

  /** @param {"parser" | "delimiter"} which @param {string} pattern what is wrong with it */
  checkPattern(which, pattern) {
    return this.#core?.checkPattern(which, pattern) ?? [];
  }

  /** @param {OpenTrace} trace one more under *Your files* */
  addTrace(trace) {
    this.traces.push(trace);
    if (this.traces.length > TRACES_MAX) this.traces.shift()?.file.free();
    void this.showTrace(trace);
  }

  /** @param {OpenTrace | null} trace shows it, or the lab's run again */
  async showTrace(trace) {
    if (trace) {
      const { showTraces } = await import("./foreign.js");
      if (!this.traces.includes(trace)) return;
      if (this.playing) this.pause();
      if (!this.#traced) showTraces(this);
      this.#traced = true;
    }
    this.trace = trace;
    this.#title();
    this.changed("open", "panel", "look");
  }

  #traced = false;

  /** @param {number | null} event */
  selectTraceEvent(event) {
    if (!this.trace) return;
    this.trace.event = event;
    this.changed("look");
  }

  /**
   * @param {import("./core.js").Source} source
   * @param {{ event?: number, play?: boolean }} [at]
   * @returns {Promise<boolean>} whether it is open; if not, it is said why
   */
  async #open(source, { event, play = this.opensPlaying && !this.settings.reducedMotion } = {}) {
    if (!this.#core) return false;
    const opened = this.#core.open(source);
    if (!opened.ok) {
      this.say(refusal(opened.error));
      return false;
    }
    const scenario = await this.#toldOf(opened.value);
    if (!scenario) {
      opened.value.free();
      return false;
    }
    const kept = this.#leave();
    this.#hash = this.address;
    this.#adopt(opened.value, scenario);
    if (kept) this.say(t("The run before is kept, beside the branches."));
    if (event !== undefined) void this.seekEvent(event);
    else if (play) this.play();
    this.#title();
    return true;
  }

  /** @param {Lab} lab @returns {Promise<ScenarioText | null | undefined>} what its scenario tells; nothing if that cannot be loaded, which is said */
  async #toldOf(lab) {
    const { run } = this;
    const core = this.#core;
    const told = lab.scenario() ?? (await this.waitFor(import("./untold.js")))?.value.untold(lab);
    // Where somebody has gone meanwhile, this one keeps away.
    return run === this.run && core === this.#core ? told : null;
  }

  /** Makes a lab the open one. @param {Lab} lab @param {ScenarioText} scenario */
  #adopt(lab, scenario) {
    this.trace = null;
    this.lab = lab;
    this.#isOpen();
    this.run += 1;
    this.scenario = scenario;
    this.system = lab.system();
    lab.pauseOn("violation", this.settings.values.stopAtViolation);
    this.foundByHand = false;
    this.kept = { scenario: scenario.id, seed: lab.seed(), link: null, plan: null, event: 0, branch: 0, branches: new Map() };
    this.provenance = lab.provenance();
    this.selected = this.hovered = this.cut = null;
    this.sight.reset();
    this.view = scenario.view;
    this.startAnew();
    this.countViolations();
    this.caption = { text: "", event: null, verdict: null };
    if (!this.busy) this.tellLatest();
    this.moved();
    this.keepPlan();
    this.changed("open", "branches", "look", "mode");
    this.#opening = true;
  }

  // ---- the runs before

  /** Runs that were left with something done by hand in them, newest last: one click leads back. @type {Run[]} */
  runs = [];
  #hash = "";

  /** Leaves the open run. What was done by hand in it is not lost. @param {boolean} [keep] in any case @returns whether it is kept */
  #leave(keep = false) {
    const { lab, kept, scenario, system } = this;
    if (lab && this.has("all")) this.keepPlan();
    this.lab = null;
    if (!lab || !kept || !scenario || !system) return false;
    lab.pause();
    lab.compare(null);
    const branches = lab.branches();
    if (!keep && branches.length < 2 && !branches[0]?.interventions.length) {
      lab.free();
      return false;
    }
    const broken = system.mutants.filter((mutant) => mutant.on).map((mutant) => mutant.id);
    const name = broken.length ? t("{scenario}, with {rules}", { scenario: scenario.title, rules: broken.join(", ") }) : scenario.title;
    this.runs.push({ lab, kept, scenario, hash: this.#hash, name, input: inputOf(lab.plan()) });
    if (this.runs.length > RUNS_MAX) this.runs.shift()?.lab?.free();
    for (const run of this.runs.filter((run) => run.lab && run.kept.link).slice(0, -LABS_MAX)) {
      run.lab?.free();
      run.lab = null;
    }
    return true;
  }

  /** @param {Run} run goes back to a run that was left; the one that is open is kept in its place */
  backTo(run) {
    if (!this.runs.includes(run)) return;
    const { kept } = run;
    const lab = run.lab ?? this.#made(kept);
    if (!lab) return;
    this.runs = this.runs.filter((each) => each !== run);
    this.#leave(true);
    lab.setLanguage(language());
    this.#adopt(lab, lab.scenario() ?? run.scenario);
    if (run.lab && this.kept) this.kept.branches = kept.branches;
    else void this.#regrow(kept);
    this.#hash = this.address = run.hash;
    if (location.hash !== run.hash) history.pushState(null, "", `${location.pathname}${location.search}${run.hash}`);
    this.#title();
  }

  /** @param {Kept} kept @returns {Lab | null} a lab of its own, where the run was left; if there is none, it is said why */
  #made({ scenario, link, plan }) {
    const sources = [link && { link }, plan && { plan, ...(scenario && { scenario }) }].filter((source) => source !== null);
    for (const [n, source] of sources.entries()) {
      const opened = this.#core?.open(source);
      if (opened?.ok) return opened.value;
      if (opened && n === sources.length - 1) this.say(refusal(opened.error));
    }
    return null;
  }

  /** Makes the other branches of a run again that was opened from what was kept. @param {Kept} kept */
  async #regrow(kept) {
    if (kept.branches.size < 2) return;
    const { lab } = this;
    const { regrow } = await import("./regrow.js");
    if (lab === this.lab) await regrow(this, kept);
  }

  /** The run has come to the moment at which it opens: on a slow machine some frames after it was opened. */
  #opened() {
    if (!this.#opening) return;
    this.#opening = false;
    if (this.caption.text === "") this.tellLatest();
    document.documentElement.dataset.lab = "ready";
  }

  #opening = false;

  // ---- failing

  async #load() {
    const core = await Core.load(this.#instance, (error, report) => {
      // An instance that was given up may still fall, when its memory is collected.
      if (core === this.#core) this.#fail(error, report);
    });
    this.#core = core;
  }

  /** @override @param {import("./core.js").Extent} extent */
  has(extent) {
    return this.#core?.has(extent) ?? false;
  }

  /** Loads what was put off of the wasm. @param {import("./core.js").Extent} extent @param {boolean} [wanted] whether somebody waits for it */
  async loadRest(extent, wanted) {
    if (!this.#core || this.has(extent)) return;
    await this.#core.loadRest(extent, wanted);
    if (this.lab && this.has(extent)) this.keepPlan();
    this.changed("look");
  }

  /**
   * Does what takes so much of the wasm once that is there: a call that has to load it by itself stands still meanwhile. Not, if
   * that cannot be loaded, which is said, or somebody has gone elsewhere.
   *
   * @template T
   * @param {import("./core.js").Extent | null} extent
   * @param {() => T} run
   * @param {() => boolean} [wanted]
   */
  once(extent, run, wanted = () => true) {
    const core = this.#core;
    if (!extent || !core || core.has(extent)) return run();
    const { address } = this;
    const still = () => core === this.#core && address === this.address && !this.failure && wanted();
    return this.waitFor(this.loadRest(extent, true), still).then((loaded) => (loaded ? run() : undefined));
  }

  /** @param {unknown} error @param {import("../netsplit.js").PanicReport | null} [report] the lab's last words */
  #fail(error, report = null) {
    const { failure } = this;
    if (failure) return;
    if (this.kept && report && report.seed === this.kept.seed) this.kept.event = report.event;
    const { runs, traces } = this;
    this.failure = { error, kept: this.kept, loading: this.#core === null, runs: runs.length, traces: traces.length };
    this.lab = this.trace = null;
    // Their labs are lost with the instance, what makes them again is not.
    this.runs = runs.filter(({ kept }) => kept.link ?? kept.plan);
    for (const run of runs) run.lab = null;
    this.traces = [];
    this.hovered = this.cut = null;
    document.documentElement.dataset.lab = "failed";
    this.changed("failed");
  }

  /**
   * After a trap: a fresh instance of the wasm with the same run, just before the event at which it stopped, or from
   * the scenario's opening, or what the address names by now.
   *
   * @param {"just-before" | "start" | "address"} where
   */
  async again(where) {
    const kept = this.failure?.kept ?? null;
    this.#instance += 1;
    try {
      await this.#load();
      // What opens next may need any of it, and so may all that is on the page already.
      if (kept) await this.loadRest("all", true);
    } catch (error) {
      this.failure = { error, kept, loading: true };
      this.changed("failed");
      return;
    }
    this.failure = null;
    this.changed("failed");
    if (!kept || where === "address") return this.#openAddress();
    const { scenario, link, plan } = kept;
    const source = link ? { link } : plan && { plan, ...(scenario && { scenario }) };
    if (source && (where === "just-before" || !scenario)) {
      const at = { event: where === "start" ? 0 : Math.max(0, kept.event - 1) };
      // What a link does not open, its plan does.
      const opened = (await this.#open(source, at)) || (link && plan && (await this.#open({ plan }, at)));
      if (opened) await this.#regrow(kept);
    } else {
      await this.#open({ scenario: kept.scenario, seed: kept.seed });
    }
  }

  /**
   * Opens a run of the same scenario, beside the open one, which is kept; it is looked at, and plays, as that did.
   *
   * @param {import("./core.js").Source} source
   * @returns {boolean} whether it is open; if not, it is said why
   */
  openBeside(source) {
    const { scenario, view } = this;
    const { playing, speed, by_event } = this.need().cursor();
    const opened = this.accept(/** @type {Core} */ (this.#core).open(source));
    if (!opened || !scenario) return false;
    this.#leave(true);
    this.#adopt(opened.value, scenario);
    this.foundByHand = true;
    void this.setView(view);
    opened.value.setSpeed(speed);
    if (by_event) opened.value.playByEvent();
    if (playing) this.play();
    return true;
  }
}

waitForParts(App.prototype);

/** @param {object} plan what tells one run from another, whatever was done by hand in it */
export const inputOf = (plan) => JSON.stringify({ ...plan, interventions: [] });
