// @ts-check
/**
 * `<netsplit-faults>`: everything that can be done to nodes, messages, links, clocks and disks, in one place: what is wrong now,
 * and groups whose contents are loaded when the first of them is opened.
 *
 * @typedef {import("../netsplit.js").Action} Action
 */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { loadFaultGroups } from "./on-demand.js";
import { TabPart } from "./tab.js";

/** How many faults are listed. */
const LISTED = 20;

class Faults extends TabPart {
  #wrong = h("div");
  /** What draws the groups that are filled. @type {(() => void)[]} */
  #groups = [];
  #filled = false;

  setUp() {
    const { system } = this.app;
    if (!system) return;
    this.append(
      this.#wrong,
      ...[t("Nodes"), t("Messages"), t("Links"), t("Partitions"), t("Clocks"), t("Disks"), t("What comes next")].map((title) =>
        h("details", { class: "group", ontoggle: () => this.#fill() }, h("summary", null, title)),
      ),
    );
    this.keep([], () => this.#draw());
  }

  #fill() {
    if (this.#filled) return;
    loadFaultGroups(this.app, ({ groups }) => {
      if (this.#filled || !this.isConnected) return;
      this.#filled = true;
      const [nodes, messages, links, partitions, clocks, disks, order] = this.querySelectorAll("details");
      for (const [place, fill] of /** @type {const} */ ([[nodes, groups.nodes], [messages, groups.messages], [links, groups.links], [partitions, groups.partitions], [clocks, groups.clocks], [disks, groups.disks], [order, groups.order]])) {
        const { content, draw } = fill(this.app);
        place?.append(...content);
        if (place && draw) this.#groups.push(() => place.open && draw());
        place?.addEventListener("toggle", () => place.open && draw?.());
        draw?.();
      }
    });
  }

  /** What is wrong now, in words. */
  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    for (const draw of this.#groups) draw();
    const spoken = [...lab.cuts(), ...lab.links()].map((row) => row.spoken);
    redraw(this.#wrong, spoken, () =>
      spoken.length === 0
        ? []
        : [
            h("h3", null, t("Now")),
            h("ul", null, spoken.slice(0, LISTED).map((text) => h("li", null, text))),
            spoken.length > LISTED && h("p", { class: "muted" }, t("{n} more links are faulty.", { n: spoken.length - LISTED })),
            h(
              "div",
              { class: "row" },
              this.#button(t("Heal all links"), { heal: [] }),
              this.#button(t("Take back all channel changes"), "reset-channels"),
            ),
          ],
    );
  }

  /** @param {string} label @param {Action} action */
  #button(label, action) {
    return h("button", { type: "button", key: label, onclick: () => this.app.act(action) }, label);
  }
}
customElements.define("netsplit-faults", Faults);
