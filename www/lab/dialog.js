// @ts-check
/** A dialog over the page: a title, a close button, its content. It is made when asked for and gone when closed. */
import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @param {string} title
 * @param {(close: () => void) => (Node | string)[]} content
 * @param {{ layer?: boolean }} [options] a layer covers the page
 */
export function openDialog(title, content, { layer = false } = {}) {
  const id = "dialog-title";
  const close = () => dialog.close();
  const dialog = h(
    "dialog",
    {
      "aria-labelledby": id,
      class: layer ? "layer" : "",
      onclose: () => dialog.remove(),
      // A click beside it: on the dialog itself, which has no padding, and so on its backdrop.
      onclick: (/** @type {MouseEvent} */ event) => event.target === dialog && close(),
    },
    h(
      "div",
      { class: "dialog-body" },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { id }, title),
        h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, icon("close")),
      ),
      ...content(close),
    ),
  );
  document.querySelector("netsplit-lab")?.append(dialog);
  dialog.showModal();
  return dialog;
}
