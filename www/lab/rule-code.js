// @ts-check
/**
 * The rules as they stand in the protocol's source: what they say, where they are from, their right and their wrong lines.
 * They are loaded when they are first asked for.
 *
 * @typedef {object} Rule
 * @property {string} name of the function
 * @property {string} topic
 * @property {string[]} about paragraphs; names of the code stand between backticks, what is stressed between asterisks
 * @property {string[]} sources
 * @property {number} line of the signature
 * @property {string[]} head the signature
 * @property {string[]} right the body
 * @property {{ mutant: string, lines: string[] }[]} wrong the body of each wrong variant
 *
 * @typedef {{ source: string, rules: Rule[] }} Excerpts
 */
import { h } from "./dom.js";
import { language, t } from "./language.js";

/** By their addresses. @type {Map<string, Promise<any>>} */
const loaded = new Map();

/** @param {string} system @returns {Promise<Excerpts | null>} in the page's language; null if they cannot be had now */
export async function loadRules(system) {
  const [excerpts, words] = await Promise.all([load(`rules/${system}`), loadWords(language())]);
  return excerpts && words ? translated(system, excerpts, words) : excerpts;
}

/**
 * What a language other than English says of rules: the part `rules` of its file, which is a file of its own where the page is
 * published.
 *
 * @param {import("./language.js").Lang} code @returns {Promise<Record<string, string> | null>}
 */
async function loadWords(code) {
  if (code === "en") return null;
  return (await load(`rules/${code}`)) ?? (await load(`words/${code}`))?.rules ?? null;
}

/** @param {string} path below `data`, without ending @returns {Promise<any>} null if it cannot be had now */
function load(path) {
  const known = loaded.get(path) ?? fetched(path);
  loaded.set(path, known);
  return known;
}

/** @param {string} path */
async function fetched(path) {
  try {
    const answer = await fetch(new URL(`../data/${path}.json`, import.meta.url));
    if (answer.ok) return await answer.json();
  } catch {
    // Without a network there is nothing to show; the next time it is tried again.
  }
  loaded.delete(path);
  return null;
}

/** @param {string} system @param {Excerpts} excerpts @param {Record<string, string>} words @returns {Excerpts} */
function translated(system, { source, rules }, words) {
  return {
    source,
    rules: rules.map((rule) => ({
      ...rule,
      topic: words[`topic.${rule.topic}`] ?? rule.topic,
      about: words[`${system}.${rule.name}`]?.split("\n") ?? rule.about,
      sources: rule.sources.map((each) => words[`source.${each}`] ?? each),
    })),
  };
}

/** A rule in words, and where it is from. @param {Rule} rule */
export function ruleWords(rule) {
  return [...rule.about.map((paragraph) => h("p", null, inWords(paragraph))), h("p", { class: "muted" }, rule.sources.join("; "))];
}

/** @param {string} text with `names of the code` and *stress* */
const inWords = (text) =>
  text.split(/(`[^`]*`|\*[^*]*\*)/).map((part) => (part.startsWith("`") ? h("code", null, part.slice(1, -1)) : part.startsWith("*") ? h("em", null, part.slice(1, -1)) : part));

/**
 * A whole function, which the keyboard can scroll. Lines that only the wrong variant has are marked.
 *
 * @param {Rule} rule @param {string[]} [wrong] the body of the variant that is in force
 */
export function ruleCode(rule, wrong) {
  return h(
    "pre",
    { class: "code", tabindex: 0, role: "region", "aria-label": wrong ? t("Code of {rule}, as it is broken", { rule: rule.name }) : t("Code of {rule}", { rule: rule.name }) },
    h("code", null, ...rule.head.map(line), ...(wrong ? marked(wrong, rule.right) : rule.right.map(line)), line("}")),
  );
}

/** The right and the wrong lines beside each other. @param {Rule} rule @param {string[]} wrong */
export function rightAndWrong(rule, wrong) {
  const side = (/** @type {string} */ title, /** @type {HTMLElement[]} */ lines) =>
    h("figure", null, h("figcaption", null, title), h("pre", { class: "code" }, h("code", null, ...lines)));
  return h(
    "div",
    { class: "sides" },
    side(t("Right#rule"), rule.right.map((text) => line(text.slice(4)))),
    side(t("Wrong#rule"), marked(wrong.map((text) => text.slice(4)), rule.right.map((text) => text.slice(4)))),
  );
}

/** @param {string[]} lines @param {string[]} others lines that are not among these are marked */
const marked = (lines, others) => lines.map((text) => (others.includes(text) ? line(text) : h("mark", null, `${text}\n`)));

/** @param {string} text */
const line = (text) => h("span", null, `${text}\n`);
