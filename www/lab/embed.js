// @ts-check
/**
 * An embed: a picture with a Play button, and after Play the lab itself, small enough to stand in a page of somebody
 * else's. Nothing but the picture and its words is loaded before; out of view it is paused, and does not begin to play.
 *
 * @typedef {import("./app.js").App} App
 */
import { t } from "./language.js";
import { readOptions } from "./embed-options.js";
import { drawPoster } from "./embed-poster.js";

export class Embed {
  options = readOptions(location.search, location.hash);
  /** Once it is loaded. @type {App | null} */
  app = null;
  /** @type {Promise<App> | null} */
  #loading = null;
  /** @type {(app: App) => void} */
  #isLoaded = () => {};
  /** Ends when the lab is there. @type {Promise<App>} */
  loaded = new Promise((loaded) => (this.#isLoaded = loaded));
  #inView = false;
  /** @type {Promise<void>} since when it is known whether it is in view */
  #looked;

  constructor() {
    const { theme } = this.options;
    if (theme) document.documentElement.dataset.theme = theme;
    this.poster = drawPoster(this.options, () => void this.play());
    this.#looked = new Promise((looked) => {
      new IntersectionObserver((entries) => {
        this.#inView = entries.at(-1)?.isIntersecting ?? false;
        if (!this.#inView && this.app?.playing) this.app.pause();
        looked();
      }).observe(document.documentElement);
    });
  }

  /** Whether somebody can see it: only then does it load the lab or play. */
  async visible() {
    if (document.hidden) return false;
    await this.#looked;
    return this.#inView;
  }

  /** The lab behind the picture, paused; loads it, if it is not there yet. Fails if it cannot be loaded; the next call tries again. */
  load() {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = null;
      this.poster.fail(t("The lab could not be loaded. Is the connection lost?"));
      throw error;
    });
    return this.#loading;
  }

  async #load() {
    this.poster.wait(t("Loading the lab"));
    const { openLab } = await import("./embed-lab.js");
    const app = await openLab(this.options);
    // The page around is told of the run with its fingerprint.
    if (this.options.parent) await app.loadRest("soon", true).catch(() => {});
    this.app = app;
    this.poster.leave(this.app.failure !== null);
    this.#isLoaded(this.app);
    return this.app;
  }

  async play() {
    // Why not stands on the picture.
    const app = await this.load().catch(() => null);
    if (app?.lab && !app.playing) app.play();
  }
}

const embed = new Embed();
if (embed.options.parent) void import("./embed-messages.js").then(({ listen }) => listen(embed));
