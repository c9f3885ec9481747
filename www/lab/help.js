// @ts-check
/** The key sheet. */
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";

/** @type {[string[], string][]} */
const KEYS = [
  [["Space", "K"], "Play or pause"],
  [["Left", "Right"], "One event back or forward"],
  [["Shift + Left", "Shift + Right"], "One story event back or forward"],
  [["Home", "End"], "To the start, to the furthest moment played"],
  [["+", "-"], "Faster, slower"],
  [["F"], "Fork: start a new branch here"],
  [["Ctrl + Z"], "Undo the last intervention"],
  [["C"], "Send a request"],
  [["D"], "Details"],
  [["Up", "Down"], "In the cluster: walk nodes, then messages"],
  [["Enter"], "In the cluster: what can be done there"],
  [["Esc"], "Leave menu, mode, panel, selection, in turn"],
  [["?"], "This sheet"],
];

export function openHelp() {
  openDialog("Keys", () => [
    h(
      "dl",
      { class: "keys" },
      KEYS.flatMap(([keys, does]) => [
        h("dt", null, keys.flatMap((key, n) => [n > 0 ? " " : null, h("kbd", null, key)])),
        h("dd", null, does),
      ]),
    ),
    h("p", null, "Draw a line across the cluster to cut the network there. Display turns single keys off."),
  ]);
}
