// @ts-check
/** Making elements, and replacing them only when what they show has changed. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with properties, attributes, listeners (`onclick`) and children. `key` names it for {@link redraw}.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown> | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  set(element, props ?? {});
  append(element, children);
  return element;
}

/**
 * The same for SVG.
 *
 * @param {string} tag
 * @param {Record<string, unknown> | null} [props]
 * @param {...(Child | Child[])} children
 */
export function s(tag, props, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, props ?? {});
  append(element, children);
  return element;
}

/** @param {Element} element @param {Record<string, unknown>} props */
function set(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "key") element.setAttribute("data-key", String(value));
    else if (name === "value" || name === "checked" || name === "selected") Reflect.set(element, name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Element} element @param {(Child | Child[])[]} children */
function append(element, children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(/** @type {Node} */ (child));
  }
}

/** @type {WeakMap<Element, string>} */
const drawn = new WeakMap();

/**
 * Replaces an element's children if `state` is not what they were drawn from. The focus stays on the child with the
 * same key. So a list that has not changed is left alone: a click on it, or its place in a screen reader, is not lost.
 *
 * @param {Element} element
 * @param {unknown} state
 * @param {() => (Child | Child[])[]} draw
 * @returns {boolean} whether it was drawn anew
 */
export function redraw(element, state, draw) {
  const signature = JSON.stringify(state);
  if (drawn.get(element) === signature) return false;
  drawn.set(element, signature);
  const focused = document.activeElement;
  const key = focused && element.contains(focused) ? focused.getAttribute("data-key") : null;
  element.replaceChildren();
  append(element, draw());
  if (key !== null) /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
  return true;
}

/** @param {Element} element @param {string} text sets the text only if it differs */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
