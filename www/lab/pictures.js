// @ts-check
/** The pictures of scenarios, as the build draws them: in both themes and in every language. */
import { language } from "./language.js";

/** @param {string} id of a scenario @param {string} theme `light` or `dark` @returns {string} the address of its picture */
export function pictureOf(id, theme) {
  const words = language() === "en" ? "" : `${language()}.`;
  return new URL(`../data/pictures/${id.replaceAll("/", "-")}.${words}${theme}.svg`, import.meta.url).href;
}
