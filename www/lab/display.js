// @ts-check
/** How the page looks and moves, what it speaks, and whether single keys do things. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { LANGUAGES, language, t } from "./language.js";
import { LabRoot } from "./root.js";

/** @param {import("./app.js").App} app */
export function openDisplay(app) {
  const { settings } = app;
  const dialog = openDialog(t("Display"), () => [
    languages(async (code) => {
      await app.speak(code);
      dialog.close();
      const root = document.querySelector("netsplit-lab");
      if (root instanceof LabRoot) root.rebuild();
      openDisplay(app).querySelector("select")?.focus();
    }),
    choice(settings, "theme", t("Theme"), [["system", t("As the system")], ["light", t("Light")], ["dark", t("Dark")]]),
    choice(settings, "motion", t("Motion"), [["system", t("As the system")], ["full", t("Messages glide")], ["reduced", t("Messages hop")]]),
    choice(settings, "layout", t("Nodes stand"), [["ring", t("On a ring")], ["row", t("In a row")], ["two-sites", t("At two sites")]]),
    toggle(settings, "shortcuts", t("Single keys are shortcuts")),
    toggle(settings, "stopAtViolation", t("Pause when a property is violated")),
    present(settings),
  ]);
  return dialog;
}

/** The languages, each in its own. @param {(code: import("./language.js").Lang) => void} choose */
function languages(choose) {
  const options = Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code, lang: code, selected: code === language() }, name));
  const select = h("select", { onchange: () => choose(/** @type {import("./language.js").Lang} */ (select.value)) }, options);
  return h("label", { class: "field" }, h("span", null, t("Language")), select);
}

/**
 * @param {import("./settings.js").Settings} settings
 * @param {"theme" | "motion" | "layout"} name
 * @param {string} legend
 * @param {[string, string][]} options
 */
function choice(settings, name, legend, options) {
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", null, legend),
    options.map(([value, label]) =>
      h(
        "label",
        null,
        h("input", {
          type: "radio",
          name,
          value,
          checked: settings.values[name] === value,
          onchange: () => settings.set(name, /** @type {never} */ (value)),
        }),
        label,
      ),
    ),
  );
}

/**
 * @param {import("./settings.js").Settings} settings
 * @param {"shortcuts" | "stopAtViolation"} name
 * @param {string} label
 */
function toggle(settings, name, label) {
  const input = h("input", { type: "checkbox", checked: settings.values[name], onchange: () => settings.set(name, input.checked) });
  return h("label", { class: "toggle" }, input, label);
}

/** For this visit, and in the address: whoever opens the page tomorrow is in no lecture hall. @param {import("./settings.js").Settings} settings */
function present(settings) {
  const input = h("input", { type: "checkbox", checked: settings.values.present, onchange: () => settings.override("present", input.checked) });
  return h("label", { class: "toggle" }, input, t("Lecture hall: larger text, no story"));
}
