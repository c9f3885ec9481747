// @ts-check
/**
 * The groups of the tab Faults: what can be done to nodes, messages, partitions, clocks, disks, and what may happen next; links
 * are a file of their own.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./fault-fields.js").Group} Group
 * @typedef {import("../netsplit.js").Action} Action
 * @typedef {Extract<Action, { disk: unknown }>["disk"]["act"]} DiskAct
 */
import { preset, startCut } from "./cut-bar.js";
import { h, redraw, setText } from "./dom.js";
import { button, fields, nodeChoice, number, passing, PPM, row } from "./fault-fields.js";
import { links } from "./fault-links.js";
import { t } from "./language.js";
import { groupActions, messageActions, nodeActions } from "./node-actions.js";
import { duration, list } from "./words.js";

/** How many things that come and go are offered at a time. */
const OFFERED = 60;
/** As in a quiet data centre; where the plan says nothing else. */
const FSYNC_US = /** @type {const} */ ([500, 1000]);

/** @param {App} app @returns {Group} */
function nodes(app) {
  const node = nodeChoice(app, { label: t("Node") });
  const actions = h("div", { class: "row" });
  const service = number(t("Time per message, ms"), 20, { min: 0 });
  const queue = number(t("Messages that may wait"), 10, { min: 1 });
  const draw = () => {
    const { rows } = node;
    redraw(actions, rows.map((each) => [each.id, each.status, each.timers.map((timer) => timer.item)]), () => {
      const items = rows.length === 1 && rows[0] ? nodeActions(app, rows[0]) : groupActions(app, rows);
      return items.map(({ label, run }) => h("button", { type: "button", key: label, onclick: run }, label));
    });
  };
  node.control.addEventListener("change", draw);
  /** @param {number} ms @returns {Action[]} */
  const slow = (ms) => node.ids.map((id) => ({ slow: { node: id, service_us: Math.round(ms * 1000), queue: queue.value } }));
  return {
    content: [
      node.label,
      actions,
      fields(service, queue),
      row(button(app, t("Make it slow"), () => slow(service.value)), button(app, t("Make it fast again"), () => slow(0))),
    ],
    draw,
  };
}

/** @param {App} app @returns {Group} */
function messages(app) {
  const choice = passing(t("Message"), OFFERED);
  const none = h("p", { class: "muted" });
  const actions = h("div", { class: "row" });
  const draw = () => {
    const rows = app.lab?.messages() ?? [];
    choice.offer(rows.map(({ id, spoken }) => ({ id, text: spoken })));
    setText(none, rows.length === 0 ? t("No message is in flight.") : "");
    const message = rows.find(({ id }) => id === choice.control.value);
    redraw(actions, message?.id ?? null, () =>
      message ? messageActions(app, message).map(({ label, run }) => h("button", { type: "button", key: label, onclick: run }, label)) : [],
    );
  };
  choice.control.addEventListener("change", draw);
  return { content: [choice.label, none, actions], draw };
}

/** @param {App} app @returns {Group} */
function partitions(app) {
  const servers = app.system?.nodes.filter((node) => !node.client).map((node) => node.id) ?? [];
  /** @type {(label: string, kind: import("./app.js").CutKind) => HTMLElement} */
  const kind = (label, kind) => h("button", { type: "button", key: kind, onclick: () => preset(app, kind) }, label);
  return {
    content: [
      row(h("button", { type: "button", key: "cut", onclick: () => startCut(app) }, t("Cut the network.."))),
      row(kind(t("Isolate"), "isolate"), kind(t("Bridge"), "bridge"), kind(t("One-way"), "one-way"), button(app, t("Ring"), () => ({ cut: { ring: servers } }))),
      row(button(app, t("Heal the network"), () => ({ heal: [] }))),
    ],
  };
}

/** @param {App} app @returns {Group} */
function clocks(app) {
  const node = nodeChoice(app, { label: t("Node") });
  const now = h("p", { class: "muted" });
  const jump = number(t("Wall clock jumps by, ms"), 400, { min: -1e9 });
  const rate = number(t("Both clocks faster by, ppm"), 1000, { min: -999_999 });
  /** @type {(id: number, act: Extract<Action, { clock: unknown }>["clock"]["act"]) => Action} */
  const act = (id, act) => ({ clock: { node: id, act } });
  const draw = () => setText(now, clocksInWords(node.rows));
  node.control.addEventListener("change", draw);
  const apart = () => {
    const { ids } = node;
    const most = jump.value * 1000;
    return ids.map((id, n) => act(id, { jump: ids.length < 2 ? most : Math.round(-most + (2 * most * n) / (ids.length - 1)) }));
  };
  const right = () => {
    const wrong = node.rows.filter(({ wall_skew_us, rate_ppm }) => wall_skew_us !== 0 || rate_ppm !== 0);
    const acts = wrong.flatMap(({ id, wall_skew_us, rate_ppm }) => [
      ...(wall_skew_us === 0 ? [] : [act(id, { jump: -Math.round(wall_skew_us) })]),
      ...(rate_ppm === 0 ? [] : [act(id, { rate: 0 })]),
    ]);
    return acts.length ? acts : t("These clocks are right.");
  };
  return {
    content: [
      node.label,
      now,
      fields(jump, rate),
      row(
        button(app, t("Jump"), () => node.ids.map((id) => act(id, { jump: Math.round(jump.value * 1000) }))),
        button(app, t("Jump apart"), apart),
        button(app, t("Set the rate"), () => node.ids.map((id) => act(id, { rate: rate.value }))),
        button(app, t("Set them right"), right),
      ),
    ],
    draw,
  };
}

/** @param {import("../netsplit.js").NodeRow[]} rows */
function clocksInWords(rows) {
  const wrong = rows.filter(({ wall_skew_us, rate_ppm }) => wall_skew_us !== 0 || rate_ppm !== 0);
  if (wrong.length === 0) return t("The clocks are right.");
  return wrong
    .map(({ name, wall_skew_us, rate_ppm }) => {
      const ahead = duration(Math.abs(wall_skew_us));
      const skew = wall_skew_us === 0 ? [] : [wall_skew_us > 0 ? t("{time} ahead", { time: ahead }) : t("{time} behind", { time: ahead })];
      const drift = rate_ppm === 0 ? [] : [rate_ppm > 0 ? t("{n} ppm too fast", { n: rate_ppm }) : t("{n} ppm too slow", { n: -rate_ppm })];
      return `${name}: ${list([...skew, ...drift])}.`;
    })
    .join(" ");
}

/** @param {App} app @returns {Group} */
function disks(app) {
  const node = nodeChoice(app, { label: t("Node"), each: "server" });
  const now = h("p", { class: "muted" });
  const fsyncMin = number(t("A write takes from, ms"), 1, { step: 0.1 });
  const fsyncMax = number(t("to, ms"), 20, { step: 0.1 });
  const lose = number(t("A crash loses unsynced writes, %"), 100, { max: 100 });
  const torn = number(t("and leaves a torn record, %"), 0, { max: 100 });
  const place = number(t("Record, counted from the newest"), 0);
  /** @type {(...acts: DiskAct[]) => Action[]} */
  const each = (...acts) => node.ids.flatMap((id) => acts.map((act) => ({ disk: { node: id, act } })));
  /** @returns {[number, number]} */
  const fsync = () => [Math.round(fsyncMin.value * 1000), Math.round(Math.max(fsyncMin.value, fsyncMax.value) * 1000)];
  const healthy = () => {
    const plan = /** @type {{ disk?: Record<string, number> } | undefined} */ (app.lab?.plan());
    const disk = plan?.disk ?? {};
    return each(
      { fsync: [disk.fsync_us_min ?? FSYNC_US[0], disk.fsync_us_max ?? FSYNC_US[1]] },
      { "lose-unsynced": disk.lose_unsynced_ppm ?? 100 * PPM },
      { "torn-tail": disk.torn_tail_ppm ?? 0 },
      { full: false },
    );
  };
  const draw = () => {
    const rows = node.rows.map(({ disk }) => disk);
    /** @param {(disk: import("../netsplit.js").NodeRow["disk"]) => number} of */
    const sum = (of) => rows.reduce((sum, disk) => sum + of(disk), 0);
    setText(now, t("Records: {intact} intact, {damaged} damaged, {unsynced} not yet on disk.", { intact: sum((disk) => disk.intact), damaged: sum((disk) => disk.damaged), unsynced: sum((disk) => disk.unsynced) }));
  };
  node.control.addEventListener("change", draw);
  return {
    content: [
      node.label,
      now,
      fields(fsyncMin, fsyncMax),
      row(button(app, t("Set the time of writes"), () => each({ fsync: fsync() }))),
      fields(lose, torn),
      row(
        button(app, t("Set the loss"), () => each({ "lose-unsynced": Math.round(lose.value * PPM) })),
        button(app, t("Set torn records"), () => each({ "torn-tail": Math.round(torn.value * PPM) })),
      ),
      fields(place),
      row(
        button(app, t("Corrupt it"), () => each({ corrupt: place.value })),
        button(app, t("Misdirect the next write there"), () => each({ misdirect: place.value })),
      ),
      row(
        button(app, t("Fill the disk"), () => each({ full: true })),
        button(app, t("Make room again"), () => each({ full: false })),
        button(app, t("As at the start"), healthy),
      ),
    ],
    draw,
  };
}

/** What may happen next, in another order than the times say. @param {App} app @returns {Group} */
function order(app) {
  const choice = passing(t("What may happen next"), OFFERED);
  const draw = () => choice.offer((app.lab?.enabled() ?? []).map(({ item, text }) => ({ id: item, text })));
  const next = () => (choice.control.value === "" ? t("Nothing more will happen in this run.") : { choose: choice.control.value });
  return { content: [choice.label, row(button(app, t("Let it happen now"), next))], draw };
}

export const groups = { nodes, messages, links, partitions, clocks, disks, order };
