// @ts-check
/** Ways to hand this run on: a link that carries it, a picture, the native command, a file. Loaded when asked for. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { textOf } from "./link.js";
import { count } from "./words.js";

const PICTURE = { width: 960, height: 600, dpr: 1 };

/** @param {import("./app.js").App} app */
export async function openShare(app) {
  const { lab } = app;
  if (!lab) return;
  if (app.playing) app.pause();
  const text = await textOf(lab.link());
  const url = new URL(text, location.href).href;
  const name = (app.scenario?.id || "run").replaceAll("/", "-");
  const { event } = lab.cursor();
  openDialog(t("Share"), () => [
    h("p", null, t("Everything done by hand is in it, and the place in time: event {n}.", { n: count(event) })),
    copyable(t("Link"), url),
    copyable(t("Command"), `netsplit run --link '${text}'`),
    h("h3", null, t("Picture")),
    picture(app, name),
    h("h3", null, t("File")),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", onclick: () => save(`${name}.json`, "application/json", JSON.stringify(lab.plan(), null, 2)) },
        t("Save the run (JSON)"),
      ),
    ),
  ]);
}

/** @param {import("./app.js").App} app @param {string} name */
function picture(app, name) {
  const svg = app.lab?.svg(app.view, { ...app.paintOptions(PICTURE), verdicts_elsewhere: false });
  if (!svg?.ok) return h("p", null, t("There is no picture of this view."));
  const said = h("span", { role: "status" });
  return h(
    "div",
    { class: "row" },
    h("button", { type: "button", onclick: () => save(`${name}.svg`, "image/svg+xml", svg.value) }, t("Save a picture (SVG)")),
    h("button", { type: "button", onclick: () => void copy(svg.value, said) }, t("Copy the picture (SVG)")),
    said,
  );
}

/** @param {string} label @param {string} text */
function copyable(label, text) {
  const input = h("input", { readonly: true, value: text, onfocus: () => input.select() });
  const said = h("span", { role: "status" });
  return h(
    "div",
    { class: "copyable" },
    h("label", { class: "field" }, h("span", null, label), input),
    h("button", { type: "button", onclick: () => void copy(text, said, input), "aria-label": t("Copy: {what}", { what: label }) }, t("Copy")),
    said,
  );
}

/** @param {string} text @param {HTMLElement} said @param {HTMLInputElement} [input] where it can be copied by hand */
async function copy(text, said, input) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = t("Copied.");
  } catch {
    input?.select();
    said.textContent = input ? t("Selected: copy it with the keyboard.") : t("This browser does not let the page copy; save it instead.");
  }
}

/** @param {string} name @param {string} type @param {string} content */
function save(name, type, content) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
