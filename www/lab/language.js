// @ts-check
/**
 * The language of the page. English stands where it is used, `t("Send a request..")`; every other language is one file,
 * `data/words/<code>.json`, which is loaded when somebody reads it:
 *
 * - `page`: what the page says itself, by its English text;
 * - `lab`: the lab's sentences by their keys, and the scenarios' texts; they are handed on to the lab.
 *
 * A module that imports this one is not run before the language that the page opens with is there.
 *
 * @typedef {import("../netsplit.js").Lang} Lang
 * @typedef {{ page: Record<string, string>, lab?: Record<string, string> }} Texts   lab: in the published page in a file of its own, for the page speaks first
 */
import { stored } from "./settings.js";

/** All languages, each by its own name. */
export const LANGUAGES = /** @type {Record<Lang, string>} */ ({ en: "English", de: "Deutsch" });

const ENGLISH = { page: {}, lab: {} };

/** @type {Lang} */
let code = "en";
/** @type {Texts} */
let texts = ENGLISH;

/** The code of the language, as `Intl` and HTML's `lang` take it. */
export const language = () => code;

/** What the lab must be told to speak it. */
export async function labTexts() {
  const spoken = texts;
  return (spoken.lab ??= await textsIn(`lab/${code}`));
}

/** @param {string} file @returns {Promise<any>} */
async function textsIn(file) {
  const response = await fetch(new URL(`../data/words/${file}.json`, import.meta.url));
  if (!response.ok) throw new Error(`the language cannot be loaded: ${response.status}`);
  return response.json();
}

/**
 * A text of the page: `{name}` stands for an argument, `{n|event|events}` for a word that follows a number. Numbers are
 * written as the language writes them; whoever wants more digits or fewer hands on a text.
 * `#word` at the end is not shown: it tells two texts apart that are the same in English only.
 *
 * @param {string} english @param {Record<string, string | number>} [args]
 */
export function t(english, args = {}) {
  const template = texts.page[english] ?? english.replace(/#\w+$/, "");
  return template.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (all, /** @type {string} */ name, one, many) => {
    const value = args[name];
    if (value === undefined) return all;
    if (one !== undefined) return value === 1 ? one : many;
    return typeof value === "number" ? numbers(value) : value;
  });
}

/** Numbers in the page's texts: with the language's marks. @type {{ code: Lang, format: Intl.NumberFormat } | null} */
let format = null;

/** @param {number} value */
function numbers(value) {
  if (format?.code !== code) format = { code, format: new Intl.NumberFormat(code) };
  return format.format.format(value);
}

/**
 * Loads a language; if that fails, the page goes on in the one it has.
 *
 * @param {Lang} wanted
 * @returns {Promise<boolean>} whether the page speaks it now
 */
export async function speak(wanted) {
  try {
    texts = wanted === "en" ? ENGLISH : await textsIn(wanted);
  } catch {
    return false;
  }
  code = wanted;
  document.documentElement.lang = code;
  return true;
}

/** Says the names of the regions that stand in the page's HTML. @param {Element} root */
export function nameRegions(root) {
  for (const region of root.querySelectorAll("[data-label]")) {
    region.setAttribute("aria-label", t(/** @type {HTMLElement} */ (region).dataset.label ?? ""));
  }
}

/** Keeps the language in the address: `?lang=de`. */
export function keepInAddress() {
  const url = new URL(location.href);
  url.searchParams.set("lang", code);
  history.replaceState(history.state, "", url);
}

/** What the address asks for, or the visitor chose, or the browser prefers. */
function preferred() {
  /** @param {string} each @returns {each is Lang} */
  const known = (each) => Object.hasOwn(LANGUAGES, each);
  const asked = [new URLSearchParams(location.search).get("lang"), stored().lang, ...navigator.languages];
  return asked.map((each) => each?.split("-")[0] ?? "").find(known) ?? "en";
}

if (preferred() !== "en") await speak(preferred());
