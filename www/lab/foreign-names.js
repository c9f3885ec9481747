// @ts-check
/** What executions of traces are called. */
import { t } from "./language.js";

/** @typedef {import("./app.js").OpenTrace} OpenTrace */

/**
 * @param {OpenTrace} trace @param {number} [execution]
 * @param {OpenTrace} [seen] from where: of another file, the file's name stands before it
 */
export function executionName(trace, execution = trace.execution, seen = trace) {
  const { executions } = trace.file.about();
  const own = executions[execution]?.name || (executions.length > 1 || seen === trace ? t("execution {n}", { n: execution + 1 }) : "");
  return seen === trace ? own : [trace.name, own].filter((part) => part !== "").join(": ");
}

/** What a trace can be compared with: its other executions, and those of the other files. @param {OpenTrace} trace @param {OpenTrace[]} traces */
export const others = (trace, traces) =>
  [trace, ...traces.filter((other) => other !== trace)].flatMap((other) =>
    other.file.about().executions.flatMap((_, execution) => (other === trace && execution === trace.execution ? [] : [{ trace: other, execution }])),
  );

/** Whose event is selected: the execution's, or that of the one beside it. @param {OpenTrace} trace */
export const selectedOf = (trace) => (trace.side === 1 && trace.beside ? { file: trace.beside.trace.file, execution: trace.beside.execution } : { file: trace.file, execution: trace.execution });
