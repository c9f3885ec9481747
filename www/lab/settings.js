// @ts-check
/**
 * How the visitor wants the page: theme, motion, shortcuts, language. Kept in this browser where it allows that; nothing needs it.
 *
 * @typedef {{ theme: "system" | "light" | "dark", motion: "system" | "full" | "reduced", shortcuts: boolean, stopAtViolation: boolean, present: boolean, lang: string, layout: "ring" | "row" | "two-sites" }} Values
 *   present: as in a lecture hall; for one visit, never kept; lang: the code of the language that was chosen, or nothing
 */

const PLACE = "netsplit.display";
/** @type {Values} */
const DEFAULTS = { theme: "system", motion: "system", shortcuts: true, stopAtViolation: true, present: false, lang: "", layout: "ring" };

/** The settings; tells whoever asks when what they amount to has changed. */
export class Settings extends EventTarget {
  constructor() {
    super();
    this.values = { ...DEFAULTS, ...stored() };
    for (const query of Object.values(this.#queries)) query.addEventListener("change", () => this.#changed());
    this.#apply();
  }

  #queries = {
    dark: matchMedia("(prefers-color-scheme: dark)"),
    reduced: matchMedia("(prefers-reduced-motion: reduce)"),
    forced: matchMedia("(forced-colors: active)"),
  };

  /** What the painters should use. @returns {"light" | "dark" | "forced"} */
  get theme() {
    if (this.#queries.forced.matches) return "forced";
    if (this.values.theme !== "system") return this.values.theme;
    return this.#queries.dark.matches ? "dark" : "light";
  }

  /** Whether things should hop instead of glide. */
  get reducedMotion() {
    return this.values.motion === "reduced" || (this.values.motion === "system" && this.#queries.reduced.matches);
  }

  /** How much larger than usual a picture is drawn. */
  get zoom() {
    return this.values.present ? 1.5 : 1;
  }

  /** @template {keyof Values} K @param {K} name @param {Values[K]} value */
  set(name, value) {
    this.values[name] = value;
    try {
      localStorage.setItem(PLACE, JSON.stringify({ ...stored(), [name]: value }));
    } catch {
      // A browser that keeps nothing: the setting holds for this visit.
    }
    this.#changed();
  }

  /** For this visit only. @template {keyof Values} K @param {K} name @param {Values[K]} value */
  override(name, value) {
    this.values[name] = value;
    this.#changed();
  }

  #changed() {
    this.#apply();
    this.dispatchEvent(new Event("change"));
  }

  #apply() {
    const root = document.documentElement;
    root.dataset.theme = this.values.theme;
    root.toggleAttribute("data-calm", this.reducedMotion);
    root.toggleAttribute("data-present", this.values.present);
  }
}

/** @returns {Partial<Values>} what this browser keeps */
export function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    const known = Object.entries(found).filter(([name, value]) => typeof value === typeof Reflect.get(DEFAULTS, name));
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}
