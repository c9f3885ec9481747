// @ts-check
/** What forms are made of. */
import { h } from "./dom.js";

/** @param {string} label @param {HTMLElement} control */
export function field(label, control) {
  return h("label", { class: "field" }, h("span", null, label), control);
}

/** @param {string} name @param {[string, string][]} options @param {string} [chosen] */
export function select(name, options, chosen) {
  return h(
    "select",
    { name },
    options.map(([value, label]) => h("option", { value, selected: value === chosen }, label)),
  );
}
