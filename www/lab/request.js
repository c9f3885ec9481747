// @ts-check
/** Send a request: a small form, filled in so that Enter sends it. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { field, select } from "./fields.js";
import { t } from "./language.js";

/** How many numbers an operation takes, and what they are. @type {() => Record<string, string[]>} */
const numbersOf = () => ({ put: [t("Value")], append: [t("Value")], broadcast: [t("Value")], cas: [t("Expected value"), t("New value")] });

/** Written by hand, so that they differ from what the workload writes. */
let nextValue = 1001;

/** @param {import("./app.js").App} app @param {number} [client] */
export function openRequest(app, client) {
  const { system } = app;
  if (!system) return;
  const clients = system.nodes.filter((node) => node.client);
  const servers = system.nodes.filter((node) => !node.client);
  if (clients.length === 0) return app.say(t("No client takes part in this scenario."));

  const verb = select("verb", system.verbs.map((name) => [name, name]), system.verbs.includes("put") ? "put" : system.verbs[0]);
  const from = select("client", clients.map(({ id, name }) => [String(id), name]), String(client ?? clients[0]?.id));
  const key = h("input", { name: "key", value: "x", autocomplete: "off", spellcheck: "false", required: true, maxlength: 8 });
  /** @type {[string, string][]} */
  const targets = [["", t("Whoever leads")], ...servers.map(({ id, name }) => /** @type {[string, string]} */ ([String(id), name]))];
  const target = select("target", targets, "");
  const numbers = h("div", { class: "fields" });
  const drawNumbers = () =>
    numbers.replaceChildren(
      ...(numbersOf()[verb.value] ?? []).map((label) =>
        field(label, h("input", { type: "number", name: "number", min: 0, step: 1, required: true, value: String(nextValue) })),
      ),
    );
  verb.addEventListener("change", drawNumbers);
  drawNumbers();

  openDialog(t("Send a request"), (close) => [
    h(
      "form",
      {
        method: "dialog",
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          const args = [...numbers.querySelectorAll("input")].map((input) => Number(input.value));
          nextValue = Math.max(nextValue, ...args) + 1;
          close();
          app.request(Number(from.value), {
            verb: verb.value,
            key: key.value.trim(),
            args,
            ...(target.value === "" ? {} : { target: Number(target.value) }),
          });
        },
      },
      h("div", { class: "fields" }, field(t("Operation"), verb), field(t("Key"), key)),
      numbers,
      h("div", { class: "fields" }, field(t("From"), from), field(t("To"), target)),
      h("div", { class: "row" }, h("button", { type: "submit", autofocus: true }, t("Send"))),
    ),
  ]);
}
