// @ts-check
/**
 * The way to the wasm: loads it, opens runs in it, and notices when it stops.
 *
 * A panic reports itself, wherever it happens: in a call, in a later slice of a promise, in a finalizer. Every call of a Lab
 * is total, so whatever is thrown by one is a trap, too. After either that instance is lost: it is reported once, no call
 * reaches it any more, the promises that it owes end, and callers unwind with {@link Stopped}. A fresh instance is a fresh
 * import of the glue, under an address of its own.
 *
 * @typedef {import("../netsplit.js").Lab} Lab
 * @typedef {typeof import("../netsplit.js") & { loadSome?: (extent: Extent) => Promise<void>, loadParts?: (together?: boolean) => Promise<void> }} Glue   the wasm comes in parts once it is published
 * @typedef {Parameters<Glue["Lab"]["open"]>[0]} Source
 * @typedef {import("../netsplit.js").PanicReport} PanicReport
 * @typedef {(error: unknown, report: PanicReport | null) => void} OnTrap
 * @typedef {"actions" | "soon" | "all"} Extent   how much of what was put off of the wasm: what is done by hand, what else who stays with the first run will want, or all of it
 */
import { labTexts, language } from "./language.js";

/** Each has those before it. @type {Extent[]} */
const EXTENTS = ["actions", "soon", "all"];

/** Thrown through the page's own code after a trap; says nothing new, and is not shown. */
export class Stopped extends Error {}

/** One instance of the wasm. */
export class Core {
  /** @param {Glue} glue @param {string} address of the glue @param {OnTrap} onTrap */
  constructor(glue, address, onTrap) {
    this.#glue = glue;
    this.#address = address;
    this.#onTrap = onTrap;
    if (!glue.loadParts) this.#there = EXTENTS.length;
    glue.onPanic((report) => this.#panicked(report));
    addEventListener("error", this.#escaped);
  }

  #glue;
  #address;
  #onTrap;
  /** After a trap: nothing may be asked of this instance. */
  #stopped = false;
  /** A panic was reported whose trap is still on its way through the page's code. */
  #falling = false;
  /** How to end the promises that are under way. @type {Set<(reason: unknown) => void>} */
  #owed = new Set();

  /**
   * Loads the wasm. `again` is 0 for the first instance; every other number is an instance of its own.
   *
   * @param {number} again
   * @param {OnTrap} onTrap
   */
  static async load(again, onTrap) {
    const address = `../netsplit.js${again === 0 ? "" : `?again=${again}`}`;
    /** @type {Glue} */
    const glue = again === 0 ? await import("../netsplit.js") : await import(address);
    await glue.default();
    const core = new Core(glue, new URL(address, import.meta.url).href, onTrap);
    await core.learn();
    return core;
  }

  /** How many of the extents are there. */
  #there = 0;

  /** @param {Extent} extent whether so much is there: a call that needs more stands still until it has loaded that */
  has(extent) {
    return EXTENTS.indexOf(extent) < this.#there;
  }

  /**
   * Loads what was put off of the wasm.
   *
   * @param {Extent} extent
   * @param {boolean} [wanted] whether somebody waits for it
   */
  async loadRest(extent, wanted = false) {
    if (extent === "all") await this.#glue.loadParts?.(wanted);
    else await this.#glue.loadSome?.(extent);
    this.#there = Math.max(this.#there, EXTENTS.indexOf(extent) + 1);
  }

  /** Hands the texts of the page's language on to the wasm, once what that takes is there. */
  async learn() {
    const code = language();
    if (code === "en") return;
    const [texts] = await Promise.all([labTexts(), this.loadRest("soon")]);
    this.#guard(() => this.#glue.addLanguage(code, texts));
  }

  /** The built-in scenarios. */
  scenarios() {
    return this.#guard(() => this.#glue.scenarios(language()));
  }

  /** A seed that nobody has chosen. */
  freshSeed() {
    return this.#guard(() => this.#glue.freshSeed());
  }

  /**
   * Opens a run. What is wrong with the source is a value, not an exception.
   *
   * @param {Source} source
   * @returns {import("../netsplit.js").Result<Lab>}
   */
  open(source) {
    const opened = this.#guard(() => this.#glue.Lab.open(source, { lang: language() }));
    return opened.ok ? { ok: true, value: this.#guarded(opened.value) } : opened;
  }

  /** Begins to read a file of another program. @param {import("../netsplit.js").TraceOptions} options @returns {import("../netsplit.js").Result<import("../netsplit.js").TraceFile>} */
  beginTrace(options) {
    const begun = this.#guard(() => this.#glue.TraceFile.begin(options));
    return begun.ok ? { ok: true, value: this.#guarded(begun.value) } : begun;
  }

  /** @param {"parser" | "delimiter"} which @param {string} pattern what is wrong with it */
  checkPattern(which, pattern) {
    return this.#guard(() => this.#glue.checkPattern(which, pattern, language()));
  }

  /** @template {object} T @param {T} lab @returns {T} the same, with every call guarded */
  #guarded(lab) {
    return new Proxy(lab, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (/** @type {unknown[]} */ ...args) => this.#guard(() => member.apply(target, args));
      },
    });
  }

  /** @template T @param {() => T} call @returns {T} */
  #guard(call) {
    if (this.#stopped) throw new Stopped("the lab has stopped");
    /** @type {T} */
    let result;
    try {
      result = call();
    } catch (error) {
      this.#falling = false;
      this.#stop(error);
      throw new Stopped("the lab stopped", { cause: error });
    }
    // A panic that somebody in between has swallowed: the answer comes from an instance that is lost.
    if (this.#stopped) throw new Stopped("the lab stopped");
    return result instanceof Promise ? /** @type {T} */ (this.#owe(result)) : result;
  }

  /** @param {Promise<unknown>} promise @returns {Promise<unknown>} the same, which also ends when the instance stops */
  #owe(promise) {
    return new Promise((resolve, reject) => {
      this.#owed.add(reject);
      promise.then(
        (value) => {
          this.#owed.delete(reject);
          resolve(value);
        },
        (error) => this.#stop(error),
      );
    });
  }

  /** @param {PanicReport} report told from within the panic: nothing of the wasm may be called */
  #panicked(report) {
    this.#falling = true;
    this.#stop(new Error(report.message), report);
  }

  /** What no caller of the page catches: a trap in a task of the wasm's own. */
  #escaped = (/** @type {ErrorEvent} */ event) => {
    const { error } = event;
    if (!(error instanceof WebAssembly.RuntimeError)) return;
    const glue = /\S*netsplit\.js(\?again=\d+)?(?=:\d)/.exec(error.stack ?? "")?.[0];
    const mine = this.#falling || !glue || glue.endsWith(this.#address);
    if (!mine) return;
    this.#falling = false;
    event.preventDefault();
    this.#stop(error);
  };

  /** @param {unknown} error @param {PanicReport | null} [report] */
  #stop(error, report = null) {
    if (this.#stopped) return;
    this.#stopped = true;
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const reject of owed) reject(new Stopped("the lab stopped", { cause: error }));
    this.#onTrap(error, report);
  }
}

/** Keeps {@link Stopped} out of the console: the error screen says what happened. */
export function silenceStopped() {
  addEventListener("error", (event) => event.error instanceof Stopped && event.preventDefault());
  addEventListener("unhandledrejection", (event) => event.reason instanceof Stopped && event.preventDefault());
}
