// @ts-check
/** Small pictures in ink: transport and verdicts. Always beside words or a name for screen readers. */
import { s } from "./dom.js";

const PATHS = {
  play: "M5 3 13 8 5 13Z",
  pause: "M4 3h3v10H4ZM9 3h3v10H9Z",
  forward: "M4 3 10 8 4 13ZM11 3h2v10h-2Z",
  back: "M12 3 6 8 12 13ZM3 3h2v10H3Z",
  close: "M3.3 2.3 8 7l4.7-4.7 1 1L9 8l4.7 4.7-1 1L8 9l-4.7 4.7-1-1L7 8 2.3 3.3Z",
  tick: "M6.2 12.5 2.3 8.6l1.2-1.2 2.7 2.7 6.3-6.3 1.2 1.2Z",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return s("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: PATHS[name] }));
}

/**
 * A verdict by shape: a ring with a tick, a filled octagon with "!", a dotted ring with "?".
 *
 * @param {"holds" | "violated" | "unknown"} status
 */
export function verdictIcon(status) {
  const frame = { class: `icon verdict ${status}`, viewBox: "0 0 16 16", "aria-hidden": "true" };
  if (status === "violated") {
    return s("svg", frame, s("path", { class: "fill", d: "M5 1h6l4 4v6l-4 4H5l-4-4V5Z" }), sign("!"));
  }
  const ring = s("circle", { cx: 8, cy: 8, r: 6.5, ...(status === "unknown" ? { "stroke-dasharray": "1.5 2" } : {}) });
  return s("svg", frame, ring, status === "holds" ? s("path", { d: "M4.8 8.2 7 10.4 11.2 5.9" }) : sign("?"));
}

/** @param {string} text */
const sign = (text) => s("text", { x: 8, y: 11.6, "text-anchor": "middle" }, text);
