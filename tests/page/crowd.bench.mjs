// @ts-check
/**
 * How smoothly large clusters play in the page: the time from frame to frame, the work of the main thread in one, and what
 * of it is painting. At the usual pace (30 times slower than real time), in a window of 1440 x 900.
 */
import { launch, serve, sizes } from "./harness.mjs";
import { openCrowd } from "./crowd.mjs";

const SECONDS = Number(process.env.SECONDS ?? 6);
/** Of so many the medians are told. */
const RUNS = Number(process.env.RUNS ?? 1);

const site = await serve();
const browser = await launch();
try {
  for (const servers of [5, 60, 200, 1_000 - 1]) {
    for (const look of ["all", "closer"]) {
      if (look === "closer" && servers !== 200) continue;
      const runs = [];
      for (let run = 0; run < RUNS; run++) runs.push(await visit(servers, look === "closer"));
      const name = `page: ${servers} servers${look === "closer" ? ", zoomed" : ""}`;
      for (const what of /** @type {const} */ (["frames", "work", "paint"])) {
        for (const [which, share] of /** @type {const} */ ([["median", 0.5], ["95th percentile", 0.95]])) {
          figure(`${name}, ${{ frames: "frame", work: "work in a frame", paint: "painting" }[what]}, ${which}`, part(runs.map((run) => part(run[what], share)), 0.5), "ms");
        }
      }
      figure(`${name}, frames`, part(runs.map(({ frames }) => 1000 / (frames.reduce((sum, ms) => sum + ms, 0) / frames.length)), 0.5), "1/s");
    }
  }
} finally {
  await browser.close();
  await site.stop();
}

/** @param {number} servers @param {boolean} closer looks at a part of them */
async function visit(servers, closer) {
  const page = await (await browser.newContext({ viewport: sizes.desktop })).newPage();
  await page.goto(site.url);
  await page.waitForSelector(":root[data-lab=ready]", { state: "attached", timeout: 60_000 });
  await openCrowd(page, servers);
  if (closer) await page.evaluate(() => Reflect.set(/** @type {any} */ (document.querySelector("netsplit-lab")).app.sight, "camera", { zoom: 3, x: 0.5, y: 0.3 }));
  const measured = await measure(page);
  await page.context().close();
  return measured;
}

/** @param {import("playwright-core").Page} page plays, and takes the time of every frame */
function measure(page) {
  return page.evaluate(async (seconds) => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { Lab } = await import(new URL("netsplit.js", document.baseURI).href);
    /** @type {number[]} */
    const [frames, work, paint] = [[], [], []].map((list) => /** @type {any} */ (list));
    const painted = Lab.prototype.paint;
    Lab.prototype.paint = function (/** @type {unknown[]} */ ...args) {
      const begin = performance.now();
      const result = painted.apply(this, args);
      /** @type {any} */ (paint).push(performance.now() - begin);
      return result;
    };
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (run) =>
      ask((now) => {
        const begin = performance.now();
        run(now);
        /** @type {any} */ (work).push(performance.now() - begin);
      });
    app.play();
    // The first second is for warming up.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const list of [frames, work, paint]) /** @type {any} */ (list).length = 0;
    let last = 0;
    await new Promise((resolve) => {
      const end = performance.now() + seconds * 1000;
      const next = (/** @type {number} */ now) => {
        if (last > 0) /** @type {any} */ (frames).push(now - last);
        last = now;
        if (performance.now() < end) ask(next);
        else resolve(null);
      };
      ask(next);
    });
    app.pause();
    return /** @type {{ frames: number[], work: number[], paint: number[] }} */ (/** @type {any} */ ({ frames, work, paint }));
  }, SECONDS);
}

/** @param {number[]} values @param {number} part */
function part(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** @param {string} name @param {number} value @param {string} unit */
function figure(name, value, unit) {
  console.log(JSON.stringify({ name, value: Number(value.toFixed(2)), unit, peer: null, peer_value: null }));
}
