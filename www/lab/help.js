// @ts-check
/** The key sheet. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";

/** @type {() => [string[], string][]} */
const keys = () => [
  [[t("Space"), "K"], t("Play or pause")],
  [[t("Left"), t("Right")], t("One event back or forward")],
  [[t("Shift + Left"), t("Shift + Right")], t("One story event back or forward")],
  [[t("Page up"), t("Page down")], t("One story event back or forward: on the time bar, and anywhere in the lecture hall")],
  [[t("Home"), t("End")], t("To the start, to the furthest moment played")],
  [["+", "-"], t("Faster, slower")],
  [["F"], t("Fork: start a new branch here")],
  [["B", t("Shift + B")], t("To the next fork, to the one before")],
  [[t("Ctrl + Z")], t("Undo the last intervention")],
  [["C"], t("Send a request")],
  [["D"], t("Details")],
  [["W"], t("To the witness of what is violated")],
  [[t("Up"), t("Down")], t("In the cluster: walk nodes, then messages")],
  [[t("Enter")], t("In the cluster: what can be done there")],
  [[t("Space"), t("Shift + Up"), t("Shift + Down")], t("In the cluster: select several")],
  [[t("Alt + arrows")], t("In the cluster: move the node")],
  [["Z", t("Shift + Z"), "0"], t("In the cluster: closer, farther, all of it")],
  [[t("Ctrl + arrows")], t("In cluster or logs: look elsewhere")],
  [[t("Esc")], t("Leave menu, mode, panel, selection, in turn")],
  [["?"], t("This sheet")],
];

export function openHelp() {
  openDialog(t("Keys"), () => [
    h(
      "dl",
      { class: "keys" },
      keys().flatMap(([names, does]) => [
        h("dt", null, names.flatMap((key, n) => [n > 0 ? " " : null, h("kbd", null, key)])),
        h("dd", null, does),
      ]),
    ),
    h("p", null, t("Draw a line across the cluster to cut the network there; with Shift, draw around nodes to select them. Display turns single keys off.")),
  ]);
}
