// @ts-check
/**
 * The rules as they stand in the protocol's source: what they say, where they are from, their right and their wrong lines.
 * They are loaded when they are first asked for.
 *
 * @typedef {object} Rule
 * @property {string} name of the function
 * @property {string} topic
 * @property {string[]} about paragraphs; names of the code stand between backticks
 * @property {string[]} sources
 * @property {number} line of the signature
 * @property {string[]} head the signature
 * @property {string[]} right the body
 * @property {{ mutant: string, lines: string[] }[]} wrong the body of each wrong variant
 *
 * @typedef {{ source: string, rules: Rule[] }} Excerpts
 */
import { h } from "./dom.js";

/** @type {Map<string, Promise<Excerpts | null>>} */
const loaded = new Map();

/** @param {string} system @returns {Promise<Excerpts | null>} null if they cannot be had now */
export function loadRules(system) {
  const known = loaded.get(system) ?? load(system);
  loaded.set(system, known);
  return known;
}

/** @param {string} system @returns {Promise<Excerpts | null>} */
async function load(system) {
  try {
    const answer = await fetch(new URL(`../data/rules/${system}.json`, import.meta.url));
    if (answer.ok) return await answer.json();
  } catch {
    // Without a network there is no code to show; the next time it is tried again.
  }
  loaded.delete(system);
  return null;
}

/** A rule in words, and where it is from. @param {Rule} rule */
export function ruleWords(rule) {
  return [
    ...rule.about.map((paragraph) => h("p", null, paragraph.split("`").map((part, n) => (n % 2 ? h("code", null, part) : part)))),
    h("p", { class: "muted" }, rule.sources.join("; ")),
  ];
}

/**
 * A whole function, which the keyboard can scroll. Lines that only the wrong variant has are marked.
 *
 * @param {Rule} rule @param {string[]} [wrong] the body of the variant that is in force
 */
export function ruleCode(rule, wrong) {
  return h(
    "pre",
    { class: "code", tabindex: 0, role: "region", "aria-label": `Code of ${rule.name}${wrong ? ", as it is broken" : ""}` },
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
    side("Right", rule.right.map((text) => line(text.slice(4)))),
    side("Wrong", marked(wrong.map((text) => text.slice(4)), rule.right.map((text) => text.slice(4)))),
  );
}

/** @param {string[]} lines @param {string[]} others lines that are not among these are marked */
const marked = (lines, others) => lines.map((text) => (others.includes(text) ? line(text) : h("mark", null, `${text}\n`)));

/** @param {string} text */
const line = (text) => h("span", null, `${text}\n`);
