// @ts-check
/**
 * What can be done to links: to all messages, or those of one class or kind.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("./fault-fields.js").Blank} Blank
 * @typedef {import("./fault-fields.js").Group} Group
 */
import { h } from "./dom.js";
import { blank, button, fields, nodeChoice, number, part, PPM, row } from "./fault-fields.js";
import { t } from "./language.js";
import { field } from "./fields.js";

const CLASSES = /** @type {const} */ (["request", "reply", "oneway"]);
const KIND = "kind:";

/** What is often wanted, as it fills in the fields: loss, duplication, reordering in per cent; reordering, delays in milliseconds. @type {() => [string, (number | null)[]][]} */
const presets = () => [
  [t("Healthy: 1 to 5 ms"), [0, 0, 0, null, 1, 5]],
  [t("Lossy: 30 % are lost"), [30, null, null, null, null, null]],
  [t("Slow: 100 to 300 ms"), [null, null, null, null, 100, 300]],
  [t("Far away: 80 to 90 ms"), [null, null, null, null, 80, 90]],
  [t("Out of order, and some twice"), [null, 20, 30, 200, null, null]],
  [t("All of it at once"), [20, 10, 20, 200, 20, 200]],
];

/** @param {App} app @returns {Group} */
export function links(app) {
  const from = nodeChoice(app, { label: t("From"), all: true });
  const to = nodeChoice(app, { label: t("To"), all: true });
  const kind = messageChoice(app);
  const usual = h("select", null, h("option", { value: "" }, t("as filled in below")), presets().map(([name], n) => h("option", { value: n }, name)));
  const [loss, duplicate, reorder] = [blank(t("Lost, %"), { max: 100 }), blank(t("Arrive twice, %"), { max: 100 }), blank(t("Leave the order, %"), { max: 100 })];
  const [reorderBy, delayMin, delayMax] = [blank(t("By up to, ms")), blank(t("Delay from, ms")), blank(t("Delay to, ms"))];
  const all = [loss, duplicate, reorder, reorderBy, delayMin, delayMax];
  const lasts = number(t("Clog for, ms"), 200, { min: 1 });
  const chosen = () => pairs(from.ids, to.ids);
  const presentOf = present(app);
  const draw = () => {
    const values = presentOf(from.ids, to.ids, CLASSES.findIndex((name) => name === kind.classOf));
    for (const [n, each] of all.entries()) each.present = values[n] ?? [];
  };
  for (const { control } of [from, to, kind]) control.addEventListener("change", draw);
  usual.addEventListener("change", () => {
    const values = presets()[Number(usual.value)]?.[1];
    if (usual.value !== "") for (const [n, each] of all.entries()) each.value = values?.[n] ?? null;
  });
  const change = () => {
    const set = {
      ...delay(delayMin, delayMax),
      ...part("loss_ppm", loss.value, PPM),
      ...part("duplicate_ppm", duplicate.value, PPM),
      ...part("reorder_ppm", reorder.value, PPM),
      ...part("reorder_us_max", reorderBy.value, 1000),
    };
    if (Object.keys(set).length === 0) return t("Nothing is filled in: fill in what is to change; what is left blank stays as it is.");
    return { channel: { select: { from: from.isAll ? [] : from.ids, to: to.isAll ? [] : to.ids, ...kind.select }, set } };
  };
  return {
    content: [
      fields(from, to),
      kind.label,
      field(t("Usual ones"), usual),
      fields(...all),
      row(button(app, t("Change these links"), change), button(app, t("Take back all changes"), () => "reset-channels")),
      row(
        button(app, t("Hold"), () => ({ hold: chosen() })),
        button(app, t("Release"), () => ({ release: chosen() })),
        button(app, t("Cut these"), () => ({ cut: { links: chosen() } })),
        button(app, t("Mend these"), () => ({ heal: chosen() })),
      ),
      fields(lasts),
      row(
        button(app, t("Clog"), () => ({ clog: { links: chosen(), for_us: lasts.value * 1000 } })),
        button(app, t("Clog node after node"), () => swizzle(app, lasts.value * 1000)),
      ),
    ],
    draw,
  };
}

/** All messages, those of a class, or of one kind of the system. @param {App} app */
function messageChoice(app) {
  const kinds = app.system?.messages ?? [];
  const control = h(
    "select",
    null,
    h("option", { value: "" }, t("All messages")),
    h("option", { value: "request" }, t("Requests")),
    h("option", { value: "reply" }, t("Replies")),
    h("option", { value: "oneway" }, t("One-way messages")),
    h("optgroup", { label: t("Of one kind") }, kinds.map(({ name }, n) => h("option", { value: `${KIND}${n}` }, name))),
  );
  const number = () => (control.value.startsWith(KIND) ? Number(control.value.slice(KIND.length)) : null);
  return {
    control,
    label: field(t("Which messages"), control),
    /** @returns {string} the class of all that are meant; empty: of any */
    get classOf() {
      const kind = number();
      return kind === null ? control.value : (kinds[kind]?.class ?? "");
    },
    get select() {
      return { class: CLASSES.find((name) => name === control.value) ?? null, kind: number() };
    },
  };
}

/** @param {number[]} from @param {number[]} to @returns {[number, number][]} directed links */
const pairs = (from, to) => from.flatMap((a) => to.filter((b) => b !== a).map((b) => /** @type {[number, number]} */ ([a, b])));

/** Every server in turn, freed in the opposite order. @param {App} app @param {number} step_us */
function swizzle(app, step_us) {
  const nodes = app.system?.nodes.filter((node) => !node.client).map((node) => node.id) ?? [];
  return { "swizzle-clog": { nodes, step_us, free_order: nodes.map((_, n) => nodes.length - 1 - n) } };
}

/**
 * What links do now: the values, one where all agree, of loss, duplication, reordering in per cent, and of reordering and
 * delays in milliseconds.
 *
 * @param {App} app @returns {(from: number[], to: number[], kind: number) => number[][]} kind: position among the classes, or -1 for all
 */
function present(app) {
  /** What a link does that is not listed as faulty. */
  const plan = /** @type {{ network?: { default?: Record<string, number> } } | undefined} */ (app.lab?.plan());
  const channel = plan?.network?.default ?? {};
  /** @param {string} name */
  const base = (name) => channel[name] ?? 0;
  return (from, to, kind) => {
    const [starts, ends] = [new Set(from), new Set(to)];
    const rows = (app.lab?.links() ?? []).filter((row) => starts.has(row.from) && ends.has(row.to));
    // Counted, not listed: a thousand servers have a million links. None leads from a node to itself.
    const meant = starts.size * ends.size - from.filter((id) => ends.has(id)).length;
    const quiet = rows.length < meant;
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
  };
}

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
