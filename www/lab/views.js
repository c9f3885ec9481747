// @ts-check
/** `<netsplit-views>`: the views of the stage, the properties chip, and the way to the details. */
import { h, redraw, setText } from "./dom.js";
import { verdictIcon } from "./icons.js";
import { t } from "./language.js";
import { Part } from "./part.js";

/** @type {() => Record<string, string>} */
const viewNames = () => ({ cluster: t("Cluster"), log: t("Log"), leases: t("Leases"), requests: t("Requests"), plot: t("Plot"), "space-time": t("Space-time") });

class Views extends Part {
  #tabs = h("div", { role: "tablist", "aria-label": t("View"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
  #chip = h("button", { type: "button", class: "chip", onclick: () => this.app.openPanel("properties") });
  /** The picture itself says which rules are broken; this says it to those who do not see the picture. */
  #broken = h("p", { role: "status", class: "hidden" });
  #details = h("button", { type: "button", "aria-expanded": "false", "aria-keyshortcuts": "d", onclick: () => this.app.togglePanel() }, t("Details"));

  setUp() {
    this.append(this.#tabs, h("span", { class: "space" }), this.#broken, this.#chip, this.#details);
    this.on(["open", "look"], () => this.#drawTabs());
    this.on(["open", "moment"], () => this.#drawChips(), { slow: true });
    this.on(["panel"], () => this.#details.setAttribute("aria-expanded", String(this.app.tab !== null)));
  }

  #drawTabs() {
    const { system, view } = this.app;
    if (!system) return;
    const { views } = system;
    redraw(this.#tabs, [views, view], () =>
      views.map((id) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `view-${id}`,
            key: id,
            "aria-selected": String(id === view),
            "aria-controls": "stage",
            tabindex: id === view ? 0 : -1,
            onclick: () => this.app.setView(id),
          },
          viewNames()[id] ?? id,
        ),
      ),
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const views = this.app.system?.views ?? [];
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const to = views.at((views.indexOf(this.app.view) + way) % views.length);
    if (to === undefined) return;
    this.app.setView(to);
    this.#drawTabs();
    document.getElementById(`view-${to}`)?.focus();
    event.preventDefault();
  }

  #drawChips() {
    const { lab, system } = this.app;
    if (!lab || !system) return;
    const verdicts = lab.verdicts();
    /** @param {string} status */
    const many = (status) => verdicts.filter((verdict) => verdict.status === status).length;
    const [violated, unknown, holds] = [many("violated"), many("unknown"), many("holds")];
    const text = [
      violated > 0 && t("{n} violated", { n: violated }),
      holds > 0 && t("{n} {n|holds|hold}", { n: holds }),
      unknown > 0 && t("{n} unknown", { n: unknown }),
    ].filter((part) => part !== false);
    const worst = violated > 0 ? "violated" : holds > 0 ? "holds" : "unknown";
    const most = { violated, holds, unknown }[worst];
    redraw(this.#chip, [worst, text], () => [
      verdictIcon(worst),
      h("span", { class: "hidden" }, `${t("Properties")}: `),
      h("span", { class: "chip-words" }, text.join(", ")),
      // Where there is no room for words.
      h("span", { class: "chip-count", "aria-hidden": "true" }, String(most)),
    ]);
    this.#chip.classList.toggle("violated", violated > 0);
    this.#chip.hidden = verdicts.length === 0;

    const on = system.mutants.filter((mutant) => mutant.on);
    const foreign = this.app.provenance?.matches === false ? [t("Not the run that was sent.")] : [];
    setText(this.#broken, [...foreign, ...on.map((mutant) => `${t("Rule broken: {rule}.", { rule: mutant.id })} ${mutant.about}`)].join(" "));
  }
}
customElements.define("netsplit-views", Views);
