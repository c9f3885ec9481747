// @ts-check
// Parts of the wasm that come late, over a slow network, or not at all: nothing stands still, and what is missing is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { branches, caption, cursor, cursorWhere } from "./reading.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Route} Route */

const lab = laboratory();
const PARTS = "**/netsplit_part*.wasm";
const LATE_MS = 1000;

/** Nothing is loaded ahead. @param {Page} page */
const onDemand = (page) => page.addInitScript(() => (window.requestIdleCallback = () => 0));

/**
 * @param {Page} page
 * @returns {Promise<string[]>} what the page called while it stood still until a part was there; not, what the run calls as it plays on
 *   for long: in earnest what that takes is loaded when the page is at rest, and `load.test.mjs` minds the opening
 */
const standstills = (page) => page.evaluate(() => /** @type {any} */ (window).standstills.filter((/** @type {string} */ each) => !/\.tick$/.test(each)));

/** @param {Page} page */
async function late(page) {
  await onDemand(page);
  await page.addInitScript(() => {
    /** @type {string[]} */
    const standstills = [];
    Object.assign(window, { standstills });
    const mark = performance.mark.bind(performance);
    performance.mark = (name, options) => {
      const [, call = ""] = /at (?:async )?([\w.]+) \([^\n]*netsplit\.js[^\n]*\n(?![^\n]*netsplit)/.exec(new Error().stack ?? "") ?? [];
      if (name.startsWith("netsplit: a part of the wasm")) standstills.push(`part ${options?.detail} by ${call}`);
      return mark(name, options);
    };
  });
  await page.route(PARTS, async (route) => {
    await new Promise((done) => setTimeout(done, LATE_MS));
    // The page may be gone by then.
    await route.continue().catch(() => {});
  });
}

/** @param {Page} page @param {string} code of the app, called in the page */
const tell = (page, code) => page.evaluate(`void ((app) => { ${code} })(document.querySelector("netsplit-lab").app)`);

/** @param {Page} page the caption says that something is waited for, and meanwhile the run plays on */
async function playsOn(page) {
  await page.locator(".caption-text", { hasText: "Loading the lab" }).waitFor();
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
}

/** @param {Page} page @param {string} name @param {string} content lets it fall on the page */
const drop = (page, name, content) =>
  page.evaluate(
    ({ name, content }) => {
      const data = new DataTransfer();
      data.items.add(new File([content], name));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    { name, content },
  );

const LOG = '(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\na {"a":1}\nbegins\nb {"b":1, "a":1}\nhears\n';
const two = (/** @type {Page} */ page) => page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.branches().length === 2);
const title = (/** @type {Page} */ page, /** @type {string} */ begin) => page.waitForFunction((begin) => document.title.startsWith(begin), begin);
const pressed = (/** @type {string} */ key) => (/** @type {Page} */ page) => page.keyboard.press(key);

/** What somebody may ask for in the first second, and what shows that it is done. @type {[name: string, ask: (page: Page) => Promise<unknown>, done: (page: Page) => Promise<unknown>][]} */
const EARLY = [
  ["another scenario", (page) => page.evaluate(() => void (location.hash = "#lock/first-lock")), (page) => title(page, "What a lock is worth")],
  [
    "a wrong rule that no scenario shows",
    async (page) => {
      await tell(page, "Object.defineProperty(app, 'catalogue', { value: [] }); app.openPanel('rules')");
      await page.locator("netsplit-rules [role=switch]").first().click();
    },
    (page) => page.getByRole("button", { name: "Back to" }).waitFor(),
  ],
  [
    "a plan in a file",
    async (page) => drop(page, "run.json", await page.evaluate(() => JSON.stringify(/** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan()))),
    (page) => title(page, "run.json"),
  ],
  ["the space-time diagram", (page) => page.getByRole("tab", { name: "Space-time" }).click(), (page) => page.locator("netsplit-space-time[data-read]").waitFor()],
  ["the log", (page) => page.getByRole("tab", { name: "Log", exact: true }).click(), (page) => page.locator("#view-log[aria-selected=true]").waitFor()],
  ["more faults", (page) => tell(page, "app.act({ clog: { links: [[0, 1]], for_us: 1000 } })"), (page) => page.getByRole("button", { name: "Undo" }).waitFor()],
  ["a channel of loss", (page) => tell(page, "app.act({ channel: { select: {}, set: { loss_ppm: 500000 } } })"), (page) => page.getByRole("button", { name: "Undo" }).waitFor()],
  ["several at once", (page) => tell(page, "app.actAll([{ crash: 1 }, { crash: 2 }])"), (page) => page.getByRole("button", { name: "Undo" }).waitFor()],
  ["nodes in a row", (page) => tell(page, "app.settings.set('layout', 'row')"), (page) => page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.layout === "row")],
  ["a step back", pressed("ArrowLeft"), (page) => page.getByRole("button", { name: "Play", exact: true }).waitFor()],
  ["the start", pressed("Home"), (page) => cursorWhere(page, ({ event }) => event === 0)],
  ["a fork", pressed("f"), two],
  [
    "taking back",
    async (page) => {
      await tell(page, "app.act({ crash: 1 })");
      await page.keyboard.press("Control+z");
    },
    two,
  ],
  ["its events", (page) => tell(page, "app.openPanel('events')"), (page) => page.locator("netsplit-events li").first().waitFor()],
  ["its properties", (page) => tell(page, "app.openPanel('properties')"), (page) => page.locator("netsplit-properties li").first().waitFor()],
  ["its rules", (page) => tell(page, "app.openPanel('rules')"), (page) => page.locator("netsplit-rules [role=switch]").first().waitFor()],
  ["a node", (page) => tell(page, "app.select('node:0'); app.openPanel('inspect')"), (page) => page.locator("netsplit-inspect h3, netsplit-inspect h2").first().waitFor()],
  ["the next story event", pressed("Shift+ArrowRight"), (page) => page.getByRole("button", { name: "Play", exact: true }).waitFor()],
];

for (const [name, ask, done] of EARLY) {
  test(`asked for early: ${name}: the run plays on, the page says what it waits for, and then it is done`, async (t) => {
    const { page } = await lab.visit(t, { prepare: late });
    await ask(page);
    await playsOn(page);
    await done(page);
    await page.waitForTimeout(200);
    assert.deepEqual(await standstills(page), []);
    assert.doesNotMatch(await caption(page), /Loading/);
  });
}

test("a trace of another program is opened early", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await drop(page, "two.log", LOG);
  await playsOn(page);
  await page.locator("netsplit-foreign netsplit-space-time[data-ready]").waitFor();
  assert.deepEqual(await standstills(page), []);
});

test("two branches are compared and looked at early, and the run is shared", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await page.keyboard.press("f");
  await page.locator(".branch").nth(1).waitFor();
  // The parts that come soon are there: these need others.
  await page.locator(".branch").first().hover();
  await page.locator(".branch-card canvas").waitFor();
  await page.locator("netsplit-branches [data-key=compare]").click();
  await page.getByRole("menuitem", { name: "Compare with" }).first().click();
  await page.locator("netsplit-compare").waitFor();
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save a picture (SVG)" }).waitFor();
  assert.deepEqual(await standstills(page), []);
});

test("the run is shared before anything else is asked for", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await page.getByRole("button", { name: "Share" }).click();
  await playsOn(page);
  await page.getByRole("dialog").getByRole("button", { name: "Save a picture (SVG)" }).waitFor();
  assert.deepEqual(await standstills(page), []);
});

test("after a crash the fresh instance waits for its parts before the run goes on", async (t) => {
  const visit = await lab.visit(t, { prepare: late });
  visit.expectComplaint(/panic|unreachable/);
  const { page } = visit;
  await page.evaluate(async () => {
    const { panicForTest } = await import(new URL("netsplit.js", location.href).href);
    try {
      panicForTest();
    } catch {
      // The trap. What the panic itself took is not what is looked at.
    }
    /** @type {any} */ (window).standstills.length = 0;
  });
  await page.getByRole("button", { name: "Open just before" }).click();
  await page.locator("netsplit-failure").waitFor({ state: "hidden" });
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  assert.deepEqual(await standstills(page), []);
});

for (const path of ["#lock/first-lock", "?view=log&tab=events", "?view=space-time", "?lang=de", "?lang=de#lock/first-lock", "#raft/leader-crash?seed=9"]) {
  test(`over a slow line nothing stands still while ${path} opens`, async (t) => {
    const { page } = await lab.visit(t, { path, prepare: late });
    await page.waitForTimeout(LATE_MS + 500);
    const { view, tab } = await page.evaluate(() => {
      const { view, tab } = /** @type {any} */ (document.querySelector("netsplit-lab")).app;
      return { view, tab };
    });
    const wanted = new URLSearchParams(path.replace(/#.*/, ""));
    if (wanted.has("view")) assert.equal(view, wanted.get("view"));
    assert.equal(tab, wanted.get("tab"));
    assert.deepEqual(await standstills(page), []);
  });
}

test("over a slow line a link opens when its parts are there", async (t) => {
  const { page: before } = await lab.visit(t);
  await before.keyboard.press("f");
  await before.getByRole("button", { name: "Share" }).click();
  const link = await before.getByRole("dialog").locator("input, textarea").first().inputValue();
  const { page } = await lab.visit(t, { path: new URL(link).hash, prepare: late });
  assert.ok((await cursor(page)).event > 0);
  assert.deepEqual(await standstills(page), []);
});

test("over a slow line an embed plays when its parts are there", async (t) => {
  for (const path of ["embed.html#lock/first-lock", "embed.html?views=1&view=log"]) {
    const { page } = await lab.visit(t, { path, started: false, prepare: late });
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator(":root[data-lab=ready]").waitFor({ state: "attached" });
    await page.locator("netsplit-stage canvas").waitFor();
    await page.waitForTimeout(500);
    assert.deepEqual(await standstills(page), [], path);
  }
});

test("what was asked for in a run that somebody has left is not done", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await tell(page, "app.act({ channel: { select: {}, set: { loss_ppm: 500000 } } }); app.fork()");
  await page.evaluate(() => void (location.hash = "#raft/leader-crash?seed=7"));
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.seed() === "7");
  await page.waitForTimeout(300);
  const { interventions } = await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan());
  assert.deepEqual(interventions, []);
  assert.equal((await branches(page)).length, 0);
  assert.deepEqual(await standstills(page), []);
});

test("of several views that are asked for, the last one is shown", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await page.getByRole("tab", { name: "Log", exact: true }).click();
  await page.getByRole("tab", { name: "Cluster", exact: true }).click();
  await page.waitForTimeout(LATE_MS + 500);
  assert.equal(await page.locator("[role=tab][aria-selected=true]").first().innerText(), "Cluster");
});

test("what is done by hand is done on the branch that was chosen before, also if another one is chosen after it", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await tell(page, "app.pause(); app.fork(); app.fork(); app.switchBranch(2); app.switchBranch(0); app.act({ pause: 1 }); app.switchBranch(1)");
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.branches().some((/** @type {any} */ branch) => branch.id === 1 && branch.current));
  const done = await page.evaluate(() =>
    /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.branches().map((/** @type {any} */ { id, interventions }) => [id, interventions.length]),
  );
  assert.deepEqual(done, [[0, 1], [1, 0], [2, 0]]);
});

test("a rule that cannot be broken, because what it takes does not come, is not shown as broken", async (t) => {
  const { page } = await lab.visit(t, { prepare: async (page) => void (await onDemand(page)) });
  await tell(page, "Object.defineProperty(app, 'catalogue', { value: [] }); app.openPanel('rules')");
  const rule = page.locator("netsplit-rules [role=switch]").first();
  await rule.waitFor();
  // As if the line were cut from now on.
  await tell(page, "app.has = () => false; app.once = (extent, run) => app.waitFor(Promise.reject(new Error('cut'))).then((loaded) => loaded && run())");
  await rule.click();
  await page.locator(".caption-text", { hasText: "could not be loaded" }).waitFor();
  await page.waitForFunction(() => !(/** @type {HTMLInputElement | null} */ (document.querySelector("netsplit-rules [role=switch]"))?.checked));
});

test("the look in the address is of whatever opens first, also if somebody goes elsewhere before", async (t) => {
  const { page } = await lab.visit(t, { path: "?tab=events&level=protocol#lock/first-lock", started: false, prepare: late });
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("netsplit_part")));
  await page.evaluate(() => void (location.hash = "#raft/minority-partition"));
  await page.locator(":root[data-lab=ready]").waitFor({ state: "attached" });
  await page.locator("netsplit-events").waitFor();
  await page.waitForFunction(() => location.search.includes("level=protocol") && location.search.includes("tab=events"));
  assert.equal(new URL(page.url()).hash, "#raft/minority-partition");
});

test("what replaces the address leaves a newer one alone", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  const replaced = await page.evaluate(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const replaced = app.replace("#lock/first-lock");
    location.hash = "#raft/minority-partition";
    return replaced;
  });
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.scenario.id === "raft/minority-partition");
  assert.equal(replaced, false);
  assert.equal(new URL(page.url()).hash, "#raft/minority-partition");
});

test("what is done by hand while something is waited for is told, and then again what is waited for", async (t) => {
  /** @type {Route[]} */
  const held = [];
  const { page } = await lab.visit(t, {
    prepare: async (page) => {
      await onDemand(page);
      await page.route(PARTS, (route) => void held.push(route));
    },
  });
  await page.evaluate(() => void (location.hash = "#lock/first-lock"));
  await playsOn(page);
  await tell(page, "app.act({ crash: 1 })");
  await page.locator(".caption-text", { hasText: /crash/i }).waitFor();
  await playsOn(page);
  await page.unroute(PARTS);
  for (const route of held) await route.continue().catch(() => {});
  await title(page, "What a lock is worth");
  assert.doesNotMatch(await caption(page), /Loading/);
});

test("what happened while something was waited for is told when it is there", async (t) => {
  const { page } = await lab.visit(t, { prepare: late });
  await page.getByRole("tab", { name: "Log", exact: true }).click();
  await playsOn(page);
  const said = await page.evaluate(
    () =>
      /** @type {Promise<string[]>} */ (
        new Promise((done) => {
          /** @type {string[]} */
          const said = [];
          const text = () => document.querySelector(".caption-text")?.textContent ?? "";
          const timer = setInterval(() => {
            if (said.at(-1) !== text()) said.push(text());
            if (document.querySelector("#view-log[aria-selected=true]")) done((clearInterval(timer), said));
          }, 20);
        })
      ),
  );
  assert.deepEqual(said.slice(0, -1), ["Loading the lab"], "nothing else comes between");
  assert.doesNotMatch(said.at(-1) ?? "", /Loading/);
});

test("what cannot be loaded is said, and the page stays where it is", async (t) => {
  const visit = await lab.visit(t, {
    prepare: async (page) => {
      await onDemand(page);
      await page.route(PARTS, (route) => route.abort());
    },
  });
  visit.expectComplaint(/netsplit_part/);
  const { page } = visit;
  const title = await page.title();
  for (const ask of ["location.hash = '#lock/first-lock'", "app.actAll([{ crash: 1 }, { crash: 2 }])", "app.fork()", "app.setView('log')"]) {
    await tell(page, `app.say(""); ${ask}`);
    await page.locator(".caption-text", { hasText: "could not be loaded" }).waitFor();
  }
  assert.equal(await page.title(), title);
  assert.equal((await branches(page)).length, 0);
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
  await page.unroute(PARTS);
  await page.evaluate(() => void (location.hash = "#lock/first-lock?seed=7"));
  await page.waitForFunction((title) => document.title !== title, title);
  assert.doesNotMatch(await caption(page), /could not be loaded/);
});
