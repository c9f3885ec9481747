// @ts-check
/**
 * What a page test stands on: the built page on a static host, and a Chromium that
 * looks at it.
 *
 *     import { laboratory, sizes } from "./harness.mjs";
 *
 *     const lab = laboratory();           // one server and one browser for this file
 *
 *     test("the story that must hold", async (t) => {
 *       const visit = await lab.visit(t, { size: sizes.phone, theme: "dark" });
 *       await visit.page.click("text=Crash the leader");
 *     });
 *
 * Each visit is a fresh browser profile. When its test ends, the test fails if the page
 * wrote an error to its console, threw one, asked for a file that is not there, or asked
 * any other site for anything.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { delimiter, extname, join, normalize } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DIST = join(ROOT, "dist");
const SCREENSHOTS = join(ROOT, "target/screenshots");

/** The page must run below any path of a host; the tests run it below this one. */
const BASE = "/some/where/";

/** Window sizes, in CSS pixels: those that the page is designed for. */
export const sizes = {
  phone: { width: 360, height: 740 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1440, height: 900 },
  wide: { width: 1920, height: 1080 },
};

const MIME = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".toml": "application/toml",
  ".ts": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Compressed files by their content's path: a host compresses a file once. @type {Map<string, Promise<Buffer>>} */
const compressed = new Map();

/** @param {string} file @param {Buffer} content */
function compress(file, content) {
  const known = compressed.get(file) ?? promisify(gzip)(content);
  compressed.set(file, known);
  return known;
}

/**
 * Serves a folder as a static host does: the right type for each file, compressed with gzip, 404 for what is not
 * there, no fallback, no special headers.
 *
 * @param {string} [folder] what to serve; by default the built page
 * @param {string} [base] the path below which it stands, with slashes at both ends
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} the address of `base`
 */
export async function serve(folder = DIST, base = BASE) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(folder, normalize(`/${path.slice(base.length)}`), path.endsWith("/") ? "index.html" : "");
    try {
      if (!path.startsWith(base)) throw new Error("outside of the site");
      const content = await readFile(file);
      const type = MIME[/** @type {keyof typeof MIME} */ (extname(file))] ?? "application/octet-stream";
      const headers = { "content-type": type, "cache-control": "no-store" };
      if (type === MIME[".png"] || !request.headers["accept-encoding"]?.includes("gzip")) response.writeHead(200, headers).end(content);
      else response.writeHead(200, { ...headers, "content-encoding": "gzip" }).end(await compress(file, content));
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}${base}`,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

/** The Chromium of this system, or the one that CHROMIUM names. */
function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  assert(found, "there is no Chromium on PATH; `make setup` installs it");
  return found;
}

/** Starts a headless Chromium that itself asks no one for anything. */
export const launch = () =>
  chromium.launch({
    executablePath: browserPath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/**
 * One server and one browser for all tests of a file. Call it once, at its top.
 */
export function laboratory() {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let site;
  /** @type {import("playwright-core").Browser} */
  let browser;

  before(async () => {
    site = await serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  return {
    /** The address of the page. */
    get url() {
      return site.url;
    },

    /**
     * Opens the page and waits until the laboratory has started, or, with
     * `path: "elsewhere.html"`, another file of the site.
     *
     * @param {import("node:test").TestContext} t the test; the visit ends with it
     * @param {VisitOptions} [options]
     * @returns {Promise<Visit>}
     *
     * @typedef {object} VisitOptions
     * @property {string} [path] address relative to the page, such as "#raft/leader-crash"
     * @property {{ width: number, height: number }} [size] of the window; `sizes` has the usual ones
     * @property {"light" | "dark"} [theme]
     * @property {boolean} [calm] the visitor prefers reduced motion
     * @property {boolean} [forcedColors] the visitor's system prescribes the colours
     * @property {boolean} [touch] a touch screen, as of a telephone
     * @property {string} [locale] the language that the visitor's browser prefers
     * @property {number} [zoom] device pixels for one CSS pixel
     * @property {boolean} [started] false: do not wait for the laboratory to start
     * @property {string[]} [sites] origins of other sites that take part in the story
     * @property {(page: import("playwright-core").Page) => Promise<void>} [prepare] done before the page is opened
     */
    async visit(t, options = {}) {
      const { path = "", started = true } = options;
      const context = await browser.newContext({
        viewport: options.size ?? sizes.desktop,
        colorScheme: options.theme ?? "light",
        reducedMotion: options.calm ? "reduce" : "no-preference",
        forcedColors: options.forcedColors ? "active" : "none",
        hasTouch: options.touch ?? false,
        locale: options.locale ?? "en-US",
        deviceScaleFactor: options.zoom ?? 1,
      });
      const visit = new Visit(await context.newPage(), [new URL(site.url).origin, ...(options.sites ?? [])]);
      t.after(() => visit.end(t));
      await options.prepare?.(visit.page);
      await visit.page.goto(new URL(path, site.url).href);
      if (started) await visit.started();
      return visit;
    },
  };
}

/** The page in one window, and everything that went wrong in it. */
class Visit {
  /** What went wrong and was not expected, a line each. @type {string[]} */
  complaints = [];
  /** Addresses that the page asked for, in order. @type {string[]} */
  requests = [];
  /** @type {RegExp[]} */
  #expected = [];

  /**
   * @param {import("playwright-core").Page} page
   * @param {string[]} origins of the sites that may be asked for something
   */
  constructor(page, origins) {
    /** Playwright's page: click, type, look. */
    this.page = page;
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      this.#complain(`console error: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#complain(`uncaught: ${error.stack ?? error}`));
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // The page itself may change its mind, or its window may close.
      if (!reason.includes("ERR_ABORTED")) this.#complain(`request failed: ${request.url()}: ${reason}`);
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol === "data:" || url.protocol === "blob:") return;
      this.requests.push(url.href);
      if (!origins.includes(url.origin)) this.#complain(`request to another site: ${url.href}`);
    });
  }

  /** @param {string} what */
  #complain(what) {
    if (!this.#expected.some((pattern) => pattern.test(what))) this.complaints.push(what);
  }

  /**
   * From now on a complaint that matches is part of the story (a panic on purpose).
   *
   * @param {RegExp} pattern
   */
  expectComplaint(pattern) {
    this.#expected.push(pattern);
  }

  /** Waits until the page says that the laboratory runs. */
  async started() {
    await this.page.waitForSelector(":root[data-lab=ready]", { state: "attached" }).catch((error) => {
      throw new Error(["the page did not start", ...this.complaints, error.message].join("\n"));
    });
  }

  /**
   * Keeps a picture of the window for people to look at.
   *
   * @param {string} name of the file in target/screenshots/, without ending
   */
  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    const file = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /**
   * Fails if axe finds an accessibility problem in the page as it is now.
   *
   * @param {{ within?: string, except?: string[], colours?: boolean }} [options] a selector to look below,
   *   rules of axe to leave out, and whether to look at colours alone
   */
  async assertAccessible({ within = ":root", except = [], colours = false } = {}) {
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    // Evaluated by the debugger, which the page's security policy does not concern.
    await this.page.evaluate(await readFile(axe, "utf8"));
    const problems = await this.page.evaluate(
      async ({ within, rules, only }) => {
        // Style sheets that others import axe would copy into the page, which the page's policy does not allow.
        const preload = !document.querySelector("link[href*=embed-lab]");
        const { violations } = await /** @type {any} */ (window).axe.run(within, { rules, preload, ...only, resultTypes: ["violations"] });
        return violations.flatMap((/** @type {any} */ violation) =>
          violation.nodes.map(
            (/** @type {any} */ node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`,
          ),
        );
      },
      { within, rules: Object.fromEntries(except.map((rule) => [rule, { enabled: false }])), only: colours ? { runOnly: ["color-contrast", "link-in-text-block"] } : {} },
    );
    assert.deepEqual(problems, [], "accessibility problems");
  }

  /**
   * Closes the window, and fails if anything went wrong in it. The harness calls this.
   *
   * @param {import("node:test").TestContext} t the test that ends
   */
  async end(t) {
    // One more round trip: what the page said before it has then arrived.
    await this.page.evaluate(() => {}).catch(() => {});
    await this.page.context().close();
    // Beside the assertion, because of a test that failed already only the first error is shown.
    for (const complaint of this.complaints) t.diagnostic(complaint.split("\n", 1)[0]);
    assert.deepEqual(this.complaints, [], "the page complained");
  }
}
