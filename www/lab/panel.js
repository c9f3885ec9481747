// @ts-check
/** `<netsplit-panel>`: details, one tab at a time. */
import { h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { loadTab } from "./on-demand.js";
import { Part } from "./part.js";

/** @type {() => [import("./app.js").Tab, string][]} */
const tabs = () => [
  ["inspect", t("Inspect")],
  ["events", t("Events")],
  ["properties", t("Properties")],
  ["faults", t("Faults")],
  ["rules", t("Rules")],
];

class Panel extends Part {
  #tabs = h("div", { role: "tablist", "aria-label": t("Details"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
  #body = h("div", { class: "panel-body", role: "tabpanel", id: "panel-body", tabindex: 0 });
  /** @type {string | null} name of the element that the body holds, or will when it is loaded */
  #shown = null;
  /** @type {Element | null} what had the focus when the panel was opened */
  #back = null;

  setUp() {
    this.hidden = true;
    this.append(
      // Headings of the tabs come below one of the page's own, also where the story is not shown.
      h("h2", { class: "hidden" }, t("Details")),
      h(
        "div",
        { class: "panel-head" },
        this.#tabs,
        h("button", { type: "button", class: "quiet", "aria-label": t("Close the details"), onclick: () => this.app.openPanel(null) }, icon("close")),
      ),
      this.#body,
    );
    this.on(["open", "panel"], () => this.#draw());
  }

  #draw() {
    const { tab } = this.app;
    const opened = this.hidden && tab !== null;
    if (opened) this.#back = document.activeElement;
    const hadFocus = this.contains(document.activeElement);
    this.hidden = tab === null;
    if (tab === null) {
      this.#shown = null;
      this.#body.replaceChildren();
      if (hadFocus && this.#back instanceof HTMLElement) this.#back.focus();
      redraw(this.#tabs, null, () => []);
      return;
    }
    redraw(this.#tabs, tab, () =>
      tabs().map(([id, name]) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${id}`,
            key: id,
            "aria-selected": String(id === tab),
            "aria-controls": "panel-body",
            tabindex: id === tab ? 0 : -1,
            onclick: () => this.app.openPanel(id),
          },
          name,
        ),
      ),
    );
    this.#body.setAttribute("aria-labelledby", `tab-${tab}`);
    this.#show(tab);
    if (!opened) return;
    if (this.app.tabFocus) document.getElementById(`tab-${tab}`)?.focus();
    // Half a sheet covers the lower half: what is on the stage stays in view.
    if (matchMedia("(width < 768px)").matches) document.getElementById("stage")?.scrollIntoView({ block: "start" });
  }

  /** @param {import("./app.js").Tab} tab */
  #show(tab) {
    const foreign = this.app.trace && (tab === "inspect" || tab === "events" ? `netsplit-foreign-${tab}` : "netsplit-foreign-none");
    const element = foreign ?? `netsplit-${tab}`;
    if (this.#shown === element) return;
    this.#shown = element;
    this.#body.scrollTop = 0;
    this.#body.replaceChildren();
    loadTab(this.app, foreign ? "foreign" : tab, () => {
      if (this.#shown === element) this.#body.replaceChildren(document.createElement(element));
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = tabs().findIndex(([id]) => id === this.app.tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    const next = tabs().at(to % tabs().length)?.[0];
    if (!next) return;
    this.app.openPanel(next);
    this.#draw();
    document.getElementById(`tab-${next}`)?.focus();
    event.preventDefault();
  }
}
customElements.define("netsplit-panel", Panel);
