// @ts-check
/** `<netsplit-failure>`: what is shown when the lab stopped, or could not start. The run is kept outside of the wasm. */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { Part } from "./part.js";
import { count } from "./words.js";

class FailureScreen extends Part {
  setUp() {
    this.hidden = true;
    this.setAttribute("role", "alert");
    this.on(["failed", "open"], () => this.#draw());
  }

  #draw() {
    const { failure } = this.app;
    this.hidden = failure === null;
    const lab = this.closest("netsplit-lab");
    if (failure === null) lab?.removeAttribute("data-failed");
    else lab?.setAttribute("data-failed", failure.loading ? "loading" : "stopped");
    // Nothing of what is behind can be used any more; the last picture stays.
    const behind = "netsplit-story, netsplit-time, netsplit-panel, main > :not(netsplit-failure)";
    for (const region of lab?.querySelectorAll(behind) ?? []) {
      region.toggleAttribute("inert", failure !== null);
    }
    redraw(this, failure && [failure.loading, failure.kept], () => [
      failure && (failure.loading ? this.#loading(failure) : this.#stopped(failure)),
    ]);
    if (failure) this.querySelector("button")?.focus();
  }

  /** @param {import("./app.js").Failure} failure */
  #loading({ error }) {
    return h(
      "div",
      null,
      h("h2", null, t("This browser cannot run the lab")),
      h("p", null, reason(error)),
      h("div", { class: "row" }, h("button", { type: "button", onclick: () => void this.app.again("start") }, t("Try again"))),
    );
  }

  /** @param {import("./app.js").Failure} failure */
  #stopped(failure) {
    const { kept } = failure;
    const keeps = h("span", null, t("Your run is kept."));
    if (kept?.link) void linkOf(kept.link).then((text) => keeps.append(" ", h("a", { href: text }, t("This link keeps it."))));
    const report = h("button", { type: "button", onclick: () => this.#copy(failure, report) }, t("Copy report"));
    return h(
      "div",
      null,
      h("h2", null, t("The lab stopped at event {n}", { n: count(kept?.event ?? 0) })),
      h("p", null, keeps),
      ...others(failure).map((text) => h("p", null, text)),
      h(
        "dl",
        { class: "fields-list" },
        [
          [t("Scenario"), kept?.scenario ?? ""],
          [t("Seed"), kept?.seed ?? ""],
          [t("Event"), String(kept?.event ?? 0)],
          [t("Reason"), reason(failure.error)],
        ].flatMap(([label, value]) => [h("dt", null, label), h("dd", null, value)]),
      ),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", onclick: () => void this.app.again("just-before") }, t("Open just before")),
        h("button", { type: "button", onclick: () => void this.app.again("start") }, t("Start over")),
        report,
        kept?.plan && h("button", { type: "button", onclick: () => void saveRun(kept) }, t("Save the run (JSON)")),
      ),
    );
  }

  /** @param {import("./app.js").Failure} failure @param {HTMLElement} button */
  async #copy({ error, kept }, button) {
    const link = kept?.link ? new URL(await linkOf(kept.link), location.href).href : null;
    const stack = error instanceof Error ? error.stack : undefined;
    const text = JSON.stringify({ ...kept, link, reason: reason(error), stack, browser: navigator.userAgent }, null, 2);
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = t("Copied");
    } catch {
      const area = h("textarea", { readonly: true, rows: 8, "aria-label": t("Report") });
      area.value = text;
      button.replaceWith(area);
      area.select();
    }
  }
}
customElements.define("netsplit-failure", FailureScreen);

/** @param {Uint8Array} packed @returns {Promise<string>} the link that keeps the run, as text */
async function linkOf(packed) {
  const { textOf } = await import("./link.js");
  return textOf(packed);
}

/** @param {import("./app.js").Failure} failure @returns {string[]} what becomes of all else that was open */
function others({ kept, runs = 0, traces = 0 }) {
  const branches = (kept?.branches.size ?? 1) - 1;
  return [
    branches > 0 ? t("{n} more {n|branch|branches} of it {n|is|are} made again when it is open.", { n: branches }) : "",
    runs > 0 ? t("{n} {n|run|runs} beside it {n|is|are} kept, too.", { n: runs }) : "",
    traces > 0 ? t("Traces of other programs have to be opened again.") : "",
  ].filter(Boolean);
}

/** @param {import("./app.js").Kept} kept */
async function saveRun({ plan, scenario }) {
  const { fileName, runText, save } = await import("./run-file.js");
  if (plan) save(`${fileName(scenario)}.json`, "application/json", runText(plan));
}

/** @param {unknown} error */
function reason(error) {
  if (error instanceof Error && error.name === Error.prototype.name) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
