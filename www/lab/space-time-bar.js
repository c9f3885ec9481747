// @ts-check
/** The controls of a diagram: its bar, what stands under More.., the dialog of its lanes. */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";

/**
 * @typedef {{
 *   timed: boolean,
 *   axis: "time" | "order",
 *   finding: boolean,
 *   chaining: boolean,
 *   chosen: boolean,
 *   collapsed: boolean,
 *   compared: number | null,
 *   others: { id: number, name: string }[],
 * }} State what the controls show; `others` can be compared with
 * @typedef {{
 *   setAxis: (axis: "time" | "order") => void,
 *   zoom: (factor: number) => void,
 *   all: () => void,
 *   find: () => void,
 *   findPattern: () => void,
 *   chainTo: () => void,
 *   collapse: () => void,
 *   chooseLanes: () => void,
 *   compare: (with_: number | null) => void,
 *   save: () => void,
 * }} Deeds
 */

export class Bar {
  element = h("div", { class: "st-bar", role: "toolbar", "aria-label": t("Space-time diagram") });
  #state;
  #deeds;

  /** @param {() => State} state @param {Deeds} deeds */
  constructor(state, deeds) {
    this.#state = state;
    this.#deeds = deeds;
  }

  draw() {
    const state = this.#state();
    const { timed, axis, finding, chaining, chosen } = state;
    const deeds = this.#deeds;
    redraw(this.element, [timed, axis, chosen, chaining, finding], () => [
      timed && button(t("Time"), () => deeds.setAxis("time"), { key: "time", "aria-pressed": String(axis === "time") }),
      timed && button(t("Order"), () => deeds.setAxis("order"), { key: "order", "aria-pressed": String(axis === "order") }),
      button("\u2212", () => deeds.zoom(2), { key: "out", "aria-label": t("Zoom out"), title: t("Zoom out") }),
      button("+", () => deeds.zoom(0.5), { key: "in", "aria-label": t("Zoom in"), title: t("Zoom in") }),
      button(t("All"), () => deeds.all(), { key: "all", title: t("Show all of the run") }),
      button(t("Find.."), () => deeds.find(), { key: "find", "aria-expanded": String(finding) }),
      button(t("More.."), (event) => void this.#more(/** @type {Element} */ (event.currentTarget)), { key: "more" }),
      chosen && button(t("Chain to.."), () => deeds.chainTo(), { key: "chain", "aria-pressed": String(chaining) }),
    ]);
  }

  /** @param {Element} at */
  async #more(at) {
    const { openMenu } = await import("./menu.js");
    const { collapsed, others, compared } = this.#state();
    const deeds = this.#deeds;
    openMenu(
      t("Space-time diagram"),
      [
        { label: collapsed ? t("Show local events one by one") : t("Collapse local events"), run: () => deeds.collapse() },
        { label: t("Lanes.."), run: () => deeds.chooseLanes() },
        { label: t("Find a pattern.."), run: () => deeds.findPattern() },
        ...others.map(({ id, name }) => ({ label: t("Compare with {branch}", { branch: name }), run: () => deeds.compare(id) })),
        ...(compared === null ? [] : [{ label: t("End the comparison"), run: () => deeds.compare(null) }]),
        { label: t("Save a picture (SVG)"), run: () => deeds.save() },
      ],
      at,
    );
  }
}

/** @param {string} label @param {(event: MouseEvent) => void} onclick @param {Record<string, unknown>} props */
const button = (label, onclick, props) => h("button", { type: "button", class: "quiet", onclick, ...props }, label);

/** Chooses which lanes are drawn. @param {import("../netsplit.js").SpaceTimeLane[]} lanes @param {Set<number>} hidden is changed @param {() => void} changed */
export async function chooseLanes(lanes, hidden, changed) {
  const { openDialog } = await import("./dialog.js");
  openDialog(t("Lanes"), () => [
    h("p", null, t("A hidden lane leaves the order of the others as it was: dotted lines stand for what went through it.")),
    ...lanes.map(({ name, events }, lane) =>
      h(
        "label",
        { class: "check" },
        h("input", {
          type: "checkbox",
          checked: !hidden.has(lane),
          onchange: (/** @type {Event} */ event) => {
            if (/** @type {HTMLInputElement} */ (event.target).checked) hidden.delete(lane);
            else hidden.add(lane);
            changed();
          },
        }),
        ` ${name} (${t("{n} {n|event|events}", { n: events })})`,
      ),
    ),
  ]);
}

/** @param {string} svg @param {string} name of the file, without its end */
export function save(svg, name) {
  const href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  h("a", { href, download: `${name.replaceAll("/", "-")}-space-time.svg` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
