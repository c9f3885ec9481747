// @ts-check
/**
 * Drawing a small pattern of events to search for: a grid of lanes and moments. A cell is a button: pressed, it is an event;
 * one event chosen after another makes a message between them, or takes it away. Loaded when asked for.
 */
import { openDialog } from "./dialog.js";
import { h, redraw, s } from "./dom.js";
import { t } from "./language.js";

const LANES = 4;
const COLUMNS = 6;
const CELL = 48;

/** @typedef {{ lane: number, column: number }} Place */

/** @type {() => [string, Place[], [number, number][]][]} */
const presets = () => [
  [t("Request and answer"), [at(0, 0), at(1, 1), at(1, 2), at(0, 3)], [[0, 1], [2, 3]]],
  [t("Broadcast"), [at(0, 0), at(1, 2), at(2, 2), at(3, 2)], [[0, 1], [0, 2], [0, 3]]],
  [t("Gather"), [at(1, 0), at(2, 0), at(3, 0), at(0, 2), at(0, 3), at(0, 4)], [[0, 3], [1, 4], [2, 5]]],
];

/** The last one that was drawn. @type {{ events: Place[], messages: [Place, Place][] }} */
let drawing = { events: [], messages: [] };

/** @param {(lanes: number[], messages: [number, number][]) => void} search */
export function openPattern(search) {
  /** @type {Place | null} */
  let chosen = null;
  const grid = h("div", { class: "st-pattern", role: "group", "aria-label": t("Pattern: lanes from top to bottom, time from left to right"), onkeydown: walk });
  const said = h("p", { class: "muted", role: "status" });

  const draw = () => {
    redraw(grid, [drawing, chosen], () => [
      s(
        "svg",
        { "aria-hidden": "true", viewBox: `0 0 ${COLUMNS * CELL} ${LANES * CELL}` },
        ...Array.from({ length: LANES }, (_, lane) => s("path", { class: "lane", d: `M0 ${middle(lane)}H${COLUMNS * CELL}` })),
        ...drawing.messages.map(([a, b]) => s("path", { class: "message", d: `M${middle(a.column)} ${middle(a.lane)}L${middle(b.column)} ${middle(b.lane)}` })),
      ),
      ...Array.from({ length: LANES * COLUMNS }, (_, n) => cell(at(Math.floor(n / COLUMNS), n % COLUMNS))),
    ]);
  };

  /** @param {Place} place */
  const cell = (place) => {
    const is = has(place);
    const name = t("lane {lane}, moment {column}", { lane: place.lane + 1, column: place.column + 1 });
    return h(
      "button",
      {
        type: "button",
        key: `${place.lane} ${place.column}`,
        "aria-pressed": String(is),
        class: chosen && same(chosen, place) ? "chosen" : "",
        "aria-label": is ? t("Event: {place}", { place: name }) : name,
        onclick: () => press(place),
      },
      is ? "\u25cf" : "",
    );
  };

  /** @param {Place} place */
  const press = (place) => {
    said.textContent = "";
    if (!has(place)) {
      drawing.events.push(place);
      if (chosen) connect(chosen, place);
      chosen = null;
    } else if (chosen === null) {
      chosen = place;
      said.textContent = t("Choose the event that the message goes to, or the same again to take it away.");
    } else if (same(chosen, place)) {
      drawing.events = drawing.events.filter((each) => !same(each, place));
      drawing.messages = drawing.messages.filter((ends) => !ends.some((each) => same(each, place)));
      chosen = null;
    } else {
      connect(chosen, place);
      chosen = null;
    }
    draw();
  };

  /** @param {Place} a @param {Place} b */
  const connect = (a, b) => {
    const [from, to] = a.column <= b.column ? [a, b] : [b, a];
    if (from.lane === to.lane || from.column === to.column) return void (said.textContent = t("A message goes to a later moment on another lane."));
    const known = drawing.messages.findIndex(([x, y]) => same(x, from) && same(y, to));
    if (known >= 0) drawing.messages.splice(known, 1);
    else drawing.messages.push([from, to]);
  };

  /** @param {() => void} close */
  const find = (close) => {
    // In the order of time, so that every message goes forward.
    const events = [...drawing.events].sort((a, b) => a.column - b.column || a.lane - b.lane);
    /** @param {Place} place */
    const index = (place) => events.findIndex((each) => same(each, place));
    const messages = drawing.messages.map(([a, b]) => /** @type {[number, number]} */ ([index(a), index(b)]));
    if (events.length === 0) return void (said.textContent = t("Draw an event first: press a place on a lane."));
    if (!connected(events, messages)) return void (said.textContent = t("All events must hang together, by messages or by a common lane."));
    close();
    search(events.map(({ lane }) => lane), messages);
  };

  openDialog(t("Find a pattern"), (close) => [
    h("p", null, t("The pattern is found wherever messages run like this between any lanes; along a lane other events may lie between.")),
    h(
      "div",
      { class: "row" },
      presets().map(([name, events, messages]) =>
        h(
          "button",
          {
            type: "button",
            onclick: () => {
              chosen = null;
              drawing = { events: [...events], messages: messages.map(([a, b]) => [/** @type {Place} */ (events[a]), /** @type {Place} */ (events[b])]) };
              draw();
            },
          },
          name,
        ),
      ),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          onclick: () => {
            chosen = null;
            drawing = { events: [], messages: [] };
            draw();
          },
        },
        t("Clear#pattern"),
      ),
    ),
    grid,
    said,
    h("button", { type: "button", class: "primary", onclick: () => find(close) }, t("Find")),
  ]);
  draw();
}

/** @param {number} lane @param {number} column @returns {Place} */
function at(lane, column) {
  return { lane, column };
}

/** @param {number} n */
const middle = (n) => n * CELL + CELL / 2;

/** @param {Place} a @param {Place} b */
const same = (a, b) => a.lane === b.lane && a.column === b.column;

/** @param {Place} place */
const has = (place) => drawing.events.some((each) => same(each, place));

/** @param {Place[]} events @param {[number, number][]} messages whether every event can be reached from the first */
function connected(events, messages) {
  const reached = new Set([0]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [n, event] of events.entries()) {
      if (reached.has(n)) continue;
      const near = [...reached].some((other) => events[other]?.lane === event.lane || messages.some(([a, b]) => (a === n && b === other) || (b === n && a === other)));
      if (near) reached.add(n);
      grown ||= near;
    }
  }
  return reached.size === events.length;
}

/** Arrows walk the grid. @param {KeyboardEvent} event */
function walk(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  if (by === undefined) return;
  const buttons = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")];
  buttons[buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)) + by]?.focus();
  event.preventDefault();
  event.stopPropagation();
}
