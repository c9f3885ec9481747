// @ts-check
/**
 * The twin of a diagram in the document: a list of the events in the picture, for screen readers, each where it is painted.
 *
 * @typedef {import("../netsplit.js").SpaceTimeSource} Source
 * @typedef {import("../netsplit.js").SpaceTimeLook} Look
 */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { time } from "./words.js";

/** Most events that are listed. */
const TWIN_MAX = 300;
/** How long the picture stands still before its twin follows, and how long a twin is kept while it moves, milliseconds. */
const STILL_MS = 160;
const MOVING_MS = 1000;

export class Twin {
  element;
  #timer = 0;
  #drawnAt = 0;

  /** @param {{ onkeydown: (event: KeyboardEvent) => void, onfocus: () => void }} listeners */
  constructor(listeners) {
    this.element = h("ul", {
      role: "listbox",
      tabindex: 0,
      class: "twin",
      "aria-label": t("Space-time diagram. Left and Right walk along a lane, with Shift along messages; Up and Down change the lane; Enter goes there."),
      ...listeners,
    });
  }

  /** It follows the picture as soon as that stands still; now and then, while it moves by itself. @param {() => void} draw @param {boolean} moves */
  soon(draw, moves) {
    if (this.#timer !== 0 && moves && performance.now() - this.#drawnAt > MOVING_MS) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      draw();
    }, STILL_MS);
  }

  /**
   * @param {Source} source @param {Look} look @param {number} zoom
   * @param {(event: number) => number | undefined} timeOf when an event happened, microseconds
   */
  draw(source, look, zoom, timeOf) {
    this.#drawnAt = performance.now();
    const all = source.spaceTimeTargets(look).filter(({ id }) => id.startsWith("event:"));
    const focus = look.hover ?? look.selected ?? null;
    const active = focus === null ? null : `event:${focus}`;
    const row = focus === null || all.some(({ id }) => id === active) ? null : source.spaceTimeEvent(focus, look);
    const targets = [...(row ? [{ id: `event:${row.n}`, label: row.text, x: 0, y: 0, width: 24, height: 24 }] : []), ...all.slice(0, TWIN_MAX)];
    redraw(this.element, [targets.map(({ id, label }) => [id, label]), look.selected, active], () =>
      targets.map(({ id, label }) =>
        h("li", { role: "option", id: twinId(id), "aria-selected": String(id === `event:${look.selected}`) }, label, id === active ? around(source, look, Number(id.slice(6)), timeOf) : ""),
      ),
    );
    for (const [n, { x, y, width, height }] of targets.entries()) {
      const item = /** @type {HTMLElement} */ (this.element.children[n]);
      item.style.translate = `${Math.round(x * zoom)}px ${Math.round(y * zoom)}px`;
      item.style.width = `${Math.round(width * zoom)}px`;
      item.style.height = `${Math.round(height * zoom)}px`;
    }
    if (active && targets.some(({ id }) => id === active)) this.element.setAttribute("aria-activedescendant", twinId(active));
    else this.element.removeAttribute("aria-activedescendant");
  }
}

/** What is spoken of an event besides its sentence: when, and where its messages lead. @param {Source} source @param {Look} look @param {number} event @param {(event: number) => number | undefined} timeOf */
function around(source, look, event, timeOf) {
  const row = source.spaceTimeEvent(event, look);
  if (!row) return "";
  const at = timeOf(event);
  return [
    ` ${at === undefined ? "" : time(at)}`,
    row.heard.length > 0 ? t("Hears a message.") : "",
    row.sent.length > 0 ? t("Sends {n} {n|message|messages}.", { n: row.sent.length }) : "",
  ].filter((part) => part !== "").join(" ");
}

/** @param {string} id */
const twinId = (id) => `st-${id.replace(/[^\w-]/g, "_")}`;
