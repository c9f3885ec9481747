// @ts-check
/** Ways to hand this run on: its address, the native command, a picture. */
import { formatAddress } from "./address.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { currentBranchOf } from "./branches.js";
import { t } from "./language.js";

const PICTURE = { width: 960, height: 600, dpr: 1 };

/** @param {import("./app.js").App} app */
export function openShare(app) {
  const { lab } = app;
  if (!lab || !app.scenario) return;
  const scenario = app.scenario.id;
  const seed = lab.seed();
  const link = new URL(formatAddress(scenario, seed), location.href).href;
  const byHand = currentBranchOf(lab)?.interventions.length ?? 0;
  const command = `netsplit run ${scenario} --seed ${seed} --until ${(lab.cursor().at_us / 1e6).toFixed(3)}s --json`;
  openDialog(t("Share"), () => [
    copyable(t("Link to this scenario and seed"), link),
    byHand > 0
      ? h("p", null, t("The link opens the run as it was before the first intervention. The saved run has them all."))
      : copyable(t("The same run on the command line"), command),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", onclick: () => savePicture(app, scenario) }, t("Save a picture (SVG)")),
      h(
        "button",
        { type: "button", onclick: () => save(`${fileName(scenario)}.json`, "application/json", JSON.stringify(lab.plan(), null, 2)) },
        t("Save the run (JSON)"),
      ),
    ),
  ]);
}

/** @param {string} label @param {string} text */
function copyable(label, text) {
  const input = h("input", { readonly: true, value: text, onfocus: () => input.select() });
  const said = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = t("Copied.");
    } catch {
      input.select();
      said.textContent = t("Selected: copy it with the keyboard.");
    }
  };
  return h(
    "div",
    { class: "copyable" },
    h("label", { class: "field" }, h("span", null, label), input),
    h("button", { type: "button", onclick: copy, "aria-label": t("Copy: {what}", { what: label }) }, t("Copy")),
    said,
  );
}

/** @param {import("./app.js").App} app @param {string} scenario */
function savePicture(app, scenario) {
  const svg = app.lab?.svg(app.view, { ...app.paintOptions(PICTURE), verdicts_elsewhere: false });
  if (svg?.ok) save(`${fileName(scenario)}.svg`, "image/svg+xml", svg.value);
}

/** @param {string} scenario */
const fileName = (scenario) => scenario.replaceAll("/", "-");

/** @param {string} name @param {string} type @param {string} content */
function save(name, type, content) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
