// @ts-check
/**
 * What a space-time diagram shows: a trace of another program, or two of its executions beside each other. What is selected is
 * selected in its list and inspector, too.
 *
 * @typedef {import("../netsplit.js").TraceDiagram} TraceDiagram
 * @typedef {import("./app.js").OpenTrace} OpenTrace
 * @typedef {import("./space-time-subject.js").Subject} Subject
 */
import { executionName } from "./foreign-names.js";
import { language } from "./language.js";
import { FIRST } from "./space-time-window.js";

/** @implements {Subject} */
export class Trace {
  #app;
  /** @type {{ of: unknown[], diagram: TraceDiagram } | null} */
  #made = null;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  get #trace() {
    return this.#app.trace;
  }

  /** @returns {TraceDiagram | null} */
  get source() {
    const trace = this.#trace;
    if (!trace) return null;
    const { execution, beside } = trace;
    const of = [trace, execution, beside?.trace, beside?.execution];
    if (this.#made?.of.every((part, n) => part === of[n])) return this.#made.diagram;
    this.free();
    const made = beside
      ? trace.file.beside(execution, beside.trace.file.share(), beside.execution, [executionName(trace), executionName(beside.trace, beside.execution, trace)], language())
      : trace.file.diagram(execution, language());
    if (!made.ok) return null;
    this.#made = { of, diagram: made.value };
    return made.value;
  }

  get key() {
    const trace = this.#trace;
    if (!trace) return "";
    const at = (/** @type {OpenTrace} */ trace) => this.#app.traces.indexOf(trace);
    const beside = trace.beside ? `${at(trace.beside.trace)} ${trace.beside.execution}` : "";
    return `${this.#app.run} ${at(trace)} ${trace.execution} ${beside}`;
  }

  get name() {
    return this.#trace?.name ?? "trace";
  }

  isAnother() {
    return true;
  }

  /** The head of the trace's page says what it is. @returns {Partial<import("../netsplit.js").SpaceTimeLook>} */
  look() {
    return { level: "everything", lane: null, chips: false };
  }

  begins() {
    return Math.max(FIRST, (this.selection() ?? 0) + FIRST / 2);
  }

  latest() {
    return 0;
  }

  cursor() {
    return null;
  }

  /** @returns {number | null} */
  selection() {
    const trace = this.#trace;
    return trace?.event == null ? null : (this.#made?.diagram.diagramEvent(trace.event, trace.side) ?? null);
  }

  /** @param {number} event */
  select(event) {
    const origin = this.#made?.diagram.traceEvent(event);
    const trace = this.#trace;
    if (trace) trace.side = origin?.side ?? 0;
    this.#app.selectTraceEvent(origin?.n ?? null);
  }

  unselect() {
    this.#app.selectTraceEvent(null);
  }

  chooseLane() {}

  choosePlace() {}

  hover() {}

  tell() {
    return false;
  }

  timeOf() {
    return undefined;
  }

  others() {
    return [];
  }

  free() {
    this.#made?.diagram.free();
    this.#made = null;
  }
}
