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
import { openRequest } from "./request.js";
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
    ...(up
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
  const node = app.lab?.nodes().find((row) => `node:${row.id}` === id);
  const message = app.lab?.messages().find((row) => `message:${row.id}` === id);
  /** @type {Item} */
  const inspect = { label: t("Inspect"), run: () => app.openPanel("inspect") };
  if (node) openMenu(node.name, [...nodeActions(app, node), inspect], at);
  else if (message) openMenu(message.kind_name, [...messageActions(app, message), inspect], at);
  else app.openPanel("inspect");
}
