// @ts-check
/**
 * How large a space-time diagram may be in the page: a trace of another program with 1,000,000 events of eight hosts is opened,
 * and panned by hand over all of it, near (single events), in the middle (marks) and from afar (bars). Window of 1440 x 900.
 */
import { launch, serve, sizes } from "./harness.mjs";

const EVENTS = Number(process.env.EVENTS ?? 1_000_000);
const RUNS = Number(process.env.RUNS ?? 3);
const FRAMES = 120;

const site = await serve();
const browser = await launch();
/** @type {Map<string, { unit: string, values: number[] }>} */
const figures = new Map();
try {
  for (let run = 0; run < RUNS; run++) {
    const page = await (await browser.newContext({ viewport: sizes.desktop })).newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(site.url);
    await page.waitForSelector(":root[data-lab=ready]", { state: "attached" });
    await watch(page);
    await page.evaluate((events) => {
      const lines = [];
      for (let n = 0; n < events; n++) {
        const host = n % 8;
        const other = (n * 7 + 3) % 8;
        const after = n > 64 && n % 3 === 0 && other !== host ? `,"after":{"h${other}":${Math.floor(n / 8) - 1}}` : "";
        lines.push(`{"host":"h${host}","event":"does thing ${n % 97}"${after}}\n`);
      }
      const data = new DataTransfer();
      data.items.add(new File(lines, "million.jsonl"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }, EVENTS);
    await page.locator("netsplit-foreign netsplit-space-time[data-ready]").waitFor();
    await page.waitForTimeout(300);
    const { begun, first, whole, tasks } = await page.evaluate(() => /** @type {any} */ (window).timesOfDiagram.sum());
    keep("from its file's last byte to its first picture", "ms", first - begun);
    keep("from its file's last byte to the whole graph", "ms", whole - begun);
    keep("longest task until then", "ms", Math.max(0, ...tasks));
    const { ms } = await page.evaluate(() => /** @type {any} */ (window).timesOfDiagram);
    keep("one picture, the first", "ms", ms);
    for (const [name, presses] of /** @type {[string, string[]][]} */ ([["near", []], ["marks", ["-", "-", "-", "-"]], ["all but a little", ["0", "+"]]])) {
      await page.locator("netsplit-foreign [role=listbox]").focus();
      for (const key of presses) await page.keyboard.press(key);
      await page.waitForTimeout(400);
      const { frames, paints, twins, tasks, detail } = await pan(page);
      keep(`panning, ${name} (${detail}), frame, median`, "ms", part(frames, 0.5));
      keep(`panning, ${name} (${detail}), frame, 95th percentile`, "ms", part(frames, 0.95));
      keep(`panning, ${name} (${detail}), painting, median`, "ms", part(paints, 0.5));
      keep(`panning, ${name} (${detail}), painting, 95th percentile`, "ms", part(paints, 0.95));
      keep(`panning, ${name} (${detail}), longest task`, "ms", Math.max(0, ...tasks));
      keep(`panning, ${name} (${detail}), listing its events for screen readers`, "times in 120 frames", twins);
    }
    await page.context().close();
  }
} finally {
  await browser.close();
  await site.stop();
}
for (const [name, { unit, values }] of figures) {
  console.log(JSON.stringify({ name: `page: diagram of ${EVENTS.toLocaleString("en")} events, ${name}`, value: Number(part(values, 0.5).toFixed(2)), unit, peer: null, peer_value: null }));
}

/** @param {string} name @param {string} unit @param {number} value of one run; the median of all is told */
function keep(name, unit, value) {
  const figure = figures.get(name) ?? { unit, values: [] };
  figure.values.push(value);
  figures.set(name, figure);
}

/** @param {import("playwright-core").Page} page takes the time of what makes and paints the diagram; tasks under 50 ms do not count as long */
function watch(page) {
  return page.evaluate(async () => {
    const { TraceFile, TraceDiagram } = await import(new URL("netsplit.js", document.baseURI).href);
    const times = {
      begun: NaN,
      first: NaN,
      whole: NaN,
      ms: NaN,
      twins: 0,
      paints: /** @type {number[]} */ ([]),
      tasks: /** @type {PerformanceEntry[]} */ ([]),
      /** What is known of reading; only tasks that ended after that began. */
      sum() {
        const tasks = times.tasks.filter(({ startTime, duration }) => startTime + duration > times.begun).map(({ duration }) => duration);
        return { begun: times.begun, first: times.first, whole: times.whole, tasks };
      },
    };
    Reflect.set(window, "timesOfDiagram", times);
    new PerformanceObserver((list) => times.tasks.push(...list.getEntries())).observe({ type: "longtask" });
    /** @param {any} proto @param {string} name @param {(begin: number, answer: any) => void} then */
    const after = (proto, name, then) => {
      const call = proto[name];
      proto[name] = function (/** @type {unknown[]} */ ...args) {
        const begin = performance.now();
        const answer = call.apply(this, args);
        then(begin, answer);
        return answer;
      };
    };
    after(TraceFile.prototype, "diagram", (begin) => (times.begun = begin));
    after(TraceDiagram.prototype, "spaceTimeRead", (_, answer) => {
      if (Number.isNaN(times.whole) && answer.value.read === answer.value.all) times.whole = performance.now();
    });
    after(TraceDiagram.prototype, "spaceTimeTargets", () => times.twins++);
    after(TraceDiagram.prototype, "spaceTimePaint", (begin) => {
      const end = performance.now();
      if (Number.isNaN(times.first)) [times.first, times.ms] = [end, end - begin];
      times.paints.push(end - begin);
    });
  });
}

/** @param {import("playwright-core").Page} page drags the diagram a little in every frame */
function pan(page) {
  return page.evaluate(async (count) => {
    const times = /** @type {any} */ (window).timesOfDiagram;
    const plot = /** @type {HTMLElement} */ (document.querySelector("netsplit-foreign .st-plot"));
    const box = plot.getBoundingClientRect();
    /** @type {number[]} */
    const frames = [];
    times.paints.length = times.tasks.length = times.twins = 0;
    let last = 0;
    for (let n = 0; n < count; n++) {
      plot.dispatchEvent(new WheelEvent("wheel", { deltaX: 40, clientX: box.x + 300, clientY: box.y + 100, bubbles: true, cancelable: true }));
      const now = await new Promise((resolve) => requestAnimationFrame(resolve));
      if (last > 0) frames.push(now - last);
      last = now;
    }
    const detail = /** @type {HTMLElement} */ (document.querySelector("netsplit-foreign netsplit-space-time")).dataset.detail ?? "";
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { frames, paints: /** @type {number[]} */ ([...times.paints]), twins: times.twins, tasks: times.tasks.map((/** @type {PerformanceEntry} */ task) => task.duration), detail };
  }, FRAMES);
}

/** @param {number[]} values @param {number} part */
function part(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
