// @ts-check
/**
 * Opens a trace of another program: reads it in slices, says what is wrong with it and what was expected, and asks for the
 * patterns where the file does not bring them.
 *
 * @typedef {import("../netsplit.js").TraceFile} TraceFile
 * @typedef {import("../netsplit.js").FindingRow} FindingRow
 * @typedef {{ parser: string, delimiter: string }} Patterns
 */
import { openDialog } from "./dialog.js";
import { h, redraw } from "./dom.js";
import { language, t } from "./language.js";
import { count, refusal } from "./words.js";

/** Bytes that are handed over at a time. */
const PIECE = 1 << 20;
const PROGRESS_MS = 200;
const SIZE_MAX = 1 << 30;

/** Parsers that many logs are read with. @type {() => [string, string][]} */
const presets = () => [
  ["GoVector", String.raw`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`],
  ["ShiViz", String.raw`(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`],
  ["TSViz", String.raw`(?<timestamp>\d+) (?<host>\S*) (?<clock>{.*})\n(?<event>.*)`],
];

/**
 * @param {import("./app.js").App} app @param {Blob} file @param {string} name
 * @param {Patterns | null} [patterns] if the file does not begin with them
 */
export async function openTrace(app, file, name, patterns = null) {
  const stop = new AbortController();
  const bar = h("progress", { max: 1000, value: 0, "aria-label": t("Reading {file}", { file: name }) });
  const said = h("p", { role: "status" }, t("Reading {file}", { file: name }));
  const dialog = openDialog(t("Open {file}", { file: name }), (close) => [said, bar, h("div", { class: "row" }, h("button", { type: "button", onclick: close }, t("Cancel")))]);
  dialog.addEventListener("close", () => stop.abort());
  const trace = await read(app, file, patterns, stop.signal, (trace) => {
    const { permille, events } = trace.progress();
    bar.value = permille;
    if (events > 0) said.textContent = t("Reading {file}: {n} events", { file: name, n: count(events) });
  });
  const cancelled = stop.signal.aborted;
  dialog.close();
  if (typeof trace === "string") {
    if (!cancelled) openDialog(t("This file cannot be opened"), () => [h("p", null, trace)]);
    return;
  }
  const about = trace.about(language());
  if (about.executions.length > 0) return void app.addTrace({ file: trace, source: file, name, execution: 0, event: null });
  trace.free();
  refuse(app, file, name, about.findings, patterns);
}

/**
 * @param {import("./app.js").App} app @param {Blob} file @param {Patterns | null} patterns @param {AbortSignal} signal
 * @param {(trace: TraceFile) => void} tell
 * @returns {Promise<TraceFile | string>} why not
 */
async function read(app, file, patterns, signal, tell) {
  if (file.size > SIZE_MAX) return t("The file is too large: it may have 1 GB.");
  const begun = app.beginTrace({ size: file.size, ...patterns });
  if (!begun.ok) return refusal(begun.error);
  const trace = begun.value;
  const timer = setInterval(() => tell(trace), PROGRESS_MS);
  try {
    for (let at = 0; at < file.size && !signal.aborted; at += PIECE) {
      const pushed = trace.push(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
      if (!pushed.ok) return refusal(pushed.error);
    }
    const done = await trace.read({ signal });
    if (done.ok) return trace;
    trace.free();
    return refusal(done.error);
  } catch (error) {
    trace.free();
    return String(error);
  } finally {
    clearInterval(timer);
  }
}

/** @param {import("./app.js").App} app @param {Blob} file @param {string} name @param {FindingRow[]} found @param {Patterns | null} patterns */
function refuse(app, file, name, found, patterns) {
  const again = (/** @type {() => void} */ close) => () => {
    close();
    openPatterns(app, { file, name }, patterns);
  };
  openDialog(t("This file cannot be opened"), (close) => [
    h("p", null, t("{file} holds no event that can be read.", { file: name })),
    findings(found),
    h("div", { class: "row" }, h("button", { type: "button", onclick: again(close) }, t("Read it with another parser.."))),
  ]);
}

/** @param {FindingRow[]} found what was found, each with its place, the line, and what was expected */
export function findings(found) {
  return h(
    "ul",
    { class: "findings" },
    found.map((each) =>
      h(
        "li",
        { class: each.weight },
        h("p", null, each.line > 0 && h("strong", null, t("Line {line}, column {column}:", { line: count(each.line), column: Math.max(1, each.column) })), each.line > 0 && " ", each.message),
        each.excerpt !== "" && h("pre", { tabindex: 0 }, each.excerpt),
        h("p", { class: "muted" }, each.hint),
      ),
    ),
  );
}

/**
 * Asks for the patterns; without a file, for the log itself, too. What is wrong with a pattern is said while it is typed.
 *
 * @param {import("./app.js").App} app @param {{ file: Blob, name: string } | null} source @param {Patterns | null} [patterns]
 */
export function openPatterns(app, source, patterns = null) {
  const all = presets();
  const log = h("textarea", { rows: 8, spellcheck: "false", required: true });
  const parser = h("input", { value: patterns?.parser ?? all[0]?.[1] ?? "", spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-describedby": "parser-wrong", oninput: () => check() });
  const delimiter = h("input", { value: patterns?.delimiter ?? "", spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-describedby": "delimiter-wrong", oninput: () => check() });
  const wrongParser = h("div", { id: "parser-wrong", role: "status" });
  const wrongDelimiter = h("div", { id: "delimiter-wrong", role: "status" });
  const check = () => {
    tellPattern(app, "parser", parser, wrongParser);
    tellPattern(app, "delimiter", delimiter, wrongDelimiter);
  };
  const choose = (/** @type {string} */ pattern) => () => {
    parser.value = pattern;
    check();
    parser.focus();
  };
  openDialog(source ? t("Read {file} with another parser", { file: source.name }) : t("Paste a trace"), (close) => [
    h(
      "form",
      {
        class: "patterns",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          close();
          const { file, name } = source ?? { file: new Blob([log.value]), name: t("Pasted trace") };
          void openTrace(app, file, name, { parser: parser.value, delimiter: delimiter.value });
        },
      },
      !source && h("label", { class: "field" }, t("Log"), log),
      h("label", { class: "field" }, t("Parser: a regular expression with the groups host, clock and event"), parser),
      wrongParser,
      h("div", { class: "row" }, all.map(([name, pattern]) => h("button", { type: "button", class: "quiet", onclick: choose(pattern) }, name))),
      h("label", { class: "field" }, t("Delimiter between executions, or nothing"), delimiter),
      wrongDelimiter,
      h("div", { class: "row" }, h("button", { type: "submit" }, t("Open"))),
    ),
  ]);
  check();
  (source ? parser : log).focus();
}

/** @param {import("./app.js").App} app @param {"parser" | "delimiter"} which @param {HTMLInputElement} input @param {HTMLElement} said */
function tellPattern(app, which, input, said) {
  const found = app.checkPattern(which, input.value);
  input.setAttribute("aria-invalid", String(found.length > 0));
  redraw(said, found, () =>
    found.map((each) => h("p", null, h("strong", null, t("Column {column}:", { column: each.column })), ` ${each.message} `, h("span", { class: "muted" }, each.hint))),
  );
}
