// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();

/** @param {import("playwright-core").Page} page makes the next step end as a trap in wasm does */
const trapOnStep = (page) =>
  page.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    Lab.prototype.step = () => {
      throw new WebAssembly.RuntimeError("unreachable executed");
    };
  });

/** @param {import("playwright-core").Page} page @param {string} [instance] panics in the wasm, not within a call of the page's */
const panic = (page, instance = "") =>
  page.evaluate(async (instance) => {
    const { panicForTest } = await import(new URL(`netsplit.js${instance}`, location.href).href);
    try {
      panicForTest();
    } catch {
      // The trap.
    }
  }, instance);

/** What was done by hand outlives a trap: as a plan while there is nothing yet that makes links, as a link then. */
for (const kept of /** @type {const} */ (["plan", "link"])) {
  test(`a trap shows where it happened; just before it the same run goes on in a fresh instance (${kept})`, async (t) => {
    const visit = await lab.visit(t, {
      calm: true,
      // Nothing is loaded ahead: a link is never made.
      prepare: async (page) => void (kept === "plan" && (await page.addInitScript(() => (window.requestIdleCallback = () => 0)))),
    });
    const { page } = visit;
    await page.locator("button.primary").click();
    await page.locator(".steps li.done").first().waitFor();
    await page.waitForFunction((kept) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.kept[kept] !== null, kept);
    const { event } = await cursor(page);
    await trapOnStep(page);
    await page.keyboard.press("ArrowRight");
    const screen = page.locator("netsplit-failure");
    await screen.waitFor();
    const text = await screen.innerText();
    assert.match(text, new RegExp(`The lab stopped at event ${event.toLocaleString("en")}`));
    assert.match(text, /raft\/leader-crash/);
    assert.match(text, /Seed\s+\d+/);
    await visit.assertAccessible();

    await page.getByRole("button", { name: "Open just before" }).click();
    await screen.waitFor({ state: "hidden" });
    await cursorWhere(page, (at) => at.event === event - 1);
    await page.keyboard.press("ArrowRight");
    await cursorWhere(page, (at) => at.event === event);
    await page.locator(".steps li.done").first().waitFor();
  });
}

test("starting over needs no reload", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const { event } = await cursor(page);
  await page.evaluate(() => Object.assign(window, { before: true }));
  await page.keyboard.press("ArrowLeft");
  await trapOnStep(page);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator("netsplit-failure").waitFor({ state: "hidden" });
  await cursorWhere(page, (at) => at.event === event);
  assert.equal(await page.evaluate(() => Reflect.get(window, "before")), true);
  await page.keyboard.press("ArrowRight");
  await cursorWhere(page, (at) => at.event === event + 1);
});

test("a panic outside of any call of the page's shows the error screen, and keys do no harm", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
  const { event } = await cursor(page);
  await panic(page);
  const screen = page.locator("netsplit-failure");
  await screen.waitFor();
  for (const key of ["ArrowRight", "k", "End", "Control+z", "d"]) await page.keyboard.press(key);
  const text = await screen.innerText();
  assert.match(text, new RegExp(`The lab stopped at event ${event.toLocaleString("en")}`));
  assert.match(text, /asked to, by panicForTest/);
  assert.match(text, /raft\/leader-crash/);
  assert.match(text, /Seed\s+\d+/);
  assert.equal(await page.locator("netsplit-stage").isVisible(), true, "the last picture stays");
  await visit.assertAccessible();
  await visit.screenshot("stopped");
  await page.getByRole("button", { name: "Open just before" }).click();
  await screen.waitFor({ state: "hidden" });
  await cursorWhere(page, (at) => at.event === event - 1);
  // The second instance may stop as well, and be followed by a third.
  await panic(page, "?again=1");
  await screen.waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await screen.waitFor({ state: "hidden" });
  const { event: start } = await cursorWhere(page, (at) => at.event > 0);
  await page.keyboard.press("ArrowRight");
  await cursorWhere(page, (at) => at.event === start + 1);
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
});

test("a panic while it plays shows the error screen", async (t) => {
  const { page } = await lab.visit(t);
  await panic(page);
  await page.locator("netsplit-failure").waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await page.locator("netsplit-failure").waitFor({ state: "hidden" });
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
});

test("a trap in a later slice of a promise: the error screen, and whoever waits hears of it", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const ended = await page.evaluate(async () => {
    const { panicForTest } = await import(new URL("netsplit.js", location.href).href);
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.loadRest("all", true);
    const now = performance.now;
    const seek = app.seekEvent(500_000).then(
      () => "reached",
      (/** @type {Error} */ error) => error.message,
    );
    // The next slice asks for the time from within the wasm.
    performance.now = () => {
      if (!new Error().stack?.includes("netsplit.js")) return now.call(performance);
      performance.now = now;
      return panicForTest();
    };
    return Promise.race([seek, new Promise((done) => setTimeout(() => done("nothing"), 5000))]);
  });
  assert.equal(ended, "the lab stopped");
  const screen = page.locator("netsplit-failure");
  await screen.waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await screen.waitFor({ state: "hidden" });
  const { event } = await cursorWhere(page, (at) => at.event > 0);
  await page.keyboard.press("ArrowRight");
  await cursorWhere(page, (at) => at.event === event + 1);
});

test("a lab that cannot be loaded says why, and tries again on request", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  visit.expectComplaint(/netsplit/);
  await visit.page.route("**/netsplit.js*", (route) => route.abort());
  await visit.page.reload();
  const screen = visit.page.locator("netsplit-failure");
  await screen.waitFor();
  assert.match(await screen.innerText(), /This browser cannot run the lab/);
  assert.ok(await visit.page.locator(".opening.wide svg").isVisible(), "the picture stays");
  await visit.page.unroute("**/netsplit.js*");
  await visit.page.getByRole("button", { name: "Try again" }).click();
  await screen.waitFor({ state: "hidden" });
  await cursorWhere(visit.page, (at) => at.event > 0);
});

/** @param {import("playwright-core").Page} page all branches, whatever their order: what they are called and what was done on them */
const grown = (page) =>
  page.evaluate(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    /** @type {any[]} */
    const branches = app.lab?.branches() ?? [];
    return branches.map(({ name, interventions }) => `${name}: ${interventions.map((/** @type {any} */ done) => `${done.text} ${done.at_us}`)}`).sort();
  });

/** @param {import("playwright-core").Page} page @param {string[]} wanted */
const grownAgain = (page, wanted) =>
  page.waitForFunction((wanted) => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const names = (app.lab?.branches() ?? []).map((/** @type {any} */ branch) => branch.name).sort();
    return JSON.stringify(names) === JSON.stringify(wanted.map((each) => each.slice(0, each.indexOf(": "))).sort());
  }, wanted);

test("what stood beside a run outlives a trap: its other branches, and runs that were left", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.once("all", () => {});
    app.act({ crash: 0 });
    await app.seekTime(app.lab.cursor().at_us + 300_000);
    await app.seekTime(app.lab.cursor().at_us - 100_000);
    app.act({ crash: 1 });
  });
  const before = await grown(page);
  assert.equal(before.length, 2, before.join(" | "));
  await panic(page);
  const screen = page.locator("netsplit-failure");
  await screen.getByText("1 more branch of it is made again when it is open.").waitFor();
  await page.getByRole("button", { name: "Open just before" }).click();
  await screen.waitFor({ state: "hidden" });
  await grownAgain(page, before);
  assert.deepEqual(await grown(page), before);

  // The same of a run that was left.
  await page.evaluate(() => void (location.hash = "#raft/split-vote"));
  const back = page.getByRole("button", { name: /^Back to/ });
  await back.waitFor();
  await panic(page, "?again=1");
  await screen.getByText("1 run beside it is kept, too.").waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await screen.waitFor({ state: "hidden" });
  await back.click();
  await grownAgain(page, before);
  assert.deepEqual(await grown(page), before);
});

test("runs that were left are kept without their memory, and made again when they are wanted", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const kept = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.once("all", () => {});
    for (let n = 0; n < 5; n++) {
      app.act({ crash: n });
      app.openBeside({ scenario: "raft/leader-crash", seed: String(n + 1) });
    }
    return app.runs.map((/** @type {any} */ run) => run.lab !== null);
  });
  assert.deepEqual(kept, [false, false, false, true, true]);
  await page.getByRole("button", { name: /^Back to/ }).first().click();
  await page.waitForFunction(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    return app.lab?.branches()[0]?.interventions.length === 1 && app.lab.plan().interventions[0].action.crash === 0;
  });
});
