// @ts-check
/** How the page looks and moves, and whether single keys do things. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";

/** @param {import("./app.js").App} app */
export function openDisplay(app) {
  const { settings } = app;
  openDialog("Display", () => [
    choice(settings, "theme", "Theme", [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]]),
    choice(settings, "motion", "Motion", [["system", "As the system"], ["full", "Messages glide"], ["reduced", "Messages hop"]]),
    toggle(settings, "shortcuts", "Single keys are shortcuts"),
    toggle(settings, "stopAtViolation", "Pause when a property is violated"),
  ]);
}

/**
 * @param {import("./settings.js").Settings} settings
 * @param {"theme" | "motion"} name
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
