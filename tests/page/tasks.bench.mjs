// @ts-check
/**
 * How long the page keeps its main thread in one piece: the tasks of more than 50 ms, as the browser counts them, while a run
 * plays, while it is sought in, and while views and tabs are changed. Longer ones are felt.
 */
import { launch, serve, sizes } from "./harness.mjs";

const SECONDS = Number(process.env.SECONDS ?? 4);
const RUNS = Number(process.env.RUNS ?? 3);
const FASTEST = 1_000_000;

/** What is done, by name: each begins where the one before it ended. @type {[string, (page: import("playwright-core").Page) => Promise<void>][]} */
const PARTS = [
  ["playing at the usual pace", (page) => play(page, null)],
  ["playing as fast as possible", (page) => play(page, FASTEST)],
  ["seeking", seek],
  ["changing views and tabs", look],
];

/** Longest task and number of long ones, by part and run. @type {Map<string, number[][]>} */
const found = new Map(PARTS.map(([name]) => [name, []]));
const site = await serve();
const browser = await launch();
try {
  for (let run = 0; run < RUNS; run++) {
    for (const scenario of ["raft/leader-crash", "lock/first-lock"]) {
      const page = await (await browser.newContext({ viewport: sizes.desktop })).newPage();
      await page.goto(`${site.url}#${scenario}`);
      await page.waitForSelector(":root[data-lab=ready]", { state: "attached", timeout: 60_000 });
      await page.evaluate(() => {
        const tasks = /** @type {number[]} */ ([]);
        Reflect.set(window, "tasks", tasks);
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration))).observe({ type: "longtask" });
      });
      // What is loaded ahead belongs to the opening.
      await page.waitForTimeout(3000);
      for (const [name, run] of PARTS) {
        await page.evaluate(() => void (/** @type {any} */ (window).tasks.length = 0));
        await run(page);
        await page.waitForTimeout(200);
        found.get(name)?.push(await page.evaluate(() => /** @type {any} */ (window).tasks));
      }
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  await site.stop();
}
for (const [name, runs] of found) {
  figure(`page: ${name}, tasks over 50 ms`, runs.flat().length / runs.length, "a run");
  figure(`page: ${name}, longest task over 50 ms`, Math.max(0, ...runs.flat()), "ms");
}

/** @param {import("playwright-core").Page} page @param {number | null} speed */
async function play(page, speed) {
  await page.evaluate((speed) => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    if (speed) app.setSpeed(speed);
    app.play();
  }, speed);
  await page.waitForTimeout(SECONDS * 1000);
  await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.pause());
}

/** @param {import("playwright-core").Page} page to the ends of the run and to places between them */
async function seek(page) {
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { events } = app.lab.cursor();
    for (const part of [0, 1, 0.5, 0.25, 0.9, 0.1, 0.75, 1]) {
      await app.seekEvent(Math.floor(events * part));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

/** @param {import("playwright-core").Page} page every view of the stage, and every tab of the panel */
async function look(page) {
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
    for (const tab of ["inspect", "events", "properties", "faults", "rules"]) {
      app.openPanel(tab);
      await pause();
    }
    for (const view of ["space-time", "cluster"]) {
      app.setView(view);
      await pause();
    }
  });
}

/** @param {string} name @param {number} value @param {string} unit */
function figure(name, value, unit) {
  console.log(JSON.stringify({ name, value: Number(value.toFixed(2)), unit, peer: null, peer_value: null }));
}
