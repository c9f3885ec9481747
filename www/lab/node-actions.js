// @ts-check
/**
 * What can be done to a node or to a message: one list for menus and for Inspect.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./menu.js").Item} Item
 * @typedef {import("../netsplit.js").Action} Action
 * @typedef {import("../netsplit.js").NodeRow} NodeRow
 * @typedef {import("../netsplit.js").MessageRow} MessageRow
 */
import { t } from "./language.js";
import { openMenu } from "./menu.js";
import { openLinkActions, openRequest } from "./on-demand.js";
import { duration } from "./words.js";

const DELAYS_US = [10_000, 100_000, 1_000_000];

/** @param {App} app @param {NodeRow} node @returns {Item[]} */
export function nodeActions(app, node) {
  const { id, status } = node;
  /** @type {(label: string, action: Action) => Item} */
  const item = (label, action) => ({ label, run: () => app.act(action) });
  const up = status === "running" || status === "paused";
  return [
    ...(node.client && up ? [{ label: t("Send a request.."), run: () => openRequest(app, id) }] : []),
    ...(up ? [item(t("Crash"), { crash: id })] : []),
    ...(status !== "crashed" && status !== "halted"
      ? []
      : [
          item(t("Restart"), { restart: { node: id, empty: false } }),
          item(t("Restart with an empty disk"), { restart: { node: id, empty: true } }),
        ]),
    ...(status === "running" ? [item(t("Pause"), { pause: id })] : []),
    ...(status === "paused" ? [item(t("Resume"), { resume: id })] : []),
    item(t("Isolate"), { cut: { isolate: id } }),
    ...(status === "running"
      ? node.timers.map((timer) => item(t("Let the {timer} timer run out", { timer: timer.name }), { choose: timer.item }))
      : []),
    ...(app.view === "cluster" ? placeActions(app, [id]) : []),
  ];
}

/** What is done to the picture, not to the run. @param {App} app @param {number[]} nodes @returns {Item[]} */
function placeActions(app, nodes) {
  const { sight } = app;
  const moved = sight.moved(app.layout);
  const here = nodes.filter((node) => moved.has(node));
  /** @type {(nodes: number[]) => () => void} */
  const putBack = (nodes) => () => {
    for (const node of nodes) moved.delete(node);
    app.changed("look");
  };
  const more = () => {
    sight.chosen = new Set(nodes);
    sight.choosing = true;
    app.changed("look");
  };
  return [
    ...(sight.choosing ? [] : [{ label: t("Select more"), run: more }]),
    ...(here.length ? [{ label: t("Put back"), run: putBack(here) }] : []),
    ...(moved.size > here.length ? [{ label: t("Put all back"), run: putBack([...moved.keys()]) }] : []),
  ];
}

/**
 * What can be done to several nodes at once: whatever can be done to one of them, to all of which that is true.
 *
 * @param {App} app @param {NodeRow[]} nodes @returns {Item[]}
 */
export function groupActions(app, nodes) {
  const ids = nodes.map(({ id }) => id);
  /** @type {(label: string, statuses: string[], action: (id: number) => Action) => Item[]} */
  const each = (label, statuses, action) => {
    const fit = nodes.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
    return fit.length ? [{ label: `${label} (${fit.length})`, run: () => void app.actAll(fit.map(action)) }] : [];
  };
  return [
    ...each(t("Crash"), ["running", "paused"], (id) => ({ crash: id })),
    ...each(t("Restart"), ["crashed", "halted"], (id) => ({ restart: { node: id, empty: false } })),
    ...each(t("Restart with an empty disk"), ["crashed", "halted"], (id) => ({ restart: { node: id, empty: true } })),
    ...each(t("Pause"), ["running"], (id) => ({ pause: id })),
    ...each(t("Resume"), ["paused"], (id) => ({ resume: id })),
    { label: t("Cut off from the others"), run: () => void app.act({ cut: { islands: [ids] } }) },
    { label: t("Isolate each"), run: () => void app.actAll(ids.map((id) => ({ cut: { isolate: id } }))) },
    ...placeActions(app, ids),
  ];
}

/** @param {App} app @param {MessageRow} message @returns {Item[]} */
export function messageActions(app, message) {
  /** @type {(label: string, act: Extract<Action, { message: unknown }>["message"]["act"]) => Item} */
  const item = (label, act) => ({ label, run: () => app.act({ message: { message: message.id, act } }) });
  const others = app.lab?.messages().filter((other) => other.id !== message.id) ?? [];
  return [
    item(t("Deliver now"), "deliver"),
    item(t("Drop"), "drop"),
    item(t("Duplicate"), "duplicate"),
    ...DELAYS_US.map((us) => item(t("Delay by {time}", { time: duration(us) }), { delay: us })),
    ...(others.length
      ? [{ label: t("Swap with.."), run: () => openSwap(app, message, others) }]
      : []),
  ];
}

/** @param {App} app @param {MessageRow} message @param {MessageRow[]} others */
function openSwap(app, message, others) {
  const items = others.slice(0, 12).map((other) => ({
    label: other.spoken,
    run: () => void app.act({ message: { message: message.id, act: { swap: other.id } } }),
  }));
  const at = document.activeElement ?? document.body;
  openMenu(t("Swap times of arrival with"), items, at);
}

/**
 * Opens the menu of what is selected, as the lab names it.
 *
 * @param {App} app @param {string} id @param {DOMRect} at
 */
export function openActions(app, id, at) {
  const number = id.startsWith("node:") ? Number(id.slice("node:".length)) : null;
  const node = number === null ? null : app.lab?.node(number);
  const message = app.lab?.messages().find((row) => `message:${row.id}` === id);
  /** @type {Item} */
  const inspect = { label: t("Inspect"), run: () => app.openPanel("inspect") };
  const { chosen } = app.sight;
  if (node && chosen.size > 1 && chosen.has(node.id)) {
    const nodes = [...chosen].map((each) => app.lab?.node(each)).filter((each) => each !== null && each !== undefined);
    openMenu(t("{n} {n|node|nodes}", { n: nodes.length }), groupActions(app, nodes), at);
  } else if (node) openMenu(node.name, [...nodeActions(app, node), inspect], at);
  else if (message) openMenu(message.kind_name, [...messageActions(app, message), inspect], at);
  else if (id.startsWith("link:")) openLinkActions(app, id, at);
  else app.openPanel("inspect");
}
