// @ts-check
/**
 * Why?: the reason of an event, the rules that decided it, in words and as they stand in the protocol's source, and the
 * earlier event that caused it.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").EventRow} EventRow
 * @typedef {import("./rule-code.js").Rule} Rule
 */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { loadRules, ruleCode, ruleWords } from "./rule-code.js";
import { time } from "./words.js";

/** @param {App} app @param {EventRow} event */
export function openWhy(app, event) {
  const rules = h("div", { class: "decided", "aria-busy": "true" });
  openDialog(t("Why?"), (close) => [
    h("p", null, event.text),
    h("ul", { class: "notes" }, event.notes.filter((note) => note.text !== event.text).map((note) => h("li", null, note.text))),
    rules,
    ...caused(app, event, close),
  ]);
  void tellRules(app, decided(app, event), rules);
}

/**
 * The rules that decided an event, by the protocol whose they are: a note's key begins with it. Locks may rest on Raft.
 *
 * @param {App} app @param {EventRow} event @returns {Map<string, string[]>}
 */
function decided(app, event) {
  const own = app.system?.id ?? "";
  const noted = event.notes.map(({ key, rule }) => ({ protocol: key.split(".")[0] ?? own, rule }));
  const first = { protocol: noted.find(({ rule }) => rule === event.rule)?.protocol ?? own, rule: event.rule };
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const { protocol, rule } of [first, ...noted]) {
    const known = names.get(protocol) ?? [];
    if (rule !== null && !known.includes(rule)) names.set(protocol, [...known, rule]);
  }
  return names;
}

/** @param {App} app @param {EventRow} event @param {() => void} close */
function caused(app, event, close) {
  const n = event.cause_n;
  const cause = n === null ? undefined : app.lab?.events(n, n + 1).find((row) => row.n === n);
  if (!cause) return [];
  const go = () => {
    close();
    void app.seekEvent(cause.n + 1);
  };
  return [
    h("h3", null, t("Caused by")),
    h("p", null, `${time(cause.at_us)} ${cause.text}`),
    h("button", { type: "button", onclick: go }, t("Go there")),
  ];
}

/** @param {App} app @param {Map<string, string[]>} decided by protocol @param {HTMLElement} place where the rules are told */
async function tellRules(app, decided, place) {
  const told = await Promise.all([...decided].map(([protocol, names]) => rulesOf(app, protocol, names)));
  place.replaceChildren(...told.flat().map((parts) => h("section", null, ...parts)));
  place.removeAttribute("aria-busy");
}

/** @param {App} app @param {string} protocol @param {string[]} names */
async function rulesOf(app, protocol, names) {
  const excerpts = await loadRules(protocol);
  const rules = excerpts?.rules ?? [];
  const told = withBroken(app, names, rules).map((name) => {
    const rule = rules.find((each) => each.name === name);
    return rule && excerpts ? tell(app, rule, excerpts.source) : [h("p", null, t("Decided by the rule"), " ", h("code", null, name))];
  });
  return excerpts ? told : [...told, [h("p", { class: "muted" }, t("Its code could not be loaded."))]];
}

/** A rule that uses a broken one is broken, too: that one is told after it. @param {App} app @param {string[]} names @param {Rule[]} rules */
function withBroken(app, names, rules) {
  const broken = (app.system?.mutants ?? []).filter((mutant) => mutant.on).map((mutant) => mutant.rule);
  const used = broken.filter((name) =>
    rules.some((rule) => names.includes(rule.name) && rule.right.some((text) => text.includes(`self.${name}(`))),
  );
  return [...new Set([...names, ...used])];
}

/** @param {App} app @param {Rule} rule @param {string} source */
function tell(app, rule, source) {
  const mutant = app.system?.mutants.find((each) => each.on && rule.wrong.some((wrong) => wrong.mutant === each.id));
  const wrong = rule.wrong.find((each) => each.mutant === mutant?.id);
  return [
    h("h3", null, t("The rule"), " ", h("code", null, rule.name)),
    ...ruleWords(rule),
    ...(mutant ? [h("p", { class: "broken" }, t("It is broken in this run."), " ", mutant.about)] : []),
    ruleCode(rule, wrong?.lines),
    ...(wrong ? [h("p", null, t("The right rule:")), ruleCode(rule)] : []),
    h("p", { class: "muted" }, t("{file}, line {n}", { file: source, n: rule.line })),
  ];
}
