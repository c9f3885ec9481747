// @ts-check
/**
 * `<netsplit-menu>`: one list of actions at a time, at a place on the page. Arrow keys walk it, Enter does it, Esc closes
 * it and gives the focus back.
 *
 * @typedef {{ label: string, run: () => void }} Item
 */
import { h } from "./dom.js";

class Menu extends HTMLElement {
  /** @type {HTMLElement | null} */
  #back = null;

  connectedCallback() {
    this.setAttribute("popover", "auto");
    this.setAttribute("role", "menu");
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "closed") this.#closed();
    });
  }

  /**
   * @param {string} title what the actions are about
   * @param {Item[]} items
   * @param {DOMRect} at beside this place
   */
  open(title, items, at) {
    if (this.matches(":popover-open")) this.hidePopover();
    this.#back = /** @type {HTMLElement | null} */ (document.activeElement);
    this.setAttribute("aria-label", title);
    const buttons = items.map(({ label, run }) =>
      h("button", { type: "button", role: "menuitem", tabindex: -1, onclick: () => this.#run(run) }, label),
    );
    this.replaceChildren(h("p", { class: "menu-title", role: "presentation" }, title), ...buttons);
    this.showPopover();
    this.#place(at);
    buttons[0]?.focus();
  }

  /** @param {DOMRect} at */
  #place(at) {
    const { width, height } = this.getBoundingClientRect();
    const gap = 4;
    const below = at.bottom + gap + height <= innerHeight;
    const top = below ? at.bottom + gap : Math.max(gap, at.top - gap - height);
    this.style.top = `${Math.min(top, Math.max(gap, innerHeight - height - gap))}px`;
    this.style.left = `${Math.max(gap, Math.min(at.left, innerWidth - width - gap))}px`;
  }

  /** @param {() => void} run */
  #run(run) {
    this.hidePopover();
    run();
  }

  #closed() {
    if (document.activeElement === document.body || this.contains(document.activeElement)) this.#back?.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const items = [...this.querySelectorAll("button")];
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      items.at(to === items.length ? 0 : to)?.focus();
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Tab") {
      this.hidePopover();
    } else if (event.key === "Escape") {
      this.hidePopover();
      event.preventDefault();
      event.stopPropagation();
    }
  }
}
customElements.define("netsplit-menu", Menu);

/** @type {Menu | null} */
let menu = null;

/**
 * @param {string} title @param {Item[]} items @param {Element | DOMRect} at
 */
export function openMenu(title, items, at) {
  if (!menu) {
    menu = /** @type {Menu} */ (document.createElement("netsplit-menu"));
    // Within a landmark, where screen readers look for it; it is drawn above everything all the same.
    document.querySelector("netsplit-lab main")?.append(menu);
  }
  menu.open(title, items, at instanceof Element ? at.getBoundingClientRect() : at);
}
