// @ts-check
/**
 * Selecting several nodes: by clicks with Shift or after *Select more*, by a band around them, by keys. Whoever does not see their
 * rings is told who they are.
 *
 * @typedef {import("./stage.js").Stage} Stage
 * @typedef {{ x: number, y: number }} Point
 */
import { h, setText } from "./dom.js";
import { t } from "./language.js";
import { list } from "./words.js";

/** More nodes than this are counted, not named. */
const NAMED = 8;

/** @param {string | null} id as the lab names it @returns {number | null} the node that it names */
export const nodeOf = (id) => (id?.startsWith("node:") ? Number(id.slice("node:".length)) : null);

export class Choosing {
  /** @type {Stage} */
  #stage;
  #status = h("p", { role: "status", class: "hidden" });

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    stage.append(this.#status);
  }

  get #app() {
    return this.#stage.app;
  }

  get #sight() {
    return this.#app.sight;
  }

  /** The nodes in view and their centres. */
  centres() {
    return (this.#app.lab?.targets("cluster", this.#stage.options()) ?? []).flatMap(({ id, x, y, width, height }) => {
      const node = nodeOf(id);
      return node === null ? [] : [{ node, x: x + width / 2, y: y + height / 2 }];
    });
  }

  /** Takes a node in, or out. @param {number} node */
  toggle(node) {
    const { chosen } = this.#sight;
    const selected = nodeOf(this.#app.selected);
    const now = new Set(chosen.size === 0 && selected !== null ? [selected] : chosen);
    if (now.has(node) && now.size > 1) now.delete(node);
    else now.add(node);
    this.#app.select(now.has(node) ? `node:${node}` : `node:${[...now][0]}`);
    this.choose([...now]);
  }

  /** @param {number[]} nodes these and no others; none: no longer several */
  choose(nodes) {
    if (nodes.length === 0 && this.#sight.chosen.size === 0 && !this.#sight.choosing) return;
    this.#sight.chosen = new Set(nodes);
    if (nodes.length === 0) this.#sight.choosing = false;
    this.#app.changed("look");
    this.#announce();
  }

  /** @param {Point} a @param {Point} b corners of a band */
  within(a, b) {
    const inside = (/** @type {Point} */ p) =>
      p.x >= Math.min(a.x, b.x) && p.x <= Math.max(a.x, b.x) && p.y >= Math.min(a.y, b.y) && p.y <= Math.max(a.y, b.y);
    const nodes = this.centres().filter(inside).map(({ node }) => node);
    if (nodes[0] !== undefined) this.#app.select(`node:${nodes[0]}`);
    this.choose(nodes);
  }

  /** Walks on, and takes in where it comes. @param {number} way */
  extend(way) {
    const from = nodeOf(this.#app.selected);
    this.#stage.walk(way);
    const to = nodeOf(this.#app.selected);
    const nodes = [...this.#sight.chosen, from, to].filter((node) => node !== null);
    this.choose([...new Set(nodes)]);
  }

  #announce() {
    const names = this.#app.system?.nodes.filter(({ id }) => this.#sight.chosen.has(id)).map(({ name }) => name) ?? [];
    const all = names.length > NAMED ? "" : `: ${list(names)}`;
    setText(this.#status, names.length ? `${t("{n} {n|node|nodes} selected", { n: names.length })}${all}` : t("Nothing is selected."));
  }
}
