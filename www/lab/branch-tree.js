// @ts-check
/**
 * `<netsplit-branches>`: the branches of a run as a tree, below the time. Loaded when there is a second one.
 *
 * The row shows the current branch and a few beside it; pointed at or focused, a branch shows a miniature of its cluster as it is
 * at its end. *Branches* unfolds all of them, one below the other, each with its miniature: what a finger cannot hover over.
 *
 * Keyboard: Up and Down walk the branches, Left leads to the parent, Right to the first child, Home and End to the first and the
 * last, Enter goes there, F2 renames, the menu key shows what else can be done.
 *
 * @typedef {import("../netsplit.js").Branch} Branch
 * @typedef {{ branch: Branch, level: number, size: number, position: number }} Item   size, position: among its siblings
 */
import { branchesOf, currentBranchOf, letterOf } from "./branches.js";
import { h, redraw, setText } from "./dom.js";
import "./forks.js";
import { t } from "./language.js";
import { openMenu } from "./menu.js";
import { compareWith } from "./on-demand.js";
import { Part } from "./part.js";
import { sentence, time } from "./words.js";

/** So many branches stand in the row. */
const ROW_MAX = 4;
const ROW_MAX_NARROW = 2;
/** So many are offered to compare with at once; to any other its own menu leads. */
const COMPARISONS_MAX = 8;
/** Deeper ones are not set in any further. */
const LEVEL_MAX = 8;
/** Pictures as they are shown, and by how much they are drawn larger: a whole cluster needs so much room. */
const MINIATURE = { width: 208, height: 136, scale: 1.6 };
const SMALL = { width: 104, height: 68, scale: 3 };
/** As in branches.css. */
const LITTLE_ROOM = "(width < 600px), (height < 500px)";
/** A pointer that only passes shows nothing, and one on its way to the picture does not lose it. */
const HOVER_MS = 200;

class Branches extends Part {
  #tree = h("div", { role: "tree", class: "branch-tree", "aria-label": t("Branches"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
  #unfold = h("button", { type: "button", class: "quiet", key: "unfold", "aria-expanded": "false", onclick: () => this.#sheet.showPopover() }, t("Branches"));
  #more = h("button", { type: "button", class: "quiet", key: "more", onclick: () => this.#sheet.showPopover() });
  #rename = h("button", { type: "button", class: "quiet", key: "rename", onclick: () => this.#renameCurrent() }, t("Rename"));
  #versus = h("button", { type: "button", class: "quiet", key: "compare", onclick: () => this.#compare(this.#versus) });
  #sheet = h("div", { popover: "auto", class: "branch-sheet", role: "dialog", "aria-label": t("All branches"), ontoggle: () => this.#folded() });
  #canvas = h("canvas", { "aria-hidden": "true" });
  #told = h("p", { id: "branch-told" });
  #card = h("div", { popover: "manual", class: "branch-card" }, this.#canvas, this.#told);
  #forks = document.createElement("netsplit-forks");
  #timer = 0;
  /** The branch whose picture is shown. @type {number | null} */
  #shown = null;
  /** Pictures that have come into view and are still to be painted, one in each frame. @type {Element[]} */
  #unpainted = [];
  #painting = false;
  #seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#seen.unobserve(target);
      this.#unpainted.push(target);
    }
    void this.#paintAll();
  });

  setUp() {
    this.append(this.#unfold, this.#tree, this.#more, this.#versus, this.#rename, this.#sheet, this.#card);
    this.on(["open", "branches"], () => this.#draw());
    this.on(["open", "branches", "look"], () => setText(this.#versus, this.app.comparing ? t("End the comparison") : t("Compare..")));
    setText(this.#versus, t("Compare.."));
    this.on(["settings"], () => this.#repaint());
    this.on(["open", "branches", "failed"], () => this.#hide());
    this.onWindow("resize", () => this.#draw());
    for (const type of ["pointerover", "pointerout"]) this.#tree.addEventListener(type, (event) => this.#pointed(/** @type {PointerEvent} */ (event)));
    this.#tree.addEventListener("focusin", (event) => this.#focused(event));
    this.#tree.addEventListener("focusout", () => this.#hide());
    this.#tree.addEventListener("contextmenu", (event) => this.#menu(event));
    this.#card.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#card.addEventListener("pointerleave", () => this.#hideSoon());
    this.closest("netsplit-time")?.querySelector(".scrubber")?.append(this.#forks);
    this.#draw();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#seen.disconnect();
    this.#forks.remove();
  }

  get #unfolded() {
    return this.#sheet.matches(":popover-open");
  }

  // ---- the tree

  #draw() {
    const { lab } = this.app;
    if (!lab) return;
    const items = itemsOf(branchesOf(lab));
    const few = this.#unfolded ? items : rowOf(items, matchMedia("(width < 600px)").matches ? ROW_MAX_NARROW : ROW_MAX);
    const hidden = items.length - few.length;
    this.#more.hidden = hidden === 0;
    setText(this.#more, t("{n} more", { n: hidden }));
    const state = few.map(({ branch: { id, name, current, from_us, end_us }, level, size, position }) => [id, name, current, level, size, position, this.#unfolded && [from_us, end_us]]);
    const drawn = redraw(this.#tree, [this.app.run, state, this.#unfolded], () => few.map((item) => this.#item(item, items)));
    if (!drawn) return;
    this.#tree.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#repaint();
  }

  /** @param {Item} item @param {Item[]} items */
  #item({ branch, level, size, position }, items) {
    const { id, name, current } = branch;
    const [canvas, told] = this.#unfolded ? [h("canvas", { "aria-hidden": "true" }), h("small", null, about(branch, items))] : [];
    const button = h(
      "button",
      {
        type: "button",
        role: "treeitem",
        class: "branch",
        key: `branch${id}`,
        tabindex: current ? 0 : -1,
        "aria-level": level,
        "aria-setsize": size,
        "aria-posinset": position,
        "aria-selected": String(current),
        onclick: () => this.#choose(id),
      },
      canvas,
      h("span", { "data-letter": letterOf(id) }, name, told),
    );
    button.style.setProperty("--level", String(Math.min(level, LEVEL_MAX) - 1));
    return button;
  }

  /** @param {number} id */
  #choose(id) {
    this.#hide();
    if (this.#branch(id)?.current) return;
    this.app.switchBranch(id);
  }

  get #branches() {
    const { lab } = this.app;
    return lab ? branchesOf(lab) : [];
  }

  /** @param {number} id */
  #branch(id) {
    return this.#branches.find((branch) => branch.id === id);
  }

  get #buttons() {
    return /** @type {HTMLButtonElement[]} */ ([...this.#tree.querySelectorAll("button")]);
  }

  /** @param {number} id */
  #button(id) {
    return this.#buttons.find((button) => idOf(button) === id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const buttons = this.#buttons;
    const at = buttons.findIndex((button) => button === document.activeElement);
    const button = buttons[at];
    if (!button || event.altKey || event.ctrlKey || event.metaKey) return;
    const level = levelOf(button);
    /** @type {HTMLButtonElement | undefined} */
    let to;
    switch (event.key) {
      case "ArrowDown": to = buttons[at + 1]; break;
      case "ArrowUp": to = buttons[at - 1]; break;
      case "ArrowLeft": to = buttons.slice(0, at).findLast((each) => levelOf(each) < level); break;
      case "ArrowRight": to = levelOf(buttons[at + 1]) > level ? buttons[at + 1] : undefined; break;
      case "Home": to = buttons[0]; break;
      case "End": to = buttons.at(-1); break;
      case "F2": this.#startRename(idOf(button)); break;
      case "Escape":
        if (this.#shown === null) return;
        this.#hide();
        break;
      default: return;
    }
    for (const each of to ? buttons : []) each.tabIndex = each === to ? 0 : -1;
    to?.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- all of them

  #folded() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const within = this.#tree.contains(focused) || focused === document.body || focused === this.#sheet;
    this.#unfold.setAttribute("aria-expanded", String(this.#unfolded));
    this.#hide();
    if (this.#unfolded) this.#sheet.append(this.#tree);
    else this.#unfold.after(this.#tree);
    this.#draw();
    if (this.#unfolded) (this.#buttons.find((button) => button.tabIndex === 0) ?? this.#buttons[0])?.focus();
    else if (within) this.#unfold.focus();
  }

  // ---- pictures

  #repaint() {
    this.#unpainted = [];
    this.#seen.disconnect();
    if (!this.#unfolded) return;
    for (const button of this.#buttons) this.#seen.observe(button);
  }

  async #paintAll() {
    if (this.#painting) return;
    this.#painting = true;
    try {
      for (let button = this.#unpainted.shift(); button && this.app.lab; button = this.#unpainted.shift()) {
        const canvas = button.querySelector("canvas");
        const id = idOf(button);
        if (canvas) await this.app.once("all", () => void this.#paint(canvas, id, SMALL), () => this.isConnected && this.#unfolded);
        await new Promise(requestAnimationFrame);
      }
    } finally {
      this.#painting = false;
    }
  }

  /** @param {HTMLCanvasElement} canvas @param {number} id @param {typeof SMALL} size */
  #paint(canvas, id, { width, height, scale }) {
    const { lab, theme, layout } = this.app;
    canvas.style.aspectRatio = `${width} / ${height}`;
    const seen = lab?.glance(id, canvas, { width: width * scale, height: height * scale, dpr: devicePixelRatio / scale, theme, layout, reduced_motion: true });
    return seen?.ok ? seen.value : null;
  }

  /** @param {PointerEvent} event */
  #pointed({ type, target, pointerType }) {
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button || pointerType === "touch" || this.#unfolded) return;
    if (type === "pointerout") return this.#hideSoon();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(button), this.#shown === null ? HOVER_MS : 0);
  }

  /** @param {FocusEvent} event */
  #focused({ target }) {
    if (target instanceof HTMLButtonElement && target.matches(":focus-visible") && !this.#unfolded) this.#show(target);
  }

  /** @param {HTMLButtonElement} button */
  #show(button) {
    clearTimeout(this.#timer);
    void this.app.once("all", () => this.#showNow(button), () => button.matches(":hover, :focus-visible"));
  }

  /** @param {HTMLButtonElement} button */
  #showNow(button) {
    const id = idOf(button);
    const branch = this.#branch(id);
    if (!branch || !button.isConnected || id === this.#shown) return;
    this.#hide();
    // Where there is little room, it hides little: its words stand beside it.
    const glance = this.#paint(this.#canvas, id, matchMedia(LITTLE_ROOM).matches ? SMALL : MINIATURE);
    if (!glance) return;
    this.#shown = id;
    const latest = glance.latest ? sentence(glance.latest.text) : "";
    setText(this.#told, [`${about(branch, itemsOf(this.#branches))}.`, latest].filter(Boolean).join(" "));
    button.setAttribute("aria-describedby", this.#told.id);
    this.#card.showPopover();
    const [at, { width, height }] = [button.getBoundingClientRect(), this.#card.getBoundingClientRect()];
    this.#card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    this.#card.style.top = `${Math.max(8, at.top - height - 6)}px`;
  }

  #hideSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), HOVER_MS);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#shown = null;
    if (this.#card.matches(":popover-open")) this.#card.hidePopover();
    for (const button of this.#tree.querySelectorAll("[aria-describedby]")) button.removeAttribute("aria-describedby");
  }

  // ---- what can be done

  /** @param {Event} event */
  #menu(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const branch = button && this.#branch(idOf(button));
    if (!button || !branch) return;
    event.preventDefault();
    this.#hide();
    const place = button.getBoundingClientRect();
    const unfolded = this.#unfolded;
    if (unfolded) this.#sheet.hidePopover();
    openMenu(
      branch.name,
      [
        ...(branch.current ? [] : [{ label: t("Go to this branch"), run: () => this.app.switchBranch(branch.id) }]),
        { label: t("Rename"), run: () => (unfolded ? this.#renameUnfolded(branch.id) : this.#startRename(branch.id)) },
        ...(branch.current ? this.#comparisons() : [this.#comparison(branch)]),
      ],
      place,
    );
  }

  /** @param {HTMLElement} at */
  #compare(at) {
    if (this.app.comparing) this.app.comparing.end();
    else openMenu(t("Compare"), this.#comparisons(), at);
  }

  /** The other branches to compare with, the newest first. */
  #comparisons() {
    const others = this.#branches.filter((branch) => !branch.current);
    return others.reverse().slice(0, COMPARISONS_MAX).map((branch) => this.#comparison(branch));
  }

  /** @param {Branch} branch @returns {import("./menu.js").Item} */
  #comparison({ id, name }) {
    return { label: t("Compare with {branch}", { branch: name }), run: () => compareWith(this.app, id) };
  }

  #renameCurrent() {
    const { lab } = this.app;
    const current = lab && currentBranchOf(lab);
    if (current) this.#startRename(current.id);
  }

  /** Where all of them are listed: the row has only some. @param {number} id */
  #renameUnfolded(id) {
    this.#sheet.addEventListener("toggle", () => this.#startRename(id), { once: true });
    this.#sheet.showPopover();
  }

  /** The name of a branch becomes a field. @param {number} id */
  #startRename(id) {
    const branch = this.#branch(id);
    const button = this.#button(id);
    if (!branch || !button) return;
    this.#hide();
    const input = h("input", { value: branch.name, maxlength: 60, "aria-label": t("Name of this branch") });
    const field = h("span", { role: "treeitem", class: "branch-name", "aria-level": levelOf(button), "aria-selected": "false" }, input);
    let done = false;
    /** @param {boolean} keep */
    const end = (keep) => {
      if (done) return;
      done = true;
      const name = input.value.trim();
      field.replaceWith(button);
      button.focus();
      if (keep && name && name !== branch.name) this.app.renameBranch(id, name);
    };
    input.addEventListener("blur", () => end(true));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      end(event.key === "Enter");
      event.preventDefault();
    });
    button.replaceWith(field);
    input.focus();
    input.select();
  }
}
customElements.define("netsplit-branches", Branches);

if (!document.querySelector("link[data-branches]")) {
  document.head.append(h("link", { rel: "stylesheet", href: new URL("../styles/branches.css", import.meta.url).href, "data-branches": true }));
}

/** @param {Branch[]} branches @returns {Item[]} each followed by its children */
function itemsOf(branches) {
  /** @param {number | null} parent @param {number} level @returns {Item[]} */
  const below = (parent, level) => {
    const children = branches.filter((branch) => branch.parent === parent);
    return children.flatMap((branch, n) => [{ branch, level, size: children.length, position: n + 1 }, ...below(branch.id, level + 1)]);
  };
  return below(null, 1);
}

/** @param {Item[]} items @param {number} most @returns {Item[]} the current one, its parent, and the newest, in their order */
function rowOf(items, most) {
  const current = items.find(({ branch }) => branch.current)?.branch;
  const wanted = [current?.id, current?.parent, ...items.map(({ branch }) => branch.id).sort((a, b) => b - a)];
  const ids = new Set([...new Set(wanted.filter((id) => id !== undefined && id !== null))].slice(0, most));
  return items.filter(({ branch }) => ids.has(branch.id));
}

/** @param {Branch} branch @param {Item[]} items where it comes from, and how far it goes */
function about({ parent, from_us, end_us }, items) {
  const from = items.find(({ branch }) => branch.id === parent)?.branch.name;
  const end = time(end_us);
  return from === undefined ? t("Played up to {end}", { end }) : t("Leaves {branch} at {from}, played up to {end}", { branch: from, from: time(from_us), end });
}

/** @param {Element} button */
const idOf = (button) => Number(button.getAttribute("data-key")?.slice("branch".length));

/** @param {Element | undefined} button */
const levelOf = (button) => Number(button?.getAttribute("aria-level") ?? 0);
