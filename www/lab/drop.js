// @ts-check
/** Files that are dropped on the page. What opens them is loaded when one comes. */

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
    void import("./open-file.js").then(({ openDropped }) => openDropped(app, file));
  });
}
