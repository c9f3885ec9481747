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
  ["opening a trace of 1,000,000 events", openTrace],
  ["hiding a lane of it", hideLane],
];
const EVENTS = 1_000_000;

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

/** @param {import("playwright-core").Page} page lets a file fall on the page, and waits until all of it is drawn */
async function openTrace(page) {
  await page.evaluate((events) => {
    // A word that goes from host to host; the file is made in pieces, so that making it is no long task.
    const host = (/** @type {number} */ n) => `h${n % 8}`;
    const line = (/** @type {number} */ n) => `{"host":"${host(n)}","event":"does thing ${n % 97}"${n === 0 ? "" : `,"after":{"${host(n - 1)}":${Math.floor((n - 1) / 8) + 1}}`}}\n`;
    const pieces = /** @type {Blob[]} */ ([]);
    const more = () => {
      for (let k = 0; k < 4; k++) {
        const from = pieces.length * 2_500;
        pieces.push(new Blob([Array.from({ length: 2_500 }, (_, n) => line(from + n)).join("")]));
      }
      if (pieces.length * 2_500 < events) return void setTimeout(more);
      const data = new DataTransfer();
      data.items.add(new File(pieces, "large.jsonl"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    };
    more();
  }, EVENTS);
  await page.locator(`netsplit-foreign netsplit-space-time[data-ready][data-read='${EVENTS}']`).waitFor({ timeout: 120_000 });
}

/** @param {import("playwright-core").Page} page */
async function hideLane(page) {
  await page.locator("netsplit-foreign").getByRole("button", { name: "More.." }).click();
  await page.getByRole("menuitem", { name: "Lanes.." }).click();
  await page.locator("netsplit-foreign netsplit-space-time").evaluate((diagram) => diagram.removeAttribute("data-whole"));
  await page.getByRole("checkbox").first().uncheck();
  await page.locator("netsplit-foreign netsplit-space-time[data-whole=true]").waitFor({ timeout: 120_000 });
  await page.keyboard.press("Escape");
  await page.locator("netsplit-foreign").getByRole("button", { name: "Back to the lab" }).click();
}

/** @param {string} name @param {number} value @param {string} unit */
function figure(name, value, unit) {
  console.log(JSON.stringify({ name, value: Number(value.toFixed(2)), unit, peer: null, peer_value: null }));
}
