// @ts-check
/**
 * The scenarios, a layer over the whole page; the run keeps its place. The whole card is one link.
 *
 * What is searched and chosen is kept in the address: `#scenarios?search=vote&level=first`.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").ScenarioCard} Card
 * @typedef {{ name: string, label: string, any: string, of: (card: Card) => string[], word: (value: string) => string }} Filter
 */
import { CATALOGUE, formatAddress, isCatalogue, linkTo } from "./address.js";
import { openDialog } from "./dialog.js";
import { h, redraw, setText } from "./dom.js";
import { list, systemName } from "./words.js";

const LEVELS = /** @type {Record<string, string>} */ ({ first: "to begin with", second: "for the second day", deep: "in depth" });
const FAULTS = /** @type {Record<string, string>} */ ({
  crash: "crashes",
  pause: "pauses",
  cut: "cuts of the network",
  messages: "lost and late messages",
  clock: "wrong clocks",
  disk: "bad disks",
});
const OUTCOMES = /** @type {Record<string, string>} */ ({ falls: "a property falls", holds: "all properties hold" });

/** The first hour, in order. */
const START = ["raft/leader-crash", "raft/minority-partition", "raft/even-majority"];
/** Systems whose nodes agree on one value or one log. */
const AGREE = ["raft"];
const ON_A_SHELF = 6;

/** Shelves by what one wants. @type {{ id: string, name: string, pick: (cards: Card[]) => Card[] }[]} */
const SHELVES = [
  { id: "start", name: "Start here", pick: (cards) => START.flatMap((id) => cards.filter((card) => card.id === id)) },
  { id: "agree", name: "Agree", pick: (cards) => cards.filter((card) => AGREE.includes(card.system) && card.mutants.length === 0) },
  {
    id: "break",
    name: "Break a rule",
    pick: (cards) => cards.filter((card) => card.mutants.length > 0).sort((a, b) => (a.falls[0] ?? "").localeCompare(b.falls[0] ?? "")),
  },
];

/** Pictures are drawn when the page is built for a host; without them cards are text. */
let pictures = true;

/** Opens the catalogue wherever the address names it. @param {App} app */
export function followCatalogue(app) {
  /** @type {Catalogue | null} */
  let open = null;
  const follow = () => {
    if (!isCatalogue(location.hash)) open?.leave();
    else if (open) open.read();
    else if (app.lab) open = new Catalogue(app, () => (open = null));
  };
  addEventListener("hashchange", follow);
  addEventListener(ASKED, follow);
  app.on(["open"], follow);
}

const ASKED = "netsplit-catalogue";

/** @param {App} app enters it in the address: Back leaves it */
export function openCatalogue(app) {
  history.pushState({ over: app.address }, "", CATALOGUE);
  dispatchEvent(new Event(ASKED));
}

class Catalogue {
  /** @param {App} app @param {() => void} closed */
  constructor(app, closed) {
    this.#app = app;
    this.#filters = this.#allFilters().filter((filter) => this.#values(filter).length > 1);
    this.#dialog = openDialog("Scenarios", () => [this.#form(), this.#status, this.#results], { layer: true });
    this.#dialog.addEventListener("close", () => {
      closed();
      if (isCatalogue(location.hash)) this.#back();
    });
    this.read();
    this.#search.focus();
  }

  #app;
  /** @type {Filter[]} */
  #filters;
  #dialog;
  #search = h("input", { type: "search", oninput: () => this.#changed() });
  /** @type {Map<string, HTMLSelectElement>} */
  #selects = new Map();
  #status = h("p", { role: "status", class: "muted" });
  #results = h("div", { class: "shelves" });
  /** The one shelf that is shown whole, or none. @type {string | null} */
  #shelf = null;

  /** Takes over what the address says. */
  read() {
    const query = new URLSearchParams(location.hash.split("?", 2)[1] ?? "");
    this.#search.value = query.get("search") ?? "";
    this.#shelf = SHELVES.find((shelf) => shelf.id === query.get("shelf"))?.id ?? null;
    for (const [name, select] of this.#selects) {
      select.value = query.get(name) ?? "";
      if (select.selectedIndex < 0) select.value = "";
    }
    this.#draw();
  }

  /** Closes it: the address is somewhere else already. */
  leave() {
    this.#dialog.close();
  }

  /** The address of the run that is under it. */
  #back() {
    if (history.state?.over === this.#app.address) history.back();
    else history.replaceState(null, "", `${location.pathname}${location.search}${this.#app.address}`);
  }

  /** @returns {Filter[]} */
  #allFilters() {
    const property = (/** @type {string} */ id) => this.#app.system?.properties.find((each) => each.id === id)?.name ?? id;
    return [
      { name: "system", label: "System", any: "any", of: (card) => [card.system], word: systemName },
      { name: "fault", label: "Fault", any: "any", of: (card) => card.faults, word: (fault) => FAULTS[fault] ?? fault },
      { name: "property", label: "Property that falls", any: "any or none", of: (card) => card.falls, word: property },
      { name: "level", label: "Level", any: "any", of: (card) => [card.level], word: (level) => LEVELS[level] ?? level },
      {
        name: "outcome",
        label: "Outcome",
        any: "any",
        of: (card) => [card.mutants.length > 0 ? "falls" : "holds"],
        word: (outcome) => OUTCOMES[outcome] ?? outcome,
      },
    ];
  }

  /** @param {Filter} filter what there is to choose from, in the order of the scenarios */
  #values(filter) {
    return [...new Set(this.#app.catalogue.flatMap(filter.of))];
  }

  #form() {
    const select = (/** @type {Filter} */ filter) => {
      const options = this.#values(filter).map((value) => h("option", { value }, filter.word(value)));
      const element = h("select", { onchange: () => this.#changed() }, h("option", { value: "" }, filter.any), ...options);
      this.#selects.set(filter.name, element);
      return h("label", { class: "field" }, filter.label, element);
    };
    return h(
      "form",
      { class: "filters", role: "search", "aria-label": "Scenarios", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      h("label", { class: "field" }, "Search", this.#search),
      ...this.#filters.map(select),
    );
  }

  #changed() {
    const query = new URLSearchParams();
    if (this.#search.value.trim()) query.set("search", this.#search.value.trim());
    for (const [name, select] of this.#selects) if (select.value) query.set(name, select.value);
    if (this.#shelf) query.set("shelf", this.#shelf);
    const words = query.toString();
    history.replaceState(history.state, "", words ? `${CATALOGUE}?${words}` : CATALOGUE);
    this.#draw();
  }

  #clear() {
    this.#search.value = "";
    for (const select of this.#selects.values()) select.value = "";
    this.#shelf = null;
    this.#changed();
    this.#search.focus();
  }

  /** @param {string} id */
  #showShelf(id) {
    this.#shelf = id;
    this.#changed();
    this.#results.querySelector("a")?.focus();
  }

  #draw() {
    const words = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = this.#filters.flatMap((filter) => {
      const value = this.#selects.get(filter.name)?.value;
      return value ? [{ filter, value }] : [];
    });
    const found = this.#app.catalogue.filter(
      (card) =>
        chosen.every(({ filter, value }) => filter.of(card).includes(value)) &&
        words.every((word) => `${card.id} ${card.title} ${card.question} ${card.looks_for} ${card.mutants.join(" ")}`.toLowerCase().includes(word)),
    );
    const filtered = words.length > 0 || chosen.length > 0;
    const shelves = SHELVES.filter((shelf) => this.#shelf === null || shelf.id === this.#shelf)
      .map((shelf) => ({ ...shelf, cards: shelf.pick(found) }))
      .filter((shelf) => shelf.cards.length > 0);
    const sought = [...(words.length > 0 ? [`"${this.#search.value.trim()}"`] : []), ...chosen.map(({ filter, value }) => filter.word(value))];
    const shown = this.#shelf === null ? found.length : (shelves[0]?.cards.length ?? 0);
    setText(this.#status, shown === 1 ? "1 scenario" : `${shown} scenarios`);
    this.#status.hidden = shown === 0;
    redraw(this.#results, [words, chosen.map(({ value }) => value), this.#shelf], () => {
      if (shown === 0) {
        return [h("p", { role: "status" }, `No scenario matches ${list(sought)}.`), h("button", { type: "button", onclick: () => this.#clear() }, "Clear the filter")];
      }
      if (filtered && this.#shelf === null) return [this.#cards(found)];
      return shelves.map((shelf) => {
        const all = this.#shelf !== null || shelf.cards.length <= ON_A_SHELF;
        return h(
          "section",
          null,
          h("h3", null, shelf.name),
          this.#cards(all ? shelf.cards : shelf.cards.slice(0, ON_A_SHELF)),
          !all && h("button", { type: "button", class: "quiet", onclick: () => this.#showShelf(shelf.id) }, `All ${shelf.cards.length}`),
          this.#shelf !== null && h("button", { type: "button", class: "quiet", onclick: () => this.#clear() }, "All shelves"),
        );
      });
    });
  }

  /** @param {Card[]} cards */
  #cards(cards) {
    return h("ul", { class: "cards" }, cards.map((card) => h("li", { class: "card" }, this.#card(card))));
  }

  /** @param {Card} card */
  #card(card) {
    const falls = card.falls.map((id) => this.#app.system?.properties.find((each) => each.id === id)?.name ?? id);
    return h(
      "a",
      {
        href: linkTo(card.id),
        "aria-current": card.id === this.#app.scenario?.id ? "page" : null,
        onclick: (/** @type {MouseEvent} */ event) => this.#choose(event, card),
      },
      pictures && this.#picture(card),
      h("strong", null, card.title),
      h("span", null, card.question),
      h("small", null, `${systemName(card.id)}, ${card.minutes} min, ${LEVELS[card.level] ?? card.level}`),
      falls.length > 0 && h("small", null, `${list(falls)} falls`),
    );
  }

  /** @param {Card} card */
  #picture(card) {
    const theme = this.#app.theme === "dark" ? "dark" : "light";
    const lost = () => {
      pictures = false;
      for (const each of this.#results.querySelectorAll("img")) each.remove();
    };
    return h("img", {
      src: new URL(`../data/pictures/${card.id.replaceAll("/", "-")}.${theme}.svg`, import.meta.url).href,
      alt: "",
      width: 480,
      height: 300,
      loading: "lazy",
      decoding: "async",
      onerror: lost,
    });
  }

  /** @param {MouseEvent} event @param {Card} card */
  #choose(event, card) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    const address = formatAddress(card.id, null);
    // In place of the catalogue: Back goes to the run that was under it.
    if (address !== this.#app.address) {
      location.replace(address);
      return;
    }
    history.replaceState(null, "", address);
    this.leave();
    this.#app.visit(card.id);
  }
}
