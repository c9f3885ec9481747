// @ts-check
/** Files that are dropped on the page. What opens them is loaded when one comes. */
import { openDropped } from "./on-demand.js";

/** @param {import("./app.js").App} app */
export function listenToDrops(app) {
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer || ![...event.dataTransfer.items].some((item) => item.kind === "file")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    openDropped(app, file);
  });
}
