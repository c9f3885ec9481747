// @ts-check
/** Ways to hand this run on: a link that carries it, a picture, the native command, a file. Loaded when asked for. */
import { currentBranchOf } from "./branches.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { textOf } from "./link.js";
import { fileName, runText, save } from "./run-file.js";
import { copy, copyable, lineToCopy } from "./share-copy.js";
import { count } from "./words.js";

const PICTURE = { width: 960, height: 600, dpr: 1 };

/** @param {import("./app.js").App} app */
export async function openShare(app) {
  const { lab, trace } = app;
  if (!lab) return;
  if (trace) return void openDialog(t("Share"), () => shownTrace(app, trace));
  if (app.playing) app.pause();
  const link = lab.link();
  const text = link.ok ? await textOf(link.value) : null;
  const name = fileName(app.scenario?.id ?? "");
  const { event } = lab.cursor();
  openDialog(t("Share"), () => [
    ...(text === null ? [tooLong(lab)] : linked(app, text, event)),
    h("h3", null, t("Picture")),
    picture(app, name),
    h("h3", null, t("File")),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", onclick: () => save(`${name}.json`, "application/json", runText(lab.plan())) },
        t("Save the run (JSON)"),
      ),
      ...traces(lab, name),
    ),
  ]);
}

/** @param {import("./app.js").App} app @param {string} text of the link @param {number} event where it stands */
function linked(app, text, event) {
  return [
    h("p", null, t("Everything done by hand is in it, and the place in time: event {n}.", { n: count(event) })),
    copyable(t("Link"), lineToCopy(new URL(text, location.href).href)),
    copyable(t("Command"), lineToCopy(`netsplit run --link '${text}'`)),
    embed(app, text),
  ];
}

/** @param {import("./app.js").Lab} lab a run that no link carries */
function tooLong(lab) {
  const done = count(currentBranchOf(lab)?.interventions.length ?? 0);
  return h("p", { role: "status" }, t("This run is too large for a link: {n} things were done by hand in it. Save it as a file instead.", { n: done }));
}

/** @param {import("./app.js").App} app @param {string} link an embed is made ready when somebody wants one */
function embed(app, link) {
  const place = h("div");
  const fill = async () => {
    if (place.firstChild) return;
    const { embedOptions } = await import("./share-embed.js");
    if (!place.firstChild) place.append(embedOptions(app, link));
  };
  return h("details", { ontoggle: () => void fill() }, h("summary", null, t("Embed")), place);
}

/** The events up to the cursor, as other programs open them. @param {import("./app.js").Lab} lab @param {string} name */
function traces(lab, name) {
  const said = h("span", { role: "status" });
  const write = async (/** @type {"shiviz" | "jsonl"} */ format, /** @type {string} */ file) => {
    const written = await lab.trace(format);
    if (written.ok) save(file, "text/plain", written.value);
    else said.textContent = written.error.message;
  };
  return [
    h("button", { type: "button", onclick: () => void write("shiviz", `${name}.log`) }, t("Save the trace (ShiViz)")),
    h("button", { type: "button", onclick: () => void write("jsonl", `${name}.jsonl`) }, t("Save the trace (JSON Lines)")),
    said,
  ];
}

/** Of a trace of another program there is what it shows and its file: it is no run of the lab. @param {import("./app.js").App} app @param {import("./app.js").OpenTrace} trace */
function shownTrace(app, { name, source }) {
  return [
    h("p", null, t("Another program recorded this: nothing can be played, broken or changed in it.")),
    h("h3", null, t("Picture")),
    picture(app, name.replace(/\.\w+$/, "")),
    h("h3", null, t("File")),
    h("div", { class: "row" }, h("button", { type: "button", onclick: () => save(name, "text/plain", source) }, t("Save the file"))),
  ];
}

/** @param {import("./app.js").App} app @param {string} name a picture is drawn when somebody wants one */
function picture(app, name) {
  const said = h("span", { role: "status" });
  const draw = (/** @type {(svg: string) => void} */ hand) => {
    const lab = app.trace ? null : app.lab;
    const svg = app.diagram?.(PICTURE) ?? lab?.svg(app.view, { ...app.paintOptions(PICTURE), verdicts_elsewhere: false });
    if (svg?.ok) hand(svg.value);
    else said.textContent = t("There is no picture of this view.");
  };
  return h(
    "div",
    { class: "row" },
    h("button", { type: "button", onclick: () => draw((svg) => save(`${name}.svg`, "image/svg+xml", svg)) }, t("Save a picture (SVG)")),
    h("button", { type: "button", onclick: () => draw((svg) => void copy(svg, said)) }, t("Copy the picture (SVG)")),
    said,
  );
}
