// @ts-check
/** What there is to press on the stage while one looks at a part of it, or has several nodes selected. */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { openActions } from "./node-actions.js";

/**
 * @param {import("./stage.js").Stage} stage
 * @param {import("./lens.js").Lens} lens
 * @param {import("./choosing.js").Choosing} choosing
 * @returns {HTMLElement} keeps itself up to date
 */
export function stageTools(stage, lens, choosing) {
  const tools = h("div", { class: "stage-tools" });

  const draw = () => {
    const { view, sight } = stage.app;
    const { chosen, log } = sight;
    const partly = view === "cluster" && lens.zoom > 1;
    const older = view === "log" && log.first !== null;
    const several = view === "cluster" && (chosen.size > 1 || sight.choosing);
    redraw(tools, [partly, older, several, chosen.size], () => [
      several && button("chosen", t("{n} selected..", { n: chosen.size }), openChosen),
      several && button("done", t("Clear"), () => choosing.choose([])),
      partly && button("closer", "+", () => lens.zoomBy(1), t("Closer")),
      partly && button("farther", "−", () => lens.zoomBy(-1), t("Farther")),
      partly && button("all", t("Show all"), () => lens.showAll()),
      older && button("newest", t("Newest entries"), () => lens.showAll()),
    ]);
  };

  /** @param {Event} event */
  const openChosen = (event) => {
    const node = [...stage.app.sight.chosen][0];
    const at = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    if (node !== undefined) openActions(stage.app, `node:${node}`, at);
  };

  stage.on(["open", "look", "settings"], draw);
  draw();
  return tools;
}

/** @param {string} key @param {string} label @param {(event: Event) => void} run @param {string} [spoken] where the label is a sign */
const button = (key, label, run, spoken) => h("button", { type: "button", key, "aria-label": spoken, onclick: run }, label);
