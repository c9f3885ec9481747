// @ts-check
/**
 * The scenarios, a layer over the whole page; the run keeps its place. The whole card is one link.
 *
 * What is searched and chosen is kept in the address: `#scenarios?search=vote&level=first`; what it says beyond that is told.
 *
 * @typedef {import("./app.js").App} App
 * @typedef {import("../netsplit.js").ScenarioCard} Card
 * @typedef {{ name: string, label: string, any: string, of: (card: Card) => string[], word: (value: string) => string }} Filter
 */
import { CATALOGUE, formatAddress, isCatalogue, linkTo } from "./address.js";
import { openDialog } from "./dialog.js";
import { h, redraw, setText } from "./dom.js";
import { sentenceOf } from "./notice.js";
import { openFile } from "./open-file.js";
import { t } from "./language.js";
import { pictureOf } from "./pictures.js";
import { list, systemName } from "./words.js";

/** @type {() => Record<string, string>} */
const levels = () => ({ first: t("to begin with"), second: t("for the second day"), deep: t("in depth") });
/** @type {() => Record<string, string>} */
const faults = () => ({
  crash: t("crashes"),
  pause: t("pauses"),
  cut: t("cuts of the network"),
  messages: t("lost and late messages"),
  clock: t("wrong clocks"),
  disk: t("bad disks"),
});
/** @type {() => Record<string, string>} */
const outcomes = () => ({ falls: t("a property falls"), holds: t("all properties hold") });

/** The first hour, in order. */
const START = ["raft/leader-crash", "raft/minority-partition", "raft/even-majority", "lock/pause-unfenced", "rpc/reply-lost"];
/** Systems whose nodes agree on one value or one log. */
const AGREE = ["raft"];
/** Systems that tell what came before what. */
const ORDER = ["clock"];
/** Systems of locks: most of their lessons are broken rules, and stand here too. */
const LOCKS = ["lock"];
/** Systems of requests and replies: the same of them. */
const CALLS = ["rpc"];
const ON_A_SHELF = 6;

/** Shelves by what one wants. @type {() => { id: string, name: string, pick: (cards: Card[]) => Card[] }[]} */
const allShelves = () => [
  { id: "start", name: t("Start here"), pick: (cards) => START.flatMap((id) => cards.filter((card) => card.id === id)) },
  { id: "agree", name: t("Agree"), pick: (cards) => cards.filter((card) => AGREE.includes(card.system) && card.mutants.length === 0) },
  { id: "order", name: t("Order events"), pick: (cards) => cards.filter((card) => ORDER.includes(card.system) && card.mutants.length === 0) },
  { id: "lock", name: t("Hold a lock"), pick: (cards) => cards.filter((card) => LOCKS.includes(card.system)).sort((a, b) => a.mutants.length - b.mutants.length) },
  { id: "rpc", name: t("Ask and be answered"), pick: (cards) => cards.filter((card) => CALLS.includes(card.system)).sort((a, b) => a.mutants.length - b.mutants.length) },
  {
    id: "break",
    name: t("Break a rule"),
    pick: (cards) => cards.filter((card) => card.mutants.length > 0).sort((a, b) => (a.falls[0] ?? "").localeCompare(b.falls[0] ?? "")),
  },
];

/** The properties that fall, by name. @param {Card & { falls_names?: string[] }} card */
const fallsOf = (card) => card.falls_names ?? card.falls;

/** Pictures are drawn when the page is built for a host; without them cards are text. */
let pictures = true;

/** @type {Catalogue | null} */
let open = null;

/** Opens it, if the address names it; it closes itself when the address no longer does. @param {App} app */
export function followCatalogue(app) {
  if (app.lab && isCatalogue(location.hash)) open ??= new Catalogue(app);
}

/** @param {App} app enters it in the address: Back leaves it */
export function openCatalogue(app) {
  if (open) return;
  history.pushState({ over: app.address }, "", CATALOGUE);
  followCatalogue(app);
}

class Catalogue {
  /** @param {App} app */
  constructor(app) {
    this.#app = app;
    const follow = () => (isCatalogue(location.hash) ? this.read() : this.leave());
    addEventListener("popstate", follow);
    this.#filters = this.#allFilters().filter((filter) => this.#values(filter).length > 1);
    this.#dialog = openDialog(t("Scenarios"), (close) => [this.#form(), this.#wrong, this.#status, this.#results, openFile(app, close)], { layer: true });
    this.#dialog.addEventListener("close", () => {
      open = null;
      removeEventListener("popstate", follow);
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
  /** What could not be used of the address. */
  #wrong = h("p", { role: "status", hidden: true });
  #status = h("p", { role: "status", class: "muted" });
  #results = h("div", { class: "shelves" });
  /** The one shelf that is shown whole, or none. @type {string | null} */
  #shelf = null;

  /** Takes over what the address says. */
  read() {
    const query = new URLSearchParams(location.hash.slice(CATALOGUE.length + 1));
    this.#search.value = query.get("search") ?? "";
    this.#shelf = allShelves().find((shelf) => shelf.id === query.get("shelf"))?.id ?? null;
    for (const [name, select] of this.#selects) {
      select.value = query.get(name) ?? "";
      if (select.selectedIndex < 0) select.value = "";
    }
    this.#tell(query);
    this.#draw();
  }

  /** @param {URLSearchParams} query */
  #tell(query) {
    const known = new Map(this.#allFilters().map((filter) => [filter.name, this.#values(filter)]));
    known.set("shelf", allShelves().map(({ id }) => id));
    const wrong = [...query].flatMap(([name, value]) => {
      const values = known.get(name);
      if (name === "search" || values?.includes(value)) return [];
      return [values ? { name, value, known: values } : { name }];
    });
    setText(this.#wrong, sentenceOf(wrong));
    this.#wrong.hidden = wrong.length === 0;
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
    const property = (/** @type {string} */ id) => {
      const card = this.#app.catalogue.find((each) => each.falls.includes(id));
      return (card && fallsOf(card)[card.falls.indexOf(id)]) ?? id;
    };
    return [
      { name: "system", label: t("System"), any: t("any"), of: (card) => [card.system], word: systemName },
      { name: "fault", label: t("Fault"), any: t("any"), of: (card) => card.faults, word: (fault) => faults()[fault] ?? fault },
      { name: "property", label: t("Property that falls"), any: t("any or none"), of: (card) => card.falls, word: property },
      { name: "level", label: t("Level"), any: t("any"), of: (card) => [card.level], word: (level) => levels()[level] ?? level },
      {
        name: "outcome",
        label: t("Outcome"),
        any: t("any"),
        of: (card) => [card.mutants.length > 0 ? "falls" : "holds"],
        word: (outcome) => outcomes()[outcome] ?? outcome,
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
      { class: "filters", role: "search", "aria-label": t("Scenarios"), onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      h("label", { class: "field" }, t("Search"), this.#search),
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
    this.#tell(query);
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
    const shelves = allShelves().filter((shelf) => this.#shelf === null || shelf.id === this.#shelf)
      .map((shelf) => ({ ...shelf, cards: shelf.pick(found) }))
      .filter((shelf) => shelf.cards.length > 0);
    const sought = [...(words.length > 0 ? [t("\"{text}\"", { text: this.#search.value.trim() })] : []), ...chosen.map(({ filter, value }) => filter.word(value))];
    const shown = this.#shelf === null ? found.length : (shelves[0]?.cards.length ?? 0);
    setText(this.#status, t("{n} {n|scenario|scenarios}", { n: shown }));
    this.#status.hidden = shown === 0;
    redraw(this.#results, [words, chosen.map(({ value }) => value), this.#shelf], () => {
      if (shown === 0) {
        return [h("p", { role: "status" }, t("No scenario matches {sought}.", { sought: list(sought) })), h("button", { type: "button", onclick: () => this.#clear() }, t("Clear the filter"))];
      }
      if (filtered && this.#shelf === null) return [this.#cards(found)];
      const files = this.#shelf === null && this.#files();
      const drawn = shelves.map((shelf) => {
        const all = this.#shelf !== null || shelf.cards.length <= ON_A_SHELF;
        return h(
          "section",
          null,
          h("h3", null, shelf.name),
          this.#cards(all ? shelf.cards : shelf.cards.slice(0, ON_A_SHELF)),
          !all && h("button", { type: "button", class: "quiet", onclick: () => this.#showShelf(shelf.id) }, t("All {n}", { n: shelf.cards.length })),
          this.#shelf !== null && h("button", { type: "button", class: "quiet", onclick: () => this.#clear() }, t("All shelves")),
        );
      });
      return [...drawn, files];
    });
  }

  /** Traces of other programs that were opened: in memory, as long as the page is open. */
  #files() {
    const { traces } = this.#app;
    if (traces.length === 0) return false;
    const card = (/** @type {import("./app.js").OpenTrace} */ trace) => {
      const { executions, partial } = trace.file.about();
      const show = () => {
        this.#dialog.close();
        void this.#app.showTrace(trace);
      };
      const events = executions.reduce((sum, { events }) => sum + events, 0);
      const about = [t("Foreign"), partial && t("Partial"), t("{n} {n|event|events}", { n: events })].filter((part) => part !== false);
      return h("li", { class: "card" }, h("button", { type: "button", onclick: show, "aria-current": trace === this.#app.trace ? "page" : null }, h("strong", null, trace.name), h("small", null, about.join(", "))));
    };
    return h("section", null, h("h3", null, t("Your files")), h("ul", { class: "cards" }, traces.map(card)));
  }

  /** @param {Card[]} cards */
  #cards(cards) {
    return h("ul", { class: "cards" }, cards.map((card) => h("li", { class: "card" }, this.#card(card))));
  }

  /** @param {Card} card */
  #card(card) {
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
      h("small", null, `${systemName(card.id)}, ${card.minutes} min, ${levels()[card.level] ?? card.level}`),
      card.falls.length > 0 && h("small", null, card.falls.length === 1 ? t("{property} falls", { property: fallsOf(card)[0] ?? "" }) : t("{properties} fall", { properties: list(fallsOf(card)) })),
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
      src: pictureOf(card.id, theme),
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
