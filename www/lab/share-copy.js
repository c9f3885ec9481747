// @ts-check
/** Text to be copied: in a field, so that it can be had by hand where a browser does not let the page copy. */
import { h } from "./dom.js";
import { t } from "./language.js";

/** @param {string} text @returns {HTMLInputElement} */
export function lineToCopy(text) {
  const input = h("input", { readonly: true, value: text, onfocus: () => input.select() });
  return input;
}

/** @param {string} label @param {HTMLInputElement | HTMLTextAreaElement} input what it holds when it is copied */
export function copyable(label, input) {
  const said = h("span", { role: "status" });
  return h(
    "div",
    { class: "copyable" },
    h("label", { class: "field" }, h("span", null, label), input),
    h("button", { type: "button", onclick: () => void copy(input.value, said, input), "aria-label": t("Copy: {what}", { what: label }) }, t("Copy")),
    said,
  );
}

/** @param {string} text @param {HTMLElement} said @param {HTMLInputElement | HTMLTextAreaElement} [input] where it can be copied by hand */
export async function copy(text, said, input) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = t("Copied.");
  } catch {
    input?.select();
    said.textContent = input ? t("Selected: copy it with the keyboard.") : t("This browser does not let the page copy; save it instead.");
  }
}
