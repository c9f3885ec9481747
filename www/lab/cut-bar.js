// @ts-check
/**
 * `<netsplit-cut-bar>`: stands in for the actions while the network is being cut. Every node is a switch between the
 * islands, here and on the canvas.
 */
import { cutAction, nodesOn, preset, sideNames, switchSide } from "./cutting.js";
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { list } from "./words.js";

/** @type {() => [import("./app.js").CutKind, string][]} */
const presets = () => [["islands", t("Half")], ["isolate", t("Isolate")], ["bridge", t("Bridge")], ["ring", t("Ring")], ["one-way", t("One-way")]];

/** Larger clusters have no switch for each node: they are switched on the canvas. */
const CROWD = 60;
/** More nodes than this are counted, not named. */
const NAMED = 9;

class CutBar extends Part {
  /** Lies over actions and caption, so that the stage does not move while one aims at its nodes. */
  #sheet = h("div", { class: "cut-sheet" });

  setUp() {
    this.hidden = true;
    this.append(this.#sheet);
    this.on(["open", "mode"], () => this.#draw());
  }

  #draw() {
    const { system, cut } = this.app;
    const opened = this.hidden && cut !== null;
    this.hidden = cut === null;
    if (!system || !cut) return;
    const { nodes } = system;
    redraw(this.#sheet, [cut.kind, [...cut.sides]], () => [
      h("p", { role: "status" }, this.#sentence()),
      cut.kind !== "ring" &&
        nodes.length <= CROWD &&
        h(
          "div",
          { role: "group", "aria-label": t("Which side is each node on?"), class: "switches" },
          nodes.map(({ id, name }) =>
            h(
              "button",
              { type: "button", key: `side${id}`, class: "switch", "data-side": cut.sides.get(id) ?? 1, onclick: () => switchSide(this.app, id) },
              h("span", null, name),
              h("small", null, sideNames()[cut.sides.get(id) ?? 1]),
            ),
          ),
        ),
      h(
        "div",
        { class: "row" },
        h(
          "div",
          { role: "group", "aria-label": t("Kind of cut"), class: "row" },
          presets().map(([kind, label]) =>
            h("button", { type: "button", key: kind, "aria-pressed": String(kind === cut.kind), onclick: () => preset(this.app, kind) }, label),
          ),
        ),
        h("span", { class: "space" }),
        h("button", { type: "button", key: "apply", class: "strong", onclick: () => this.#apply() }, t("Apply")),
        h("button", { type: "button", key: "cancel", onclick: () => this.app.endCut() }, t("Cancel")),
      ),
    ]);
    if (opened) /** @type {HTMLElement | null} */ (this.querySelector("[data-key=islands]"))?.focus({ preventScroll: true });
  }

  /** What the cut would do, in words. */
  #sentence() {
    const { system, cut } = this.app;
    if (!system || !cut) return "";
    const { nodes } = system;
    /** @param {number} side */
    const names = (side) => {
      const all = nodesOn(cut, side).map((id) => nodes.find((node) => node.id === id)?.name ?? "");
      return all.length <= NAMED ? list(all) : t("{names} and {n} others", { names: all.slice(0, 3).join(", "), n: all.length - 3 });
    };
    if (cut.kind === "ring") return t("Each server reaches only its two neighbours.");
    if (cut.kind === "one-way") return t("Nothing that {from} sends reaches {to}.", { from: names(0) || t("nobody"), to: names(1) || t("anybody") });
    const sides = { a: names(0) || t("nobody"), b: names(1) || t("nobody"), bridge: names(2) };
    return cut.kind === "bridge"
      ? t("Island A: {a}. Island B: {b}; {bridge} reaches both.", sides)
      : t("Island A: {a}. Island B: {b}.", sides);
  }

  #apply() {
    const { system, cut } = this.app;
    if (!system || !cut) return;
    const servers = system.nodes.filter((node) => !node.client).map((node) => node.id);
    const action = cutAction(cut, servers);
    this.app.endCut();
    this.app.act(action);
  }
}
customElements.define("netsplit-cut-bar", CutBar);
export { cutAlong, preset, startCut } from "./cutting.js";
