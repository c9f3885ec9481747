// @ts-check
/** How the run is looked at: view, selection, panel, and the cut that is being drawn. */
import { Acting } from "./app-acting.js";
import { Settings } from "./settings.js";
import { Sight } from "./sight.js";

/**
 * @typedef {import("./app.js").CutMode} CutMode
 * @typedef {import("./app.js").Tab} Tab
 * @typedef {import("./app.js").ViewName} ViewName
 * @typedef {import("./app.js").VerdictRow} VerdictRow
 */

export class Looking extends Acting {
  settings = new Settings();

  /** @type {ViewName} */
  view = "cluster";
  /** What is selected, as the lab names it: `node:0`, `message:...`. @type {string | null} */
  selected = null;
  /** @type {string | null} */
  hovered = null;
  /** How the stage is looked at. */
  sight = new Sight();
  /** @type {Tab | null} */
  tab = null;
  /** @type {Tab} */
  lastTab = "events";
  /** Whether the focus goes to a panel that opens. */
  tabFocus = true;
  /** How much detail the list of events shows. @type {import("../netsplit.js").Level} */
  level = "story";
  /** The picture of a view that draws itself, as SVG; null while another is shown. @type {((size: { width: number, height: number }) => import("../netsplit.js").Result<string> | null) | null} */
  diagram = null;
  /** @type {CutMode | null} */
  cut = null;

  get theme() {
    return this.settings.theme;
  }

  /** How nodes are arranged. */
  get layout() {
    return this.settings.values.layout;
  }

  /** The node that is selected. */
  get selectedNode() {
    const [kind, id] = this.selected?.split(":") ?? [];
    return kind === "node" ? Number(id) : null;
  }

  /** The message that is selected. */
  get selectedMessage() {
    return this.selected?.startsWith("message:") ? this.selected.slice("message:".length) : null;
  }

  /** @param {{ width: number, height: number, dpr: number }} size what a painter needs to know */
  paintOptions({ width, height, dpr }) {
    const islands = this.cut ? islandsOf(this.cut) : undefined;
    return {
      width,
      height,
      dpr,
      theme: this.theme,
      selected: this.selected,
      hover: this.hovered,
      reduced_motion: this.settings.reducedMotion,
      verdicts_elsewhere: true,
      ...this.sight.options(this.layout, this.has("actions")),
      ...(islands ? { islands } : {}),
    };
  }

  /** @param {string | null} id */
  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    this.changed("look");
  }

  /** Selects no more than one node. */
  chooseNone() {
    this.sight.chosen = new Set();
    this.sight.choosing = false;
    this.changed("look");
  }

  /** @param {string | null} id */
  hover(id) {
    if (this.hovered === id) return;
    this.hovered = id;
    this.changed("look");
  }

  /** @param {ViewName} view */
  setView(view) {
    this.view = view;
    this.changed("look");
  }

  /** @param {Tab | null} tab @param {boolean} [focus] whether the focus goes along */
  openPanel(tab, focus = true) {
    this.tab = tab;
    this.tabFocus = focus;
    if (tab) this.lastTab = tab;
    this.changed("panel");
  }

  /** @param {import("../netsplit.js").Level} level how much detail the list of events shows */
  setLevel(level) {
    this.level = level;
    this.changed("look");
  }

  togglePanel() {
    this.openPanel(this.tab ? null : this.lastTab);
  }

  /** Starts or changes cutting the network by hand. @param {CutMode} cut */
  setCut(cut) {
    this.cut = cut;
    this.changed("mode", "look");
  }

  endCut() {
    this.cut = null;
    this.changed("mode", "look");
  }

  /** @param {VerdictRow} verdict shows where its property fell */
  async showWitness(verdict) {
    const { witness } = verdict;
    if (!witness) return;
    const [first] = witness.nodes;
    if (first !== undefined) this.selected = `node:${first}`;
    this.sight.chosen = new Set(witness.nodes[1] === undefined ? [] : witness.nodes);
    this.changed("look");
    if (witness.event_n !== null) await this.seekEvent(witness.event_n + 1);
    else await this.seekTime(witness.at_us);
    this.show({ text: verdict.text, event: null, verdict });
  }
}

/** @param {CutMode} cut the nodes of each island that has any */
export function islandsOf({ sides }) {
  /** @type {number[][]} */
  const islands = [];
  for (const [node, side] of sides) (islands[side] ??= []).push(node);
  return islands.filter((island) => island?.length);
}
