// @ts-check
/** Why?: the remarks that were made at an event, the rules that decided, and the event that caused it. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { time } from "./words.js";

/** @param {import("./app.js").App} app @param {import("../netsplit.js").EventRow} event */
export function openWhy(app, event) {
  const cause = event.cause_n === null ? undefined : app.lab?.events(event.cause_n, event.cause_n + 1).find((row) => row.n === event.cause_n);
  const rules = new Set([event.rule, ...event.notes.map((note) => note.rule)].filter((rule) => rule !== null));
  openDialog(t("Why?"), (close) => [
    h("p", null, event.text),
    h("ul", { class: "notes" }, event.notes.filter((note) => note.text !== event.text).map((note) => h("li", null, note.text))),
    ...[...rules].map((rule) => h("p", null, t("Decided by the rule"), " ", h("code", null, rule))),
    ...(cause
      ? [
          h("h3", null, t("Caused by")),
          h("p", null, `${time(cause.at_us)} ${cause.text}`),
          h(
            "button",
            {
              type: "button",
              onclick: () => {
                close();
                void app.seekEvent(cause.n + 1);
              },
            },
            t("Go there"),
          ),
        ]
      : []),
  ]);
}
