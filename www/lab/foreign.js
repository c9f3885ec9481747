// @ts-check
/**
 * A trace of another program on the page: `<netsplit-foreign>` takes the place of the lab on the stage, and two tabs of the
 * panel list and inspect its events. The lab's run keeps its place, one click leads back to it.
 *
 * @typedef {import("./app.js").OpenTrace} OpenTrace
 * @typedef {import("../netsplit.js").TraceEventRow} TraceEventRow
 */
import { h, redraw, setText } from "./dom.js";
import { executionName, others, selectedOf } from "./foreign-names.js";
import { findings } from "./foreign-open.js";
import { language, t } from "./language.js";
import { loadDiagram } from "./on-demand.js";
import { Part } from "./part.js";
import { TabPart } from "./tab.js";
import { count, time } from "./words.js";

/** Rows of the list that are in the page. */
const WINDOW = 60;
/** Differences that are listed at a time. */
const LISTED = 50;

/** Puts it on the stage, and takes it away when no trace is shown. @param {import("./app.js").App} app */
export function showTraces(app) {
  if (!document.querySelector("link[href$='foreign.css']")) {
    document.head.append(h("link", { rel: "stylesheet", href: new URL("../styles/foreign.css", import.meta.url).href }));
  }
  const root = document.querySelector("netsplit-lab");
  const sync = () => {
    root?.toggleAttribute("data-foreign", app.trace !== null);
    const there = root?.querySelector("netsplit-foreign");
    if (app.trace && !there) root?.querySelector("main")?.prepend(document.createElement("netsplit-foreign"));
    if (app.trace || !there) return;
    const focused = there.contains(document.activeElement);
    there.remove();
    if (focused) /** @type {HTMLElement | null} */ (root?.querySelector("netsplit-stage [role=listbox]"))?.focus();
  };
  app.on(["open", "failed"], sync);
  sync();
}

/** @param {import("./app.js").App} app @param {OpenTrace} trace @param {number} execution @param {OpenTrace["beside"]} beside */
function show(app, trace, execution, beside) {
  const itself = beside?.trace === trace && beside.execution === execution;
  Object.assign(trace, { execution, beside: itself ? null : beside, side: 0 });
  app.selectTraceEvent(null);
}

class Foreign extends Part {
  #head = h("div", { class: "foreign-head" });
  #diagram = h("div", { class: "foreign-diagram" });
  #differences = h("section", { class: "foreign-differences", hidden: true });
  #about = h("div", { class: "foreign-about" });
  #body = h("div", { class: "foreign-body", tabindex: 0, role: "region", "aria-label": t("Trace") }, this.#differences, this.#about);
  /** How many differences are listed. */
  #listed = LISTED;

  setUp() {
    this.append(this.#head, this.#diagram, this.#body);
    loadDiagram(this.app, () => this.isConnected && this.#diagram.append(document.createElement("netsplit-space-time")));
    this.addEventListener("compared", () => {
      this.#listed = LISTED;
      this.#drawDifferences();
    });
    this.on(["open", "look", "panel"], () => this.#draw());
    this.#draw();
    // What opened it is closed, or belongs to the lab: keys mean the trace now.
    this.later(() => this.#body.focus(), 0);
  }

  #draw() {
    const { trace } = this.app;
    if (!trace) return;
    const about = trace.file.about(language());
    const execution = about.executions[trace.execution];
    if (!execution) return;
    // A file that was closed meanwhile cannot be compared with.
    if (trace.beside && !this.app.traces.includes(trace.beside.trace)) trace.beside = null;
    if (!trace.beside) this.#differences.hidden = true;
    const errors = about.findings.filter((each) => each.weight === "error").length;
    const candidates = others(trace, this.app.traces);
    const names = candidates.map(({ trace: other, execution }) => executionName(other, execution, trace));
    const beside = candidates.findIndex(({ trace: other, execution }) => other === trace.beside?.trace && execution === trace.beside.execution);
    redraw(this.#head, [trace.name, trace.execution, about.partial, this.app.tab !== null, names, beside], () => [
      h("p", { class: "chip-text" }, t("Foreign")),
      about.partial && h("p", { class: "chip-text partial" }, t("Partial")),
      h("h2", null, trace.name),
      about.executions.length > 1 && this.#executions(trace, about.executions),
      candidates.length > 0 && this.#compare(trace, candidates, names, beside),
      h("span", { class: "space" }),
      h("button", { type: "button", key: "back", onclick: () => this.app.showTrace(null) }, t("Back to the lab")),
      h("button", { type: "button", key: "details", "aria-expanded": String(this.app.tab !== null), "aria-keyshortcuts": "d", onclick: () => this.app.togglePanel() }, t("Details")),
    ]);
    const hosts = execution.hosts.filter(([, events]) => events > 0);
    redraw(this.#about, [trace.name, trace.execution, about, language()], () => [
      h("p", null, t("Another program recorded this: nothing can be played, broken or changed in it.")),
      h("p", null, t("{n} {n|event|events}", { n: execution.events }), ", ", t("{n} {n|host|hosts}", { n: hosts.length }), execution.left_out > 0 && `; ${t("{n} could not be used", { n: count(execution.left_out) })}`, "."),
      about.findings.length > 0 &&
        h(
          "details",
          { open: errors > 0 },
          h("summary", null, errors > 0 ? t("{n} {n|thing is|things are} wrong in this file", { n: errors }) : t("{n} {n|note|notes} on this file", { n: about.findings.length })),
          findings(about.findings),
          about.unlisted > 0 && h("p", null, t("{n} more are not listed.", { n: count(about.unlisted) })),
        ),
      h(
        "table",
        null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, t("Host")), h("th", { scope: "col" }, t("Events")))),
        h("tbody", null, hosts.map(([name, events]) => h("tr", null, h("td", null, name), h("td", null, count(events))))),
      ),
    ]);
  }

  /** @param {OpenTrace} trace @param {import("../netsplit.js").TraceText["executions"]} executions */
  #executions(trace, executions) {
    const select = h(
      "select",
      { key: "execution", onchange: () => show(this.app, trace, Number(select.value), trace.beside ?? null) },
      executions.map(({ events }, n) => h("option", { value: String(n), selected: n === trace.execution }, `${executionName(trace, n)} (${count(events)})`)),
    );
    return h("label", { class: "field" }, trace.beside ? t("Execution A") : t("Execution"), select);
  }

  /** @param {OpenTrace} trace @param {NonNullable<OpenTrace["beside"]>[]} candidates @param {string[]} names @param {number} beside */
  #compare(trace, candidates, names, beside) {
    const select = h(
      "select",
      { key: "compare", onchange: () => show(this.app, trace, trace.execution, candidates[Number(select.value)] ?? null) },
      h("option", { value: "-1", selected: beside < 0 }, t("nothing")),
      names.map((name, n) => h("option", { value: String(n), selected: n === beside }, name)),
    );
    return h("label", { class: "field" }, trace.beside ? t("Execution B") : t("Compare with"), select);
  }

  /** What both executions have, and every difference with the way to it. */
  #drawDifferences() {
    const diagram = /** @type {(Element & { diagram: import("../netsplit.js").TraceDiagram | null, showDifference: (number: number) => void }) | null} */ (
      this.querySelector("netsplit-space-time")
    );
    const diff = diagram?.diagram?.traceDiff() ?? null;
    this.#differences.hidden = diff === null;
    if (!diagram || !diff) return;
    const listed = Math.min(this.#listed, diff.differences);
    const rows = Array.from({ length: listed }, (_, n) => diagram.diagram?.traceDifference(n)?.text ?? "");
    redraw(this.#differences, [diff, rows, language()], () => [
      h("h3", null, t("A: {a}, B: {b}", { a: diff.names[0], b: diff.names[1] })),
      h("p", null, t("{same} {same|event is|events are} in both, {a} only in A, {b} only in B; {n} of those in both heard of others.", { same: diff.same, a: count(diff.only[0]), b: count(diff.only[1]), n: count(diff.otherwise) })),
      diff.rough && h("p", null, t("They differ so much that more of their events may be in both.")),
      rows.length === 0
        ? h("p", null, diff.text)
        : h(
            "ol",
            { class: "events" },
            rows.map((text, n) => h("li", null, h("button", { type: "button", key: `difference ${n}`, onclick: () => diagram.showDifference(n) }, text))),
            listed < diff.differences && h("li", { class: "more" }, h("button", { type: "button", key: "more", onclick: () => this.#more() }, t("More differences"))),
          ),
    ]);
  }

  #more() {
    this.#listed += LISTED;
    this.#drawDifferences();
  }
}
customElements.define("netsplit-foreign", Foreign);

class ForeignEvents extends TabPart {
  #sides = h("div", { hidden: true });
  #search = h("input", { type: "search", oninput: () => this.#seek() });
  #status = h("p", { class: "muted", role: "status" });
  #list = h("ol", { class: "events" });
  #sought = "";
  /** What was found so far, or null: all events are listed. @type {number[] | null} */
  #found = null;
  /** The first event that was not looked at. */
  #next = 0;
  /** @type {number | null} the first row of the window; null follows the selection */
  #from = null;
  #of = "";

  setUp() {
    this.append(this.#sides, h("label", { class: "field" }, t("Filter"), this.#search), this.#status, this.#list);
    this.keep(["look"], () => this.#draw());
  }

  /** Of two executions, whose events are listed. @param {OpenTrace} trace */
  #drawSides(trace) {
    const { beside, side } = trace;
    this.#sides.hidden = !beside;
    redraw(this.#sides, [trace.name, trace.execution, beside && [beside.trace.name, beside.execution], side], () => {
      if (!beside) return [];
      const names = [executionName(trace), executionName(beside.trace, beside.execution, trace)];
      const select = h(
        "select",
        {
          key: "side",
          onchange: () => {
            trace.side = Number(select.value);
            this.app.selectTraceEvent(null);
          },
        },
        names.map((name, n) => h("option", { value: String(n), selected: n === (side ?? 0) }, `${"AB"[n]}: ${name}`)),
      );
      return [h("label", { class: "field" }, t("Execution"), select)];
    });
  }

  #seek() {
    this.#sought = this.#search.value.trim();
    this.#of = "";
    this.#draw();
  }

  #draw() {
    const { trace } = this.app;
    if (!trace) return;
    this.#drawSides(trace);
    const { file, execution: number } = selectedOf(trace);
    const execution = file.about().executions[number];
    if (!execution) return;
    const of = JSON.stringify([trace.name, trace.execution, trace.beside ? trace.side : null, number, this.#sought]);
    if (of !== this.#of) {
      this.#of = of;
      this.#found = this.#sought === "" ? null : [];
      this.#next = 0;
      this.#from = null;
    }
    if (this.#found && this.#next < execution.events) {
      const { found, next } = file.search(number, this.#sought, this.#next);
      this.#found.push(...found);
      this.#next = next;
    }
    const searching = this.#found !== null && this.#next < execution.events;
    const length = this.#found ? this.#found.length : execution.events;
    const selected = trace.event === null ? -1 : this.#found ? this.#found.indexOf(trace.event) : trace.event;
    const from = Math.max(0, Math.min(this.#from ?? Math.max(0, selected - WINDOW / 2), length - 1));
    const to = Math.min(length, from + WINDOW);
    const rows = this.#found
      ? this.#found.slice(from, to).flatMap((n) => file.events(number, n, n + 1))
      : file.events(number, from, to);
    redraw(this.#list, [of, from, to, length > to, trace.event], () => [
      from > 0 && this.#more("earlier", t("Earlier events"), Math.max(0, from - WINDOW)),
      ...rows.map((row) => this.#row(row, row.n === trace.event)),
      to < length && this.#more("later", t("Later events"), to),
    ]);
    if (searching) setText(this.#status, t("Reading events: {read} of {all}.", { read: count(this.#next), all: count(execution.events) }));
    else if (length === 0) setText(this.#status, t("No event matches {sought}.", { sought: this.#sought }));
    else setText(this.#status, this.#found ? t("{n} of {all} events", { n: count(length), all: count(execution.events) }) : "");
    if (searching) requestAnimationFrame(() => this.isConnected && this.#draw());
  }

  /** @param {TraceEventRow} row @param {boolean} selected */
  #row(row, selected) {
    return h(
      "li",
      { "aria-current": selected ? "true" : null },
      h(
        "button",
        { type: "button", key: String(row.n), onclick: () => this.app.selectTraceEvent(row.n) },
        h("span", { class: "muted" }, row.at_us === null ? `${row.host} ${row.host_n}` : `${time(row.at_us)} ${row.host}`),
        " ",
        row.text,
      ),
    );
  }

  /** @param {string} key @param {string} label @param {number} from */
  #more(key, label, from) {
    const go = () => {
      this.#from = from;
      this.#draw();
    };
    return h("li", { class: "more" }, h("button", { type: "button", key, onclick: go }, label));
  }
}
customElements.define("netsplit-foreign-events", ForeignEvents);

class ForeignInspect extends TabPart {
  #body = h("div");

  setUp() {
    this.append(this.#body);
    this.keep(["look"], () => this.#draw());
  }

  #draw() {
    const { trace } = this.app;
    if (!trace) return;
    const { file, execution } = selectedOf(trace);
    const row = trace.event === null ? undefined : file.events(execution, trace.event, trace.event + 1)[0];
    redraw(this.#body, [trace.name, execution, trace.beside ? trace.side : null, row?.n ?? null], () => (row ? this.#event(trace, row) : [h("p", { class: "muted" }, t("Select an event to see its clock."))]));
  }

  /** @param {OpenTrace} trace @param {TraceEventRow} row */
  #event(trace, row) {
    const { file, execution } = selectedOf(trace);
    const { beside, side } = trace;
    const fields = [
      ...(beside ? [[t("Execution"), side === 1 ? `B: ${executionName(beside.trace, beside.execution, trace)}` : `A: ${executionName(trace)}`]] : []),
      [t("Host"), row.host],
      [t("Event"), t("{n} of its host", { n: row.host_n })],
      ...(row.line > 0 ? [[t("Line"), count(row.line)]] : []),
      ...(row.at_us === null ? [] : [[t("Time"), time(row.at_us)]]),
      ...row.fields,
    ];
    const others = [...(row.before === null ? [] : [row.before]), ...row.parents].flatMap((n) => file.events(execution, n, n + 1));
    return [
      h("h3", null, row.text || t("An event without a text")),
      h("dl", { class: "fields-list" }, fields.flatMap(([label, value]) => [h("dt", null, label), h("dd", null, value)])),
      h("h4", null, t("Clock")),
      h("table", null, h("thead", null, h("tr", null, h("th", { scope: "col" }, t("Host")), h("th", { scope: "col" }, t("Events it knows")))), h("tbody", null, row.clock.map(([host, n]) => h("tr", null, h("td", null, host), h("td", null, count(n)))))),
      others.length > 0 && h("h4", null, t("It comes after")),
      others.length > 0 &&
        h("ol", { class: "events" }, others.map((other) => h("li", null, h("button", { type: "button", key: `to ${other.n}`, onclick: () => this.app.selectTraceEvent(other.n) }, h("span", { class: "muted" }, `${other.host} ${other.host_n}`), " ", other.text)))),
    ];
  }
}
customElements.define("netsplit-foreign-inspect", ForeignInspect);

class ForeignNone extends TabPart {
  setUp() {
    this.append(h("p", { class: "muted" }, t("A trace of another program has no simulation behind it: it can be read, not played, checked or broken.")));
  }
}
customElements.define("netsplit-foreign-none", ForeignNone);
