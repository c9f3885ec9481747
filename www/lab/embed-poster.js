// @ts-check
/** What an embed shows before Play: the picture of its scenario, the question, and the ways on. */
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { language, t } from "./language.js";
import { fullLab } from "./embed-full.js";
import { pictureOf } from "./pictures.js";

/** @typedef {{ title: string, question: string, picture: string }} Words of a scenario, as they are drawn beside its picture */

/**
 * @param {import("./embed-options.js").EmbedOptions} options
 * @param {() => void} play
 */
export function drawPoster(options, play) {
  const place = /** @type {HTMLElement} */ (document.querySelector(".poster"));
  const title = h("h1", null, "Netsplit");
  const question = h("p", { class: "poster-question" });
  const button = h("button", { type: "button", class: "poster-play", onclick: play }, icon("play"), h("span", null, t("Play")));
  const picture = h("div", { class: "poster-picture" });
  place.append(
    h("div", { class: "poster-head" }, title, h("a", fullLab(location.hash), t("Open in the full lab"))),
    picture,
    h("div", { class: "poster-foot" }, button, question),
  );
  if (options.picture) void fill(options.picture);

  /** @param {string} scenario */
  async function fill(scenario) {
    const words = await wordsOf(scenario);
    // A scenario that there is no picture of: the button says enough.
    if (!words) return;
    title.textContent = words.title;
    question.textContent = words.question;
    document.title = `${words.title} - Netsplit`;
    const source = (/** @type {string} */ theme) => pictureOf(scenario, theme);
    const img = h("img", { alt: words.picture, src: source(options.theme ?? "light") });
    const dark = options.theme === null && h("source", { media: "(prefers-color-scheme: dark)", srcset: source("dark") });
    picture.append(h("picture", null, dark, img));
  }

  return {
    /** @param {string} text says that the lab is on its way */
    wait(text) {
      button.setAttribute("aria-disabled", "true");
      question.setAttribute("role", "status");
      question.textContent = text;
    },

    /** @param {string} text why the lab is not there: the button tries again */
    fail(text) {
      button.removeAttribute("aria-disabled");
      question.textContent = text;
    },

    /** The lab is there. @param {boolean} failed it is not: the picture stays, behind the reason */
    leave(failed) {
      if (failed) {
        place.inert = true;
        return;
      }
      const focused = place.contains(document.activeElement);
      place.remove();
      if (focused) /** @type {HTMLElement | null} */ (document.querySelector("netsplit-time .play"))?.focus();
    },
  };
}

/** @param {string} scenario @returns {Promise<Words | null>} */
async function wordsOf(scenario) {
  try {
    const response = await fetch(new URL(`../data/pictures/${scenario.replaceAll("/", "-")}.json`, import.meta.url));
    if (!response.ok) return null;
    /** @type {Record<string, Words>} */
    const words = await response.json();
    return words[language()] ?? words["en"] ?? null;
  } catch {
    return null;
  }
}
