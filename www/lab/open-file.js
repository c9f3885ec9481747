// @ts-check
/**
 * Opens files: a run that Share saved, or a trace that another program wrote. What is wrong with one is said with line and
 * column.
 */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { forTraces } from "./on-demand.js";
import { SIZE_MAX } from "./run-file.js";

/** As much of a file as tells what it is. */
const HEAD = 1 << 16;

/** @param {import("./app.js").App} app @param {() => void} close */
export function openFile(app, close) {
  const said = h("p", { role: "status" });
  const input = h("input", {
    type: "file",
    accept: ".json,.jsonl,.log,.txt,application/json,text/plain",
    class: "hidden",
    tabindex: -1,
    "aria-label": t("A run that was saved (JSON), or a trace of another program"),
    onchange: async () => {
      const file = input.files?.[0];
      input.value = "";
      if (!file) return;
      if (!(await isRun(file))) {
        close();
        return forTraces(app, ({ openTrace }) => openTrace(app, file, file.name));
      }
      const wrong = await openRun(app, file);
      if (wrong === null) close();
      else said.replaceChildren(...wrong);
    },
  });
  const paste = () => {
    close();
    forTraces(app, ({ openPatterns }) => openPatterns(app, null));
  };
  return h(
    "div",
    { class: "open-file" },
    h("button", { type: "button", onclick: () => input.click() }, t("Open a file..")),
    h("button", { type: "button", class: "quiet", onclick: paste }, t("Paste a trace..")),
    input,
    said,
  );
}

/** Opens a file that was dropped on the page. @param {import("./app.js").App} app @param {File} file */
export async function openDropped(app, file) {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  if (!(await isRun(file))) return forTraces(app, ({ openTrace }) => openTrace(app, file, file.name));
  const wrong = await openRun(app, file);
  if (wrong !== null) openDialog(t("This file cannot be opened"), () => [h("p", null, ...wrong)]);
}

/** A run is one JSON object in UTF-8; traces begin with a pattern, or have an object in each line. @param {File} file */
async function isRun(file) {
  const head = (await file.slice(0, HEAD).text()).trimStart();
  if (!head.startsWith("{") || head.includes("(?<") || head.includes("\0")) return false;
  const [line = ""] = head.split(/[\r\n]/, 1);
  return !/^\{.*"(host|netsplit-trace)"\s*:/.test(line);
}

/** @param {import("./app.js").App} app @param {File} file @returns {Promise<(Node | string)[] | null>} why not */
async function openRun(app, file) {
  if (file.size > SIZE_MAX) return [t("{file} is too large for a run: it may have {n} MB.", { file: file.name, n: SIZE_MAX >> 20 })];
  const text = await file.text();
  /** @type {unknown} */
  let plan;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    return [...place(file.name, text, error)];
  }
  if (typeof plan !== "object" || plan === null || Array.isArray(plan)) return [t("{file} holds no run: a run is an object.", { file: file.name })];
  const wrong = await app.openPlan(plan, file.name);
  // What could not be loaded for it is said on the page.
  return wrong == null ? null : [`${file.name}: ${wrong}`];
}

/**
 * Where a text stops being JSON, as far as the browser says it.
 *
 * @param {string} name @param {string} text @param {unknown} error
 */
function place(name, text, error) {
  const message = error instanceof Error ? error.message : String(error);
  const [, offset] = /position (\d+)/.exec(message) ?? [];
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  const ends = /end of (JSON|data)|unterminated/i.test(message) && !offset;
  const before = text.slice(0, offset === undefined ? (ends ? text.length : 0) : Number(offset)).split("\n");
  const at = line && column ? [Number(line), Number(column)] : offset || ends ? [before.length, (before.at(-1)?.length ?? 0) + 1] : null;
  if (!at) return [t("{file} is not JSON: {why}", { file: name, why: message })];
  const [row = 1, col = 1] = at;
  const shown = (text.split("\n")[row - 1] ?? "").slice(Math.max(0, col - 40), col + 40);
  return [t("{file} is not JSON: line {row}, column {col}: ", { file: name, row, col }), h("code", null, shown), `. ${message}`];
}
