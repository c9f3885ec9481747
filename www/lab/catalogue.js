// @ts-check
/** The scenarios, over the page; the run keeps its place. The whole card is one link. */
import { linkTo } from "./address.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { openFile } from "./open-file.js";
import { systemName } from "./words.js";

const LEVELS = /** @type {Record<string, string>} */ ({ first: "to begin with", second: "for the second day", deep: "in depth" });

/** @param {import("./app.js").App} app */
export function openCatalogue(app) {
  const here = app.scenario?.id;
  openDialog(
    "Scenarios",
    (close) => [
      openFile(app, close),
      h(
        "ul",
        { class: "cards" },
        app.catalogue.map((card) =>
          h(
            "li",
            { class: "card" },
            h(
              "a",
              {
                href: linkTo(card.id),
                "aria-current": card.id === here ? "page" : null,
                onclick: (/** @type {MouseEvent} */ event) => {
                  event.preventDefault();
                  close();
                  app.visit(card.id);
                },
              },
              h("strong", null, card.title),
              h("span", null, card.question),
              h("small", null, `${systemName(card.id)}, ${card.minutes} min, ${LEVELS[card.level] ?? card.level}`),
            ),
          ),
        ),
      ),
    ],
    { wide: true },
  );
}
