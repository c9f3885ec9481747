// @ts-check
/**
 * The way to the wasm: loads it, opens runs in it, and notices when it stops.
 *
 * Every call of a Lab is total, so whatever is thrown by one is a trap: that instance is lost. It is reported once, and
 * the caller unwinds with {@link Stopped}. A fresh instance is a fresh import of the glue, under an address of its own.
 *
 * @typedef {import("../netsplit.js").Lab} Lab
 * @typedef {typeof import("../netsplit.js")} Glue
 * @typedef {Parameters<Glue["Lab"]["open"]>[0]} Source
 */
import { labTexts, language } from "./language.js";

/** Thrown through the page's own code after a trap; says nothing new, and is not shown. */
export class Stopped extends Error {}

/** One instance of the wasm. */
export class Core {
  /** @param {Glue} glue @param {(error: unknown) => void} onTrap */
  constructor(glue, onTrap) {
    this.#glue = glue;
    this.#onTrap = onTrap;
  }

  #glue;
  #onTrap;

  /**
   * Loads the wasm. `again` is 0 for the first instance; every other number is an instance of its own.
   *
   * @param {number} again
   * @param {(error: unknown) => void} onTrap
   */
  static async load(again, onTrap) {
    /** @type {Glue} */
    const glue = again === 0 ? await import("../netsplit.js") : await import(`../netsplit.js?again=${again}`);
    await glue.default();
    const core = new Core(glue, onTrap);
    core.learn();
    return core;
  }

  /** Hands the texts of the page's language on to the wasm. */
  learn() {
    if (language() !== "en") this.#guard(() => this.#glue.addLanguage(language(), labTexts()));
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

  /** @param {Lab} lab @returns {Lab} the same, with every call guarded */
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
    try {
      const result = call();
      if (!(result instanceof Promise)) return result;
      return /** @type {T} */ (result.catch((error) => this.#stop(error)));
    } catch (error) {
      return this.#stop(error);
    }
  }

  /** @param {unknown} error @returns {never} */
  #stop(error) {
    this.#onTrap(error);
    throw new Stopped("the lab stopped", { cause: error });
  }
}

/** Keeps {@link Stopped} out of the console: the error screen says what happened. */
export function silenceStopped() {
  addEventListener("error", (event) => event.error instanceof Stopped && event.preventDefault());
  addEventListener("unhandledrejection", (event) => event.reason instanceof Stopped && event.preventDefault());
}
