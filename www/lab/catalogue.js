// @ts-check
/** The scenarios, over the page; the run keeps its place. The whole card is one link. */
import { linkTo } from "./address.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./language.js";
import { systemName } from "./words.js";

/** @type {() => Record<string, string>} */
const levels = () => ({ first: t("to begin with"), second: t("for the second day"), deep: t("in depth") });

/** @param {import("./app.js").App} app */
export function openCatalogue(app) {
  const here = app.scenario?.id;
  openDialog(
    t("Scenarios"),
    (close) => [
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
              h("small", null, `${systemName(card.id)}, ${card.minutes} min, ${levels()[card.level] ?? card.level}`),
            ),
          ),
        ),
      ),
    ],
    { wide: true },
  );
}
