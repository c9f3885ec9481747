// @ts-check
/**
 * Fields and buttons that the groups of faults are made of.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").Action} Action
 * @typedef {import("../netsplit.js").NodeRow} NodeRow
 * @typedef {{ content: (Node | string)[], draw?: () => void }} Group   draw: shows what is the case now
 */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { field } from "./fields.js";

/** Parts per million in one per cent. */
export const PPM = 10_000;

/**
 * @param {App} app @param {string} label
 * @param {() => Action | Action[] | string} todo what to do, several things as one; or, as a sentence, why there is nothing to do
 */
export function button(app, label, todo) {
  const run = () => {
    const what = todo();
    if (Array.isArray(what)) return what.length === 1 && what[0] ? app.act(what[0]) : app.actAll(what);
    if (typeof what === "string" && what !== "reset-channels") app.say(what);
    else app.act(/** @type {Action} */ (what));
  };
  return h("button", { type: "button", key: label, onclick: run }, label);
}

/** @param {...HTMLElement} controls */
export const row = (...controls) => h("div", { class: "row" }, ...controls);

/** @param {...{ label: HTMLElement }} fields */
export const fields = (...fields) => h("div", { class: "fields" }, ...fields.map(({ label }) => label));

/**
 * A choice among all nodes of one kind together, and each by itself.
 *
 * @param {App} app @param {{ label: string, each?: "server" | "node", all?: boolean }} options all: together they are the first choice
 */
export function nodeChoice(app, { label, each = "node", all = false }) {
  const nodes = app.system?.nodes ?? [];
  const servers = nodes.filter((node) => !node.client);
  const clients = nodes.filter((node) => node.client);
  const single = each === "server" ? servers : nodes;
  const control = h(
    "select",
    null,
    all && h("option", { value: "all" }, t("All")),
    servers.length > 1 && h("option", { value: "servers" }, t("All servers")),
    clients.length > 1 && each === "node" && h("option", { value: "clients" }, t("All clients")),
    ...single.map(({ id, name }) => h("option", { value: String(id), selected: !all && id === single[0]?.id }, name)),
  );
  const groups = /** @type {Record<string, typeof nodes>} */ ({ all: nodes, servers, clients });
  return {
    control,
    label: field(label, control),
    /** @returns {number[]} their numbers */
    get ids() {
      return (groups[control.value] ?? nodes.filter(({ id }) => String(id) === control.value)).map(({ id }) => id);
    },
    /** @returns {NodeRow[]} as they are now */
    get rows() {
      return this.ids.map((id) => app.lab?.node(id)).filter((node) => node !== null && node !== undefined);
    },
    get isAll() {
      return control.value === "all";
    },
  };
}

/**
 * A choice among things that come and go; somebody who is choosing is left in peace.
 *
 * @param {string} label @param {number} most how many of them are offered
 */
export function passing(label, most) {
  const control = h("select");
  return {
    control,
    label: field(label, control),
    /** @param {{ id: string, text: string }[]} things what there is now */
    offer(things) {
      if (document.activeElement === control && things.some(({ id }) => id === control.value)) return;
      const { value } = control;
      redraw(control, things.slice(0, most), () => things.slice(0, most).map(({ id, text }) => h("option", { value: id, selected: id === value }, text)));
      control.disabled = things.length === 0;
    },
  };
}

/**
 * A field for a number that may be left blank: then nothing changes. It shows what is the case now.
 *
 * @typedef {{ label: HTMLElement, value: number | null, present: number[] }} Blank
 * @param {string} text @param {{ min?: number, max?: number }} [range] @returns {Blank}
 */
export function blank(text, { min = 0, max = 1e9 } = {}) {
  const input = h("input", { type: "number", min, max, step: "any" });
  /** @type {number[]} */
  let now = [];
  return {
    label: field(text, input),
    get value() {
      return Number.isFinite(input.valueAsNumber) ? Math.min(max, Math.max(min, input.valueAsNumber)) : null;
    },
    set value(value) {
      input.value = value === null ? "" : String(value);
    },
    get present() {
      return now;
    },
    set present(values) {
      now = values;
      input.placeholder = values.length > 1 ? t("differs") : String(values[0] ?? "");
    },
  };
}

/** @param {string} name @param {number | null} value @param {number} unit @returns {Record<string, number>} nothing for a blank */
export const part = (name, value, unit) => (value === null ? {} : { [name]: Math.round(value * unit) });

/**
 * A field for a number; what is out of range is brought into it.
 *
 * @param {string} text @param {number} start @param {{ min?: number, max?: number, step?: number }} [range]
 */
export function number(text, start, { min = 0, max = 1e9, step = 1 } = {}) {
  const input = h("input", { type: "number", min, max, step, value: String(start) });
  return {
    label: field(text, input),
    get value() {
      const value = Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : start;
      return Math.min(max, Math.max(min, value));
    },
  };
}
