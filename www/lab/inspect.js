// @ts-check
/**
 * `<netsplit-inspect>`: the selected node or message at the cursor: what it is, its state, what has just changed, and what
 * can be done to it. With nothing selected: the run itself.
 */
import { currentBranchOf } from "./branches.js";
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { linkActions, linkOf, toldLink } from "./link-actions.js";
import { messageActions, nodeActions } from "./node-actions.js";
import { hasReason } from "./reason.js";
import { TabPart } from "./tab.js";
import { openWhy } from "./why.js";
import { count, duration, time } from "./words.js";

/**
 * @typedef {{ label: string, value: string }} Field
 * @typedef {import("../netsplit.js").NodeRow} NodeRow
 */

const ENTRIES = 12;
/** How far back the last event of a node is looked for. */
const RECENT = 60;

class Inspect extends TabPart {
  #head = h("div");
  #latest = h("div", { class: "latest" });
  #actions = h("div", { class: "row actions" });
  #state = h("div");
  /** @type {Map<string, string>} what a field of a node was before the last event that happened to it, if it was something else */
  #was = new Map();
  /** A node before the last event that happened to it; null as long as it is not known. @type {{ of: string, node: NodeRow | null }} */
  #before = { of: "", node: null };
  /** The fields of a message, kept after it has arrived. @type {{ id: string, fields: Field[] } | null} */
  #last = null;

  setUp() {
    this.append(this.#head, this.#latest, this.#actions, this.#state);
    this.keep(["look", "branches"], () => this.#draw());
  }

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    const node = this.app.selectedNode === null ? null : lab.node(this.app.selectedNode);
    const message = lab.messages().find((row) => row.id === this.app.selectedMessage);
    const latest = node ? lab.recentEvents("protocol", RECENT).findLast((event) => event.node === node.id) : undefined;
    this.#drawLatest(latest);
    if (node) this.#drawNode(node, latest);
    else if (message) this.#drawMessage(message);
    else if (this.app.selectedMessage !== null) this.#drawGone(this.app.selectedMessage);
    else {
      const link = linkOf(this.app.selected);
      if (link) this.#drawLink(link);
      else this.#drawRun();
    }
  }

  /** @param {import("../netsplit.js").EventRow} [event] the last one that happened to what is shown */
  #drawLatest(event) {
    redraw(this.#latest, event?.id ?? null, () => [
      event && h("p", null, h("span", { class: "muted" }, time(event.at_us)), " ", event.text),
      event && hasReason(event) && h("button", { type: "button", class: "quiet", key: "why", onclick: () => openWhy(this.app, event) }, t("Why?")),
    ]);
  }

  /** @param {NodeRow} node @param {import("../netsplit.js").EventRow} [latest] */
  #drawNode(node, latest) {
    const { lab } = this.app;
    if (!lab) return;
    const now = lab.cursor().at_us;
    redraw(this.#head, [node.spoken], () => [h("h3", null, node.name), h("p", null, node.spoken)]);
    this.#drawActions(["node", node.id, node.status, node.timers.map((timer) => timer.item)], () => nodeActions(this.app, node));
    /** @param {number} id */
    const name = (id) => this.app.system?.nodes.find((each) => each.id === id)?.name ?? String(id);
    const timers = node.timers.map((timer) => ({ label: t("{timer} timer", { timer: timer.name }), value: t("in {time}", { time: duration(Math.max(0, timer.due_us - now)) }) }));
    const fields = [...node.fields, ...this.#votes(node, name)];
    const before = this.#lookBack(node, latest);
    /** @param {NodeRow} row */
    const all = (row) => [...row.fields, ...this.#votes(row, name), ...compared(row)];
    this.#was = before ? changed(all(before), all(node)) : new Map();
    const due = new Map(before?.timers.map((timer) => [timer.name, timer.due_us]));
    for (const timer of before ? node.timers : []) {
      const before_us = due.get(timer.name);
      const value = before_us === undefined ? t("not set") : t("in {time}", { time: duration(Math.max(0, before_us - now)) });
      if (before_us !== timer.due_us) this.#was.set(t("{timer} timer", { timer: timer.name }), value);
    }
    const log = node.log;
    const entries = log ? lab.log(node.id, Math.max(log.first, log.last - ENTRIES + 1), log.last) : [];
    redraw(this.#state, [fields, timers, log, entries, node.peers, [...this.#was]], () => [
      this.#table([...fields, ...timers]),
      log && h("h4", null, t("Log: {last} entries, committed to {committed}, applied to {applied}", { last: count(log.last), committed: count(log.committed), applied: count(log.applied) }), this.#wasOf("log")),
      entries.length > 0 &&
        table(
          [t("Position"), t("Epoch"), t("Entry"), t("State")],
          entries.map(({ index, epoch, label, state, conflict }) => [
            String(index),
            String(epoch),
            label,
            conflict ? t("{state}, differs from another node's", { state: entryState(state) }) : entryState(state),
          ]),
        ),
      node.peers.length > 0 && h("h4", null, t("What it knows of the others")),
      node.peers.length > 0 &&
        table(
          [t("Node"), t("Next"), t("Matched"), t("In flight")],
          node.peers.map((peer) => [name(peer.node), ...KNOWN.map((of) => [String(peer[of]), this.#wasOf(`${of} ${peer.node}`)])]),
        ),
    ]);
  }

  /**
   * A node before the last event that happened to it: known soon after it is asked for, if the run stands still.
   *
   * @param {NodeRow} node @param {import("../netsplit.js").EventRow} [latest]
   */
  #lookBack(node, latest) {
    const { app } = this;
    const lab = app.need();
    if (app.playing || app.busy || !app.has("all")) return null;
    const of = latest ? JSON.stringify([app.run, lab.cursor().branch, latest.id, node.id]) : "";
    if (this.#before.of !== of) {
      this.#before = { of, node: null };
      if (latest) void lab.nodeBefore(node.id, latest.n).then((found) => this.#found(of, found.ok ? found.value : null));
    }
    return this.#before.node;
  }

  /** @param {string} of @param {NodeRow | null} node */
  #found(of, node) {
    if (this.#before.of !== of || !node || !this.isConnected) return;
    this.#before.node = node;
    this.#draw();
  }

  /** @param {NodeRow} node @param {(id: number) => string} name @returns {Field[]} */
  #votes(node, name) {
    return node.votes.length > 0 ? [{ label: t("Votes"), value: node.votes.map(name).join(", ") }] : [];
  }

  /** @param {import("../netsplit.js").MessageRow} message */
  #drawMessage(message) {
    redraw(this.#head, [message.spoken], () => [h("h3", null, message.kind_name), h("p", null, message.spoken)]);
    this.#drawActions(["message", message.id], () => messageActions(this.app, message));
    const fields = [
      { label: t("Sent"), value: time(message.sent_us) },
      ...(message.due_us === null ? [] : [{ label: message.lost ? t("Is lost") : t("Arrives"), value: time(message.due_us) }]),
      ...message.fields,
    ];
    this.#last = { id: message.id, fields };
    this.#was = new Map();
    redraw(this.#state, fields, () => [this.#table(fields)]);
  }

  /** A message that is not in flight becomes its delivery or its loss. @param {string} id */
  #drawGone(id) {
    const { lab } = this.app;
    if (!lab) return;
    const fate = lab.fate(id);
    const { text, event } = fate ?? { text: t("This message is not in flight at the cursor."), event: null };
    redraw(this.#head, ["gone", text, event?.text], () => [
      h("p", null, text),
      event !== null && event.kind === "delivered" && h("p", null, event.text),
    ]);
    this.#drawActions(["gone", event?.n], () =>
      event === null ? [] : [{ label: t("Go to that event"), run: () => void this.app.seekEvent(event.n + 1) }],
    );
    const fields = this.#last?.id === id ? this.#last.fields : [];
    this.#was = new Map();
    redraw(this.#state, ["gone", fields], () => [fields.length > 0 && h("h4", null, t("It carried")), this.#table(fields)]);
  }

  /** @param {import("../netsplit.js").Link} link */
  #drawLink(link) {
    const { name, spoken } = toldLink(this.app, link);
    redraw(this.#head, [name, spoken], () => [h("h3", null, name), ...spoken.map((each) => h("p", null, each))]);
    const actions = linkActions(this.app, link);
    this.#drawActions(["link", ...link, actions.map(({ label }) => label)], () => actions);
    redraw(this.#state, ["link"], () => []);
  }

  #drawRun() {
    const { lab } = this.app;
    const { scenario, system } = this.app;
    if (!lab || !scenario || !system) return;
    const cursor = lab.cursor();
    redraw(this.#head, ["run"], () => [h("p", { class: "muted" }, t("Select a node or a message to see its state.")), h("h3", null, t("This run"))]);
    this.#drawActions(["run", scenario.id], () =>
      scenario.id === "" ? [] : [{ label: t("Another seed"), run: () => this.app.visit(scenario.id, this.app.freshSeed()) }],
    );
    const fields = [
      { label: t("Scenario"), value: scenario.id || t("none") },
      { label: t("System"), value: t("{system}, behaviour {n}", { system: system.id, n: system.behaviour }) },
      { label: t("Seed"), value: lab.seed() },
      { label: t("Branch"), value: currentBranchOf(lab)?.name ?? "" },
      { label: t("Event"), value: t("{n} of {all}", { n: count(cursor.event), all: count(cursor.events) }) },
      { label: t("Time"), value: time(cursor.at_us) },
      { label: t("Fingerprint"), value: lab.fingerprint() },
    ];
    redraw(this.#state, fields, () => [this.#table(fields)]);
  }

  /** @param {unknown} state @param {() => import("./menu.js").Item[]} items */
  #drawActions(state, items) {
    redraw(this.#actions, state, () =>
      items().map(({ label, run }) => h("button", { type: "button", key: label, onclick: run }, label)),
    );
  }

  /** @param {Field[]} fields */
  #table(fields) {
    return h(
      "dl",
      { class: "fields-list" },
      fields.flatMap(({ label, value }) => [h("dt", null, label), h("dd", null, value, this.#wasOf(label))]),
    );
  }

  /** @param {string} label */
  #wasOf(label) {
    const was = this.#was.get(label);
    return was !== undefined && h("small", null, " ", t("was {value}", { value: was }));
  }
}
customElements.define("netsplit-inspect", Inspect);

/** @param {Field[]} before @param {Field[]} now @returns {Map<string, string>} what the fields were that are something else now */
function changed(before, now) {
  const values = new Map(now.map(({ label, value }) => [label, value]));
  return new Map(before.filter(({ label, value }) => values.has(label) && values.get(label) !== value).map(({ label, value }) => [label, value]));
}

/** What a node knows of each other one. */
const KNOWN = /** @type {const} */ (["next", "matched", "inflight"]);

/** What is compared beside the fields: the log, and what a node knows of the others. @param {NodeRow} node @returns {Field[]} */
function compared({ log, peers }) {
  const known = peers.flatMap((peer) => KNOWN.map((of) => ({ label: `${of} ${peer.node}`, value: String(peer[of]) })));
  return [...known, ...(log ? [{ label: "log", value: t("{last} entries, committed to {committed}, applied to {applied}", { last: count(log.last), committed: count(log.committed), applied: count(log.applied) }) }] : [])];
}

/** @param {string} state of an entry */
const entryState = (state) => ({ appended: t("appended"), committed: t("committed"), applied: t("applied") })[state] ?? state;

/** @param {string[]} head @param {(import("./dom.js").Child | import("./dom.js").Child[])[][]} rows */
function table(head, rows) {
  return h(
    "table",
    null,
    h("thead", null, h("tr", null, head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map((text) => h("td", null, text))))),
  );
}
