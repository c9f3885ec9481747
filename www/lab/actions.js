// @ts-check
/** `<netsplit-actions>`: what can be broken, and mended, from the stage. */
import { h, redraw } from "./dom.js";
import { t } from "./language.js";
import { openMenu } from "./menu.js";
import { openRequest, startCut } from "./on-demand.js";
import { Part } from "./part.js";

/** Larger clusters are not listed in a menu. */
const CROWD = 60;
const MOST = 12;

class Actions extends Part {
  /** The one that Tab comes to; arrows lead to the others, as in every toolbar. */
  #stop = "crash";

  setUp() {
    this.addEventListener("focusin", ({ target }) => this.#stopAt(/** @type {HTMLElement} */ (target)));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.on(["open", "moment", "mode"], () => this.#draw(), { slow: true });
  }

  #draw() {
    const { lab, cut } = this.app;
    this.classList.toggle("away", cut !== null);
    if (!lab) return;
    const { cut: hurt, down: fallen } = lab.census();
    const down = fallen > 0;
    const focused = this.contains(document.activeElement);
    redraw(this, [hurt, down], () => [
      this.#button("crash", t("Crash.."), (at) => this.#crash(at)),
      this.#button("cut", t("Cut the network.."), () => startCut(this.app)),
      this.#button("request", t("Send a request.."), () => openRequest(this.app), "c"),
      this.#button("faults", t("More faults"), () => this.app.openPanel("faults")),
      hurt && this.#button("heal", t("Heal the network"), () => void this.app.act({ heal: [] })),
      down && this.#button("restart", t("Restart.."), (at) => this.#restart(at)),
    ]);
    this.#stopAt(this.#buttons.find((button) => button.dataset.key === this.#stop) ?? this.#buttons[0]);
    // What was mended last has no button any more: whoever pressed it stays in the toolbar.
    if (focused && !this.contains(document.activeElement)) this.#buttons.find((button) => button.tabIndex === 0)?.focus();
  }

  get #buttons() {
    return [...this.querySelectorAll("button")];
  }

  /** @param {HTMLElement | undefined} button */
  #stopAt(button) {
    this.#stop = button?.dataset.key ?? this.#stop;
    for (const each of this.#buttons) each.tabIndex = each === button ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const buttons = this.#buttons;
    const at = buttons.findIndex((button) => button === event.target);
    const to = { ArrowRight: (at + 1) % buttons.length, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    buttons.at(to)?.focus();
    event.preventDefault();
  }

  /** @param {string} key @param {string} label @param {(at: HTMLElement) => void} run @param {string} [shortcut] */
  #button(key, label, run, shortcut) {
    const button = h("button", { type: "button", key, "aria-keyshortcuts": shortcut, onclick: () => run(button) }, label);
    return button;
  }

  /** @param {HTMLElement} at */
  #crash(at) {
    const up = this.app.lab?.nodes().filter((node) => node.status === "running" || node.status === "paused") ?? [];
    if (up.length === 0) return this.app.say(t("No node runs now: there is nothing to crash."));
    // Of a crowd those that do something; the others are on the stage.
    const some = up.length > CROWD ? up.filter((node) => node.client || node.role.letter !== "F").slice(0, MOST) : up;
    openMenu(
      some.length < up.length ? t("Crash (others: select them on the stage)") : t("Crash"),
      (some.length ? some : up.slice(0, MOST)).map((node) => ({
        label: node.client ? node.name : `${node.name}, ${node.role.name}`,
        run: () => void this.app.act({ crash: node.id }),
      })),
      at,
    );
  }

  /** @param {HTMLElement} at */
  #restart(at) {
    const down = this.app.lab?.nodes().filter((node) => node.status === "crashed" || node.status === "halted") ?? [];
    openMenu(
      t("Restart"),
      [
        ...(down.length > 1
          ? [{ label: t("All {n}", { n: down.length }), run: () => void this.app.actAll(down.map(({ id }) => ({ restart: { node: id, empty: false } }))) }]
          : []),
        ...down.slice(0, MOST).flatMap((node) => [
          { label: node.name, run: () => void this.app.act({ restart: { node: node.id, empty: false } }) },
          { label: t("{node} with an empty disk", { node: node.name }), run: () => void this.app.act({ restart: { node: node.id, empty: true } }) },
        ]),
      ],
      at,
    );
  }
}
customElements.define("netsplit-actions", Actions);
