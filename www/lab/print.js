// @ts-check
/** On paper: the picture as SVG, and the events that led there. */
import { h } from "./dom.js";
import { t } from "./language.js";
import { time } from "./words.js";

const SIZE = { width: 720, height: 480, dpr: 1 };
const ROWS = 40;

/** @param {import("./app.js").App} app */
export function preparePrint(app) {
  /** @type {HTMLElement | null} */
  let sheet = null;
  addEventListener("beforeprint", () => {
    const { lab, scenario } = app;
    if (app.trace) {
      sheet = traceSheet(app, app.trace);
      document.body.append(sheet);
      return;
    }
    if (!lab || !scenario) return;
    const options = { ...app.paintOptions(SIZE), theme: /** @type {const} */ ("light"), verdicts_elsewhere: false };
    const svg = app.diagram?.(SIZE) ?? lab.svg(app.view, options);
    const picture = svg.ok && drawn(svg.value);
    sheet = h(
      "section",
      { class: "sheet" },
      h("h2", null, scenario.question),
      picture,
      h("p", null, t("Seed {seed}, {time}, fingerprint {fingerprint}", { seed: lab.seed(), time: time(lab.cursor().at_us), fingerprint: lab.fingerprint() })),
      h(
        "table",
        null,
        lab.recentEvents("story", ROWS).map((row) => h("tr", null, h("td", null, time(row.at_us)), h("td", null, row.text))),
      ),
    );
    document.body.append(sheet);
  });
  addEventListener("afterprint", () => sheet?.remove());
}

/** A trace of another program: what of it is in the picture, and what its page says of it. @param {import("./app.js").App} app @param {import("./app.js").OpenTrace} trace */
function traceSheet(app, trace) {
  const svg = app.diagram?.(SIZE);
  const about = document.querySelector("netsplit-foreign .foreign-body")?.cloneNode(true);
  return h("section", { class: "sheet" }, h("h2", null, trace.name), svg?.ok && drawn(svg.value), about instanceof HTMLElement && about);
}

/** @param {string} svg */
const drawn = (svg) => document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
