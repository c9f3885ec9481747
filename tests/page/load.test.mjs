// @ts-check
// What the first load costs, and bounds for it. 166 kB is the aim; what stands here is what is reached, with little to spare.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { laboratory } from "./harness.mjs";
import { slow, transfers } from "./network.mjs";
import { caption, cursor, cursorWhere, pause } from "./reading.mjs";

const lab = laboratory();
const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Bytes that go over the wire until the default scenario can be watched, stepped, and played as its story asks. */
const FIRST_LOAD_MAX = 230_000;
/** The same with what the other actions beside the stage take. */
const WITH_ACTIONS_MAX = 290_000;
/** Bytes of any file that is loaded later, compressed. */
const LATER_MAX = 80_000;
/** Milliseconds until the first picture, the median of several visits on a slow telephone. */
const FIRST_PICTURE_MS_MAX = 1800;
const VISITS = 5;

/** @param {number} n */
const kB = (n) => `${(n / 1000).toFixed(1)} kB`;

test("the first load is small: what is transferred until the stage lives and what the story asks for works, and with all actions", async (t) => {
  /** @type {Awaited<ReturnType<typeof transfers>>} */
  let transferred = () => [];
  const { page } = await lab.visit(t, {
    prepare: async (page) => {
      // Nothing is loaded ahead: what is transferred is what was needed.
      await page.addInitScript(() => {
        window.requestIdleCallback = () => 0;
        /** @type {string[]} */
        const standstills = [];
        Object.assign(window, { standstills });
        const mark = performance.mark.bind(performance);
        performance.mark = (name, options) => {
          if (name.startsWith("netsplit: a part of the wasm")) standstills.push(`part ${options?.detail} ${new Error().stack}`);
          return mark(name, options);
        };
      });
      transferred = await transfers(page);
    },
  });
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
  await pause(page);
  const paused = await cursor(page);
  await page.getByRole("button", { name: "One event forward" }).click();
  await cursorWhere(page, (at) => at.event === paused.event + 1);

  await page.getByRole("button", { name: "Crash the leader" }).click();
  await page.getByRole("button", { name: "Restart.." }).waitFor();
  // Before a pointer comes over the stage, for which what is done on it is loaded.
  const first = transferred();

  await page.getByRole("button", { name: "Crash..", exact: true }).click();
  await page.getByRole("menuitem", { name: /^S2/ }).click();
  await page.getByRole("button", { name: "Restart.." }).waitFor();

  await page.getByRole("button", { name: "Cut the network.." }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: "Heal the network" }).waitFor();

  await page.getByRole("button", { name: "Send a request.." }).click();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  assert.match(await caption(page), /client|C1/i);

  await page.getByRole("button", { name: "More faults" }).click();
  await page.locator("netsplit-faults button").first().waitFor();

  const standstills = await page.evaluate(() => /** @type {any} */ (window).standstills);
  assert.deepEqual(standstills, [], "what was put off is not needed");
  const all = transferred();
  for (const { url, bytes } of all) t.diagnostic(`${kB(bytes)} ${url.slice(lab.url.length) || "index.html"}`);
  for (const [what, transfers, max] of /** @type {const} */ ([["first load", first, FIRST_LOAD_MAX], ["with all actions", all, WITH_ACTIONS_MAX]])) {
    const sum = transfers.reduce((sum, { bytes }) => sum + bytes, 0);
    t.diagnostic(`${what}: ${kB(sum)} in ${transfers.length} requests, at most ${kB(max)}`);
    assert.ok(sum <= max, `${what}: ${sum} bytes`);
  }
});

test("what is loaded later comes in pieces of at most 80 kB; the sum is told", async (t) => {
  const files = (await readdir(DIST, { recursive: true })).filter((name) => /\.(wasm|js|css|json|svg)$/.test(name));
  const sizes = await Promise.all(files.map(async (name) => ({ name, bytes: gzipSync(await readFile(join(DIST, name))).length })));
  const later = sizes.filter(({ name }) => name !== "netsplit_bg.wasm");
  for (const { name, bytes } of later) assert.ok(bytes <= LATER_MAX, `${name}: ${bytes} bytes`);
  const wasm = sizes.filter(({ name }) => name.endsWith(".wasm"));
  t.diagnostic(`all of the wasm: ${kB(wasm.reduce((sum, { bytes }) => sum + bytes, 0))} in ${wasm.length} parts; all files: ${kB(sizes.reduce((sum, { bytes }) => sum + bytes, 0))}`);
});

test("the first picture comes soon on a slow telephone", async (t) => {
  const times = [];
  for (let n = 0; n < VISITS; n++) {
    const { page } = await lab.visit(t, { size: { width: 412, height: 823 }, touch: true, started: false, prepare: slow });
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    const { ms, picture } = await page.evaluate(() => ({
      ms: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity,
      picture: document.querySelector("netsplit-stage :is(.opening, canvas)") !== null,
    }));
    assert.ok(picture, "what is painted first is the stage");
    times.push(Math.round(ms));
    await page.close();
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(VISITS / 2)] ?? Infinity;
  t.diagnostic(`first picture: ${times.join(", ")} ms; median ${median}, at most ${FIRST_PICTURE_MS_MAX}`);
  assert.ok(median <= FIRST_PICTURE_MS_MAX, `${median} ms`);
});
