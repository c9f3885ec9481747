// @ts-check
/** The lab of an embed: stage, caption, transport and verdict chip; story, actions and views if they are asked for. */
import { silenceStopped } from "./core.js";
import { h } from "./dom.js";
import { listenToKeys } from "./keys.js";
import { t } from "./language.js";
import { loadAhead } from "./on-demand.js";
import { LabRoot } from "./root.js";
import "./views.js";
import "./stage.js";
import "./cut-bar.js";
import "./caption.js";
import "./time-bar.js";
import "./panel.js";
import "./failure.js";
import "./embed-link.js";
import { NAMES } from "./embed-options.js";
import { list } from "./words.js";

/**
 * Opens what the address names, paused.
 *
 * @param {import("./embed-options.js").EmbedOptions} options
 * @returns {Promise<import("./app.js").App>} once its picture is there, or the reason why it cannot be
 */
export async function openLab(options) {
  silenceStopped();
  await Promise.all([styled(), options.story && import("./story.js"), options.actions && import("./actions.js")]);
  const root = /** @type {LabRoot} */ (document.createElement("netsplit-lab"));
  const { app } = root;
  app.opensPlaying = false;
  app.readElsewhere = NAMES;
  root.append(...regions(options));
  document.body.append(root);
  listenToKeys(app);
  loadAhead(app);
  const drawn = /** @type {Promise<void>} */ (
    new Promise((done) => {
      const stop = app.on(["open", "moment", "look", "failed"], () => {
        if (app.busy || !(app.lab || app.failure)) return;
        stop();
        done();
      });
    })
  );
  await app.start();
  await drawn;
  const { wrong } = options;
  if (wrong.length > 0) void app.report([{ name: "", value: t("The embed cannot use what its address says of {name}.", { name: list(wrong) }) }]);
  return app;
}

/** @param {import("./embed-options.js").EmbedOptions} options */
function regions({ story, actions, views }) {
  /** @param {string} name @param {string} role @param {string} label @param {...Node} children */
  const region = (name, role, label, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries({ role, "aria-label": label })) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  /** @param {string} name */
  const part = (name) => document.createElement(name);
  return [
    ...(story ? [region("netsplit-story", "region", t("Story"))] : []),
    h(
      "main",
      { "aria-label": t("Stage") },
      h("h1", { class: "hidden" }, "Netsplit"),
      h("div", { class: `embed-bar${views ? " with-views" : ""}` }, part("netsplit-views"), part("netsplit-full")),
      part("netsplit-stage"),
      actions && region("netsplit-actions", "toolbar", t("Actions")),
      region("netsplit-cut-bar", "group", t("Cut the network")),
      part("netsplit-caption"),
      part("netsplit-failure"),
    ),
    region("netsplit-panel", "region", t("Details")),
    region("netsplit-time", "region", t("Time")),
  ];
}

/** The styles of the lab; before Play an embed does without. */
function styled() {
  const href = new URL("../styles/embed-lab.css", import.meta.url).href;
  return new Promise((done) => document.head.append(h("link", { rel: "stylesheet", href, onload: done, onerror: done })));
}
