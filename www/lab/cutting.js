// @ts-check
/**
 * Cutting the network by hand: which node is on which side, and the cut that comes of it.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./app.js").CutKind} CutKind
 * @typedef {import("./app.js").CutMode} CutMode
 */
import { t } from "./language.js";

/** Sides are islands A and B; in a bridge one node stands on neither. */
export const sideNames = () => [t("island A"), t("island B"), t("the bridge")];
const [A, B, BRIDGE] = [0, 1, 2];

/** @param {App} app starts with the servers split in two halves and the clients with the larger one */
export function startCut(app) {
  preset(app, "islands");
}

/** @param {App} app @param {CutKind} kind fills in a usual cut of this kind */
export function preset(app, kind) {
  const nodes = app.system?.nodes ?? [];
  const servers = nodes.filter((node) => !node.client).map((node) => node.id);
  const chosen = app.selectedNode !== null && servers.includes(app.selectedNode) ? app.selectedNode : servers[0];
  const half = Math.floor(servers.length / 2);
  const others = servers.filter((id) => id !== chosen);
  /** @param {number} id @returns {number} */
  const side = (id) => {
    if (kind === "isolate") return id === chosen ? A : B;
    if (kind === "one-way") return id === chosen ? A : B;
    if (kind === "bridge") return id === chosen ? BRIDGE : others.indexOf(id) >= 0 && others.indexOf(id) < others.length / 2 ? A : B;
    return servers.indexOf(id) >= 0 && servers.indexOf(id) < half ? A : B;
  };
  app.setCut({ kind, sides: new Map(nodes.map(({ id }) => [id, side(id)])) });
}

/** @param {App} app @param {number} node moves it to the next side; islands cut another way become plain islands */
export function switchSide(app, node) {
  const { cut } = app;
  if (!cut || cut.kind === "ring") return;
  const sides = new Map(cut.sides);
  const side = sides.get(node);
  if (cut.kind === "bridge") {
    if (side === BRIDGE) return;
    sides.set(node, side === A ? B : A);
  } else {
    sides.set(node, side === A ? B : A);
  }
  app.setCut({ kind: cut.kind === "isolate" ? "islands" : cut.kind, sides });
}

/**
 * Starts cutting along a line: nodes left and right of it are the islands.
 *
 * @param {App} app
 * @param {{ node: number, x: number, y: number }[]} centres
 * @param {{ x: number, y: number }} a
 * @param {{ x: number, y: number }} b
 * @returns {boolean} false if all nodes are on one side
 */
export function cutAlong(app, centres, a, b) {
  /** @param {{ x: number, y: number }} p */
  const side = (p) => ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0 ? A : B);
  const sides = new Map(centres.map((centre) => [centre.node, side(centre)]));
  if (new Set(sides.values()).size < 2) return false;
  app.setCut({ kind: "islands", sides });
  return true;
}

/** @param {CutMode} cut @param {number} side the nodes there */
export function nodesOn({ sides }, side) {
  return [...sides].filter(([, each]) => each === side).map(([node]) => node);
}

/**
 * @param {CutMode} cut
 * @param {number[]} servers
 * @returns {import("../netsplit.js").Action} the cut as the plan writes it
 */
export function cutAction(cut, servers) {
  const [a, b] = [nodesOn(cut, A), nodesOn(cut, B)];
  switch (cut.kind) {
    case "isolate":
      return { cut: { isolate: a[0] ?? 0 } };
    case "bridge":
      return { cut: { bridge: { bridge: nodesOn(cut, BRIDGE)[0] ?? 0, left: a, right: b } } };
    case "ring":
      return { cut: { ring: servers } };
    case "one-way":
      return { cut: { "one-way": { from: a, to: b } } };
    case "islands":
      return { cut: { islands: [a, b] } };
  }
}
