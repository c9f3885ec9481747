// @ts-check
/**
 * `<netsplit-faults>`: everything that can be done to nodes, links, clocks and disks, in one place.
 *
 * @typedef {import("../netsplit.js").Action} Action
 * @typedef {[string, string][]} Options
 */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { nodeActions } from "./node-actions.js";
import { field, select } from "./request.js";
import { startCut } from "./cutting.js";
import { TabPart } from "./tab.js";

const PPM = 10_000;
const CLASSES = /** @type {const} */ (["request", "reply", "oneway"]);

class Faults extends TabPart {
  #wrong = h("div");
  #drawNodes = () => {};
  #drawPresent = () => {};

  setUp() {
    const { system } = this.app;
    if (!system) return;
    /** @type {Options} */
    const nodes = system.nodes.map(({ id, name }) => [String(id), name]);
    /** @type {Options} */
    const any = [["", t("All")], ...nodes];
    const servers = system.nodes.filter((node) => !node.client).map((node) => node.id);
    const disks = nodes.filter(([id]) => servers.includes(Number(id)));
    this.append(
      this.#wrong,
      this.#nodes(nodes),
      this.#links(any),
      this.#partitions(servers),
      this.#clocks(nodes),
      this.#disks(disks),
    );
    this.keep([], () => this.#draw());
  }

  /** What is wrong now, in words. */
  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    const spoken = [...lab.cuts(), ...lab.links()].map((row) => row.spoken);
    this.#drawNodes();
    this.#drawPresent();
    redraw(this.#wrong, spoken, () =>
      spoken.length === 0
        ? []
        : [
            h("h3", null, t("Now")),
            h("ul", null, spoken.slice(0, 20).map((text) => h("li", null, text))),
            spoken.length > 20 && h("p", { class: "muted" }, t("{n} more links are faulty.", { n: spoken.length - 20 })),
            h(
              "div",
              { class: "row" },
              this.#button(t("Heal all links"), { heal: [] }),
              this.#button(t("Take back all channel changes"), "reset-channels"),
            ),
          ],
    );
  }

  /** @param {Options} nodes */
  #nodes(nodes) {
    const node = select("node", nodes);
    const actions = h("div", { class: "row" });
    const service = number(t("Time per message, ms"), 20, { min: 0 });
    const queue = number(t("Messages that may wait"), 10, { min: 1 });
    const draw = () => {
      const row = this.app.lab?.node(Number(node.value));
      if (!row) return;
      redraw(actions, [row.id, row.status, row.timers.map((timer) => timer.item)], () =>
        nodeActions(this.app, row).map(({ label, run }) => h("button", { type: "button", key: label, onclick: run }, label)),
      );
    };
    node.addEventListener("change", draw);
    this.#drawNodes = draw;
    return group(t("Nodes"), [
      field(t("Node"), node),
      actions,
      h("div", { class: "fields" }, service.label, queue.label),
      h(
        "div",
        { class: "row" },
        this.#do(t("Make it slow"), () => ({ slow: { node: Number(node.value), service_us: service.value * 1000, queue: queue.value } })),
        this.#do(t("Make it fast again"), () => ({ slow: { node: Number(node.value), service_us: 0, queue: queue.value } })),
      ),
    ]);
  }

  /** @param {Options} any */
  #links(any) {
    const from = select("from", any);
    const to = select("to", any);
    const kind = select("class", [
      ["", t("All messages")],
      ["request", t("Requests")],
      ["reply", t("Replies")],
      ["oneway", t("One-way messages")],
    ]);
    const loss = blank(t("Lost, %"), { max: 100 });
    const duplicate = blank(t("Arrive twice, %"), { max: 100 });
    const reorder = blank(t("Leave the order, %"), { max: 100 });
    const reorderBy = blank(t("By up to, ms"));
    const delayMin = blank(t("Delay from, ms"));
    const delayMax = blank(t("Delay to, ms"));
    const lasts = number(t("Clog for, ms"), 200, { min: 1 });
    /** @param {HTMLSelectElement} choice */
    const one = (choice) => (choice.value === "" ? [] : [Number(choice.value)]);
    const links = () => this.#pairs(one(from), one(to));
    this.#drawPresent = () => {
      const present = this.#present(one(from), one(to), CLASSES.findIndex((name) => name === kind.value));
      for (const [n, field] of [loss, duplicate, reorder, reorderBy, delayMin, delayMax].entries()) field.present = present[n] ?? [];
    };
    for (const choice of [from, to, kind]) choice.addEventListener("change", () => this.#drawPresent());
    return group(t("Links"), [
      h("div", { class: "fields" }, field(t("From"), from), field(t("To"), to)),
      field(t("Which messages"), kind),
      h("div", { class: "fields" }, loss.label, duplicate.label, reorder.label, reorderBy.label, delayMin.label, delayMax.label),
      h(
        "div",
        { class: "row" },
        this.#do(t("Change these links"), () => {
          const set = {
            ...delay(delayMin, delayMax),
            ...part("loss_ppm", loss.value, PPM),
            ...part("duplicate_ppm", duplicate.value, PPM),
            ...part("reorder_ppm", reorder.value, PPM),
            ...part("reorder_us_max", reorderBy.value, 1000),
          };
          if (Object.keys(set).length === 0) return t("Nothing is filled in: fill in what is to change; what is left blank stays as it is.");
          return { channel: { select: { from: one(from), to: one(to), class: CLASSES.find((name) => name === kind.value) ?? null }, set } };
        }),
        this.#button(t("Take back all changes"), "reset-channels"),
      ),
      h(
        "div",
        { class: "row" },
        this.#do(t("Hold"), () => ({ hold: links() })),
        this.#do(t("Release"), () => ({ release: links() })),
        this.#do(t("Cut these"), () => ({ cut: { links: links() } })),
        this.#do(t("Mend these"), () => ({ heal: links() })),
      ),
      h("div", { class: "fields" }, lasts.label),
      h(
        "div",
        { class: "row" },
        this.#do(t("Clog"), () => ({ clog: { links: links(), for_us: lasts.value * 1000 } })),
        this.#do(t("Clog node after node"), () => this.#swizzle(lasts.value * 1000)),
      ),
    ]);
  }

  /**
   * What links do now: the values, one where all agree, of loss, duplication, reordering in per cent, and of reordering and
   * delays in milliseconds.
   *
   * @param {number[]} from @param {number[]} to @param {number} kind position among the classes, or -1 for all
   * @returns {number[][]}
   */
  #present(from, to, kind) {
    const { lab, run } = this.app;
    if (!lab) return [];
    if (this.#base.run !== run) {
      const plan = /** @type {{ network?: { default?: Record<string, number> } }} */ (lab.plan());
      this.#base = { run, channel: plan.network?.default ?? {} };
    }
    const { channel } = this.#base;
    /** @param {string} name */
    const base = (name) => channel[name] ?? 0;
    const pairs = new Set(this.#pairs(from, to).map(String));
    const rows = lab.links().filter((row) => pairs.has(String([row.from, row.to])));
    const quiet = rows.length < pairs.size;
    /** @type {(start: number, of: (row: (typeof rows)[number]) => number[], unit: number) => number[]} */
    const values = (start, of, unit) => [...new Set([...(quiet ? [start] : []), ...rows.flatMap(of)])].map((value) => value / unit);
    return [
      values(base("loss_ppm"), (row) => (kind < 0 ? row.loss_ppm : [row.loss_ppm[kind] ?? 0]), PPM),
      values(base("duplicate_ppm"), (row) => [row.duplicate_ppm], PPM),
      values(base("reorder_ppm"), (row) => [row.reorder_ppm], PPM),
      [],
      values(base("delay_us_min"), (row) => [row.delay_us?.[0] ?? base("delay_us_min")], 1000),
      values(base("delay_us_max"), (row) => [row.delay_us?.[1] ?? base("delay_us_max")], 1000),
    ];
  }

  #base = { run: -1, channel: /** @type {Record<string, number>} */ ({}) };

  /** @param {number[]} from @param {number[]} to empty: all @returns {[number, number][]} directed links */
  #pairs(from, to) {
    const all = this.app.system?.nodes.map((node) => node.id) ?? [];
    const senders = from.length ? from : all;
    const receivers = to.length ? to : all;
    return senders.flatMap((a) => receivers.filter((b) => b !== a).map((b) => /** @type {[number, number]} */ ([a, b])));
  }

  /** Every server in turn, freed in the opposite order. @param {number} step_us */
  #swizzle(step_us) {
    const nodes = this.app.system?.nodes.filter((node) => !node.client).map((node) => node.id) ?? [];
    return { "swizzle-clog": { nodes, step_us, free_order: nodes.map((_, n) => nodes.length - 1 - n) } };
  }

  /** @param {number[]} servers */
  #partitions(servers) {
    return group(t("Partitions"), [
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", onclick: () => startCut(this.app) }, t("Cut the network..")),
        this.#button(t("Ring"), { cut: { ring: servers } }),
        this.#button(t("Heal the network"), { heal: [] }),
      ),
    ]);
  }

  /** @param {Options} nodes */
  #clocks(nodes) {
    const node = select("node", nodes);
    const jump = number(t("Wall clock jumps by, ms"), 400, { min: -1e9 });
    const rate = number(t("Both clocks faster by, ppm"), 1000, { min: -999_999 });
    /** @type {(what: Extract<Action, { clock: unknown }>["clock"]["act"]) => Action} */
    const act = (what) => ({ clock: { node: Number(node.value), act: what } });
    return group(t("Clocks"), [
      field(t("Node"), node),
      h("div", { class: "fields" }, jump.label, rate.label),
      h(
        "div",
        { class: "row" },
        this.#do(t("Jump"), () => act({ jump: Math.round(jump.value * 1000) })),
        this.#do(t("Set the rate"), () => act({ rate: rate.value })),
      ),
    ]);
  }

  /** @param {Options} nodes */
  #disks(nodes) {
    const node = select("node", nodes);
    const fsyncMin = number(t("A write takes from, ms"), 1, { step: 0.1 });
    const fsyncMax = number(t("to, ms"), 20, { step: 0.1 });
    const lose = number(t("A crash loses unsynced writes, %"), 100, { max: 100 });
    const torn = number(t("and leaves a torn record, %"), 0, { max: 100 });
    const place = number(t("Record, counted from the newest"), 0);
    /** @type {(what: Extract<Action, { disk: unknown }>["disk"]["act"]) => Action} */
    const act = (what) => ({ disk: { node: Number(node.value), act: what } });
    /** @returns {[number, number]} */
    const fsync = () => [Math.round(fsyncMin.value * 1000), Math.round(Math.max(fsyncMin.value, fsyncMax.value) * 1000)];
    return group(t("Disks"), [
      field(t("Node"), node),
      h("div", { class: "fields" }, fsyncMin.label, fsyncMax.label),
      h("div", { class: "row" }, this.#do(t("Set the time of writes"), () => act({ fsync: fsync() }))),
      h("div", { class: "fields" }, lose.label, torn.label),
      h(
        "div",
        { class: "row" },
        this.#do(t("Set the loss"), () => act({ "lose-unsynced": Math.round(lose.value * PPM) })),
        this.#do(t("Set torn records"), () => act({ "torn-tail": Math.round(torn.value * PPM) })),
      ),
      h("div", { class: "fields" }, place.label),
      h(
        "div",
        { class: "row" },
        this.#do(t("Corrupt it"), () => act({ corrupt: place.value })),
        this.#do(t("Misdirect the next write there"), () => act({ misdirect: place.value })),
      ),
      h(
        "div",
        { class: "row" },
        this.#do(t("Fill the disk"), () => act({ full: true })),
        this.#do(t("Make room again"), () => act({ full: false })),
      ),
    ]);
  }

  /** @param {string} label @param {Action} action */
  #button(label, action) {
    return this.#do(label, () => action);
  }

  /** @param {string} label @param {() => Action | string} action what to do, or, as a sentence, why there is nothing to do */
  #do(label, action) {
    const run = () => {
      const todo = action();
      if (typeof todo === "string" && todo !== "reset-channels") this.app.say(todo);
      else this.app.act(/** @type {Action} */ (todo));
    };
    return h("button", { type: "button", key: label, onclick: run }, label);
  }
}
customElements.define("netsplit-faults", Faults);

/** @param {string} title @param {(Node | null)[]} content */
function group(title, content) {
  return h("details", { class: "group" }, h("summary", null, title), ...content);
}

/**
 * A field for a number that may be left blank: then nothing changes. It shows what is the case now.
 *
 * @typedef {{ label: HTMLElement, value: number | null, present: number[] }} Blank
 * @param {string} text @param {{ min?: number, max?: number }} [range] @returns {Blank}
 */
function blank(text, { min = 0, max = 1e9 } = {}) {
  const input = h("input", { type: "number", min, max, step: "any" });
  /** @type {number[]} */
  let now = [];
  return {
    label: field(text, input),
    get value() {
      return Number.isFinite(input.valueAsNumber) ? Math.min(max, Math.max(min, input.valueAsNumber)) : null;
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
const part = (name, value, unit) => (value === null ? {} : { [name]: Math.round(value * unit) });

/**
 * One end that is left blank stays as it is, unless the other one passes it.
 *
 * @param {Blank} from @param {Blank} to @returns {{ delay_us?: [number, number] }}
 */
function delay(from, to) {
  const [least, most] = [from.value, to.value];
  if (least === null && most === null) return {};
  const low = least ?? Math.min(most ?? 0, ...from.present);
  const high = Math.max(low, most ?? Math.max(low, ...to.present));
  return { delay_us: [Math.round(low * 1000), Math.round(high * 1000)] };
}

/**
 * A field for a number; what is out of range is brought into it.
 *
 * @param {string} text @param {number} start @param {{ min?: number, max?: number, step?: number }} [range]
 */
function number(text, start, { min = 0, max = 1e9, step = 1 } = {}) {
  const input = h("input", { type: "number", min, max, step, value: String(start) });
  return {
    label: field(text, input),
    get value() {
      const value = Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : start;
      return Math.min(max, Math.max(min, value));
    },
  };
}
