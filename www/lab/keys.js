// @ts-check
/**
 * Keys that work anywhere in the lab. They are off where keys mean something else: in fields, in menus, in dialogs; and
 * Space and Enter belong to the button that has the focus. Display switches the single ones off.
 */
import { t } from "./language.js";
import { openHelp, openRequest } from "./on-demand.js";

/** @param {import("./app.js").App} app */
export function listenToKeys(app) {
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || !app.lab || app.failure) return;
    if (target.closest("dialog, [popover], textarea, select, [contenteditable], input:not([type=range], [type=checkbox])")) return;
    const done = event.key === "Escape" ? leave(app) : holdsOn(app, event) || shortcut(app, event, target);
    if (done) event.preventDefault();
  });
}

/** Whoever holds a key down stops at a violation, as playing does. @param {import("./app.js").App} app @param {KeyboardEvent} event */
const holdsOn = (app, event) => event.repeat && app.caption.verdict !== null && ["Enter", " ", "ArrowRight"].includes(event.key);

/** @param {import("./app.js").App} app @param {KeyboardEvent} event @param {HTMLElement} target */
function shortcut(app, event, target) {
  if (event.altKey) return false;
  // A trace of another program cannot be played or changed.
  if (app.trace && !["d", "?"].includes(event.key.toLowerCase())) return false;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "z" || event.shiftKey) return false;
    app.undo();
    return true;
  }
  const inTabs = target.closest("[role=tablist], [role=toolbar], [role=radiogroup]") !== null;
  switch (event.key) {
    case "ArrowLeft":
    case "ArrowRight":
      if (inTabs) return false;
      if (event.key === "ArrowLeft") app.stepBack(event.shiftKey ? "story" : "event");
      else app.step(event.shiftKey ? "story" : "event");
      return true;
    case "Home":
    case "End":
      if (inTabs) return false;
      // Several events may happen at time 0: the start is before the first.
      void (event.key === "Home" ? app.seekEvent(0) : app.seekTime(app.lab?.cursor().end_us ?? 0));
      return true;
    // What the clickers of lecturers send. Elsewhere these keys scroll.
    case "PageUp":
    case "PageDown":
      if (!app.settings.values.present) return false;
      if (event.key === "PageUp") app.stepBack("story");
      else app.step("story");
      return true;
  }
  if (!app.settings.values.shortcuts) return false;
  switch (event.key.toLowerCase()) {
    case " ":
      if (target.closest("button, a, summary, [type=checkbox], [role=option]")) return false;
      app.togglePlay();
      return true;
    case "k":
      app.togglePlay();
      return true;
    case "+":
    case "=":
      app.changeSpeed(1);
      return true;
    case "-":
      app.changeSpeed(-1);
      return true;
    case "f":
      app.fork();
      return true;
    case "b":
      if (app.forks) void app.forks.jump(event.shiftKey ? -1 : 1);
      else app.say(t("This run has one branch only."));
      return true;
    case "c":
      openRequest(app);
      return true;
    case "d":
      app.togglePanel();
      return true;
    case "w":
      toWitness(app);
      return true;
    case "?":
      openHelp(app);
      return true;
  }
  return false;
}

/** Goes to where a property fell, from wherever the focus is. @param {import("./app.js").App} app */
function toWitness(app) {
  const verdict = app.caption.verdict ?? app.lab?.verdicts().find((each) => each.status === "violated");
  if (verdict) void app.showWitness(verdict);
  else app.say(t("No property is violated at this moment."));
}

/** Esc leaves one thing at a time: mode, several that are selected, panel, selection. Menus and dialogs close themselves. @param {import("./app.js").App} app */
function leave(app) {
  if (app.cut) app.endCut();
  else if (app.sight.chosen.size > 0 || app.sight.choosing) app.chooseNone();
  else if (app.comparing) app.comparing.end();
  else if (app.tab) app.openPanel(null);
  else if (app.selected) app.select(null);
  else return false;
  return true;
}
