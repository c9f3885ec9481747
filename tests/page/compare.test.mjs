// @ts-check
// Two branches beside each other: one cursor, interventions in both, the first difference named.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { caption, cursor, cursorWhere, twin } from "./reading.mjs";

const lab = laboratory();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page a branch in which S1 is down, some events before the end; it has the cursor */
async function branch(page) {
  const { event } = await cursor(page);
  for (let n = 0; n < 5; n++) await page.keyboard.press("ArrowLeft");
  await cursorWhere(page, (at) => at.event === event - 5);
  await page.getByRole("button", { name: "Crash..", exact: true }).click();
  await page.getByRole("menuitem", { name: /^S1/ }).click();
  await page.locator(".branch").nth(1).waitFor();
}

/** @param {Page} page */
async function compare(page) {
  await branch(page);
  await page.locator("netsplit-branches [data-key=compare]").click();
  await page.getByRole("menuitem", { name: "Compare with original" }).click();
  await page.locator("netsplit-compare").waitFor();
  await page.waitForFunction(() => /^#v1\.[\w-]+\*v1\.[\w-]+$/.test(location.hash));
}

/** @param {Page} page @param {RegExp} pattern something on the stage of the branch that is compared with */
const thereIs = (page, pattern) => page.locator("[data-there] [role=option]", { hasText: pattern }).first().waitFor({ state: "attached" });

/** @param {Page} page @param {RegExp} pattern */
const hereIs = (page, pattern) => page.locator("#stage > .twin [role=option]", { hasText: pattern }).first().waitFor({ state: "attached" });

/** @param {Page} page @param {(twin: string[]) => void} check of both halves, tried until it holds */
async function settles(page, check) {
  for (let tries = 0; ; tries++) {
    try {
      return check(await twin(page));
    } catch (error) {
      if (tries >= 200) throw error;
      await page.waitForTimeout(50);
    }
  }
}

test("the stage splits, one cursor moves both, and the first difference is named and one click away", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await compare(page);
  await thereIs(page, /^S1.*(leader|follower)/);
  assert.match(await caption(page), /^The first difference is at .+ s\. In "original".*S1.*crash/);
  assert.doesNotMatch((await page.locator("netsplit-compare").textContent()) ?? "", /The first difference is/, "the sentence is said once");
  await hereIs(page, /^S1.*(crashed|down)/i);
  const [a, b] = await Promise.all(["#stage > canvas", "[data-there] > canvas"].map((canvas) => page.locator(canvas).boundingBox()));
  assert.ok(a && b && Math.abs(a.width - b.width) < 2 && a.x >= b.x + b.width - 2, "two halves, the original at the left");
  assert.match((await page.locator(".compare-side").first().textContent()) ?? "", /^A/);
  await visit.screenshot("compare-desktop");
  await visit.assertAccessible();
  for (let n = 0; n < 12; n++) await page.getByRole("button", { name: "One event forward" }).click();
  const { event } = await cursor(page);
  await page.getByRole("button", { name: "Go to the first difference" }).click();
  await cursorWhere(page, (at) => at.event < event);
  await hereIs(page, /^S1.*(crashed|down)/i);
  await page.keyboard.press("ArrowLeft");
  // Before it both are the same world.
  await hereIs(page, /^S1.*(leader|follower)/);
  // The other half follows, some frames later.
  await settles(page, (halves) => assert.deepEqual(halves.slice(halves.length / 2), halves.slice(0, halves.length / 2)));
  await page.keyboard.press("Escape");
  await page.locator("netsplit-compare").waitFor({ state: "detached" });
  assert.equal(await page.locator("netsplit-stage").count(), 1);
  await page.waitForFunction(() => !location.hash.includes("*"));
});

test("what is done by hand is done in both, and where it cannot be, that is said", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await compare(page);
  await thereIs(page, /^S1.*(leader|follower)/);
  await page.getByRole("button", { name: "Crash..", exact: true }).click();
  await page.getByRole("menuitem", { name: /^S2/ }).click();
  await hereIs(page, /^S2.*(crashed|down)/i);
  await thereIs(page, /^S2.*(crashed|down)/i);
  await page.getByRole("button", { name: "Restart.." }).click();
  await page.getByRole("menuitem", { name: "S1", exact: true }).click();
  await hereIs(page, /^S1.*follower/);
  await page.waitForFunction(() => /Not in ".+": The node is running/.test(document.querySelector(".caption-text")?.textContent ?? ""));
});

test("the comparison is in the address: reload, back and forward", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await compare(page);
  await thereIs(page, /^S1.*(leader|follower)/);
  const [before, { event }] = [await twin(page), await cursor(page)];
  await page.goBack();
  await page.locator("netsplit-compare").waitFor({ state: "detached" });
  assert.equal(await page.locator(".branch").count(), 2, "going back leaves the run as it is");
  await page.goForward();
  await page.locator("netsplit-compare").waitFor();
  await thereIs(page, /^S1.*(leader|follower)/);
  await page.reload();
  await page.locator("netsplit-compare").waitFor();
  await cursorWhere(page, (at) => at.event === event);
  await thereIs(page, /^S1.*(leader|follower)/);
  await hereIs(page, /^S1.*(crashed|down)/i);
  await settles(page, (now) => assert.deepEqual(now, before));
  await page.waitForFunction(() => /^The first difference is at /.test(document.querySelector(".caption-text")?.textContent ?? ""));
});

test("a damaged comparison in the address is said, and the lab lives", async (t) => {
  const { page } = await lab.visit(t, { calm: true, path: "?compare=v1.AAAA*v1.BB" });
  await page.locator("netsplit-notice", { hasText: "link" }).waitFor();
  assert.equal(await page.locator("netsplit-compare").count(), 0);
  assert.ok((await cursor(page)).event > 0);
});

test("a comparison stands where no server sees it; an address that has it in the query still opens it", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await compare(page);
  assert.equal(new URL(page.url()).search, "");
  const { hash } = new URL(page.url());
  const { event } = await cursor(page);
  for (const path of [hash, `?theme=dark&compare=${hash.slice(1)}${hash.split("*")[0]}`]) {
    const { page: reader } = await lab.visit(t, { calm: true, path });
    await reader.locator("netsplit-compare").waitFor();
    await cursorWhere(reader, (at) => at.event === event);
    await thereIs(reader, /^S1.*(leader|follower)/);
    await hereIs(reader, /^S1.*(crashed|down)/i);
    assert.match(new URL(reader.url()).hash, /^#v1\.[\w-]+\*v1\.[\w-]+$/);
    assert.doesNotMatch(new URL(reader.url()).search, /compare/);
  }
  // One of them is damaged: the other opens.
  const { page: half } = await lab.visit(t, { calm: true, path: `${hash.split("*")[0]}*v1.BB` });
  await half.waitForFunction(() => /link/i.test(document.querySelector(".caption-text")?.textContent ?? ""));
  await half.waitForFunction(() => !location.hash.includes("*"));
  await cursorWhere(half, (at) => at.event === event);
});

test("playing takes both along; another scenario ends the comparison", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await compare(page);
  await thereIs(page, /^S1.*(leader|follower)/);
  const { event } = await cursor(page);
  await page.getByLabel("Speed").selectOption({ label: "2 x slower" });
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await cursorWhere(page, (at) => at.event > event + 40);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  // The leader of the original goes on leading; here somebody else does.
  await thereIs(page, /^S\d.*leader/);
  await page.evaluate(() => (location.hash = "#raft/minority-partition"));
  await page.locator("netsplit-compare").waitFor({ state: "detached" });
  await page.waitForFunction(() => !location.hash.includes("*"));
});

test("the space-time diagram draws both, and the comparison is still there on the way back", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await compare(page);
  await page.getByRole("tab", { name: "Space-time" }).click();
  await page.locator("netsplit-space-time canvas").first().waitFor();
  await page.waitForFunction(() => {
    const [stage, main] = ["#stage", "main"].map((selector) => document.querySelector(selector)?.clientWidth ?? 0);
    return (stage ?? 0) > (main ?? 0) * 0.9;
  });
  await page.waitForFunction(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    return app.lab.spaceTimeDiff()?.only_there > 0;
  });
  await visit.screenshot("compare-space-time");
  await visit.assertAccessible();
  await page.getByRole("tab", { name: "Cluster" }).click();
  await thereIs(page, /^S1.*(leader|follower)/);
  await page.getByRole("tab", { name: "Log" }).click();
  await page.locator("[data-there] > canvas").waitFor();
  await visit.screenshot("compare-log");
});

for (const [name, options] of /** @type {const} */ ([["phone", { size: sizes.phone, touch: true }], ["phone-dark", { size: sizes.phone, touch: true, theme: "dark" }], ["dark", { theme: "dark" }]])) {
  test(`on ${name}`, async (t) => {
    const visit = await lab.visit(t, { calm: true, ...options });
    const { page } = visit;
    await compare(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!wide, "nothing scrolls sideways");
    if (name === "dark") await thereIs(page, /^S1.*(leader|follower)/);
    else {
      await page.locator("#stage > canvas").waitFor();
      assert.ok(!(await page.locator("[data-there] > canvas").isVisible()), "one at a time");
      await visit.screenshot(`compare-${name}-a`);
      await page.locator(".compare-side[data-side=there] button").tap();
      await page.locator("[data-there] > canvas").waitFor();
      await thereIs(page, /^S1.*(leader|follower)/);
      assert.ok(!(await page.locator("#stage > canvas").isVisible()));
      await page.getByRole("tab", { name: "Space-time" }).tap();
      await page.locator("netsplit-space-time canvas").first().waitFor();
      await page.getByRole("tab", { name: "Cluster" }).tap();
      await page.locator("[data-there] > canvas").waitFor();
    }
    await visit.screenshot(`compare-${name}`);
    await visit.assertAccessible();
    await page.getByRole("button", { name: "End the comparison" }).first().click();
    await page.locator("netsplit-compare").waitFor({ state: "detached" });
    await page.locator("#stage > canvas").waitFor();
  });
}

test("with the keyboard alone: from the tree to the comparison, to the first difference, and out", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await branch(page);
  await page.locator(".branch[aria-selected=true]").focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Compare..");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Compare with original" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("netsplit-compare").waitFor();
  await thereIs(page, /^S1.*(leader|follower)/);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "End the comparison", "the focus stays where it was");
  await page.keyboard.press("ArrowRight");
  const { event } = await cursor(page);
  const go = page.getByRole("button", { name: "Go to the first difference" });
  for (let tabs = 0; tabs < 60 && !(await go.evaluate((button) => button === document.activeElement)); tabs++) await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await cursorWhere(page, (at) => at.event !== event);
  // Both halves are stops of their own, each with its own branch's nodes.
  for (const half of ["#stage > .twin", "[data-there] > .twin"]) {
    await page.keyboard.press("Tab");
    for (let tabs = 0; tabs < 10 && !(await page.locator(half).evaluate((twin) => twin === document.activeElement)); tabs++) await page.keyboard.press("Tab");
    assert.ok(await page.locator(half).evaluate((twin) => twin === document.activeElement), half);
  }
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("netsplit-compare").waitFor({ state: "detached" });
});

test("acting while the other branch is far behind waits until it has come, says how far it is, and can be called off", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await compare(page);
  /** @param {number} at_us what is to be seen right after S2 is crashed there, before a frame has passed */
  const crashAt = (at_us) =>
    page.evaluate(async (at_us) => {
      const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
      await app.seekTime(at_us);
      app.act({ crash: 1 });
      const { hidden } = /** @type {HTMLElement} */ (document.querySelector("netsplit-compare progress"));
      return { hidden, said: app.caption.text, down: app.lab.census().down };
    }, at_us);
  const waiting = await crashAt(150_000_000);
  assert.deepEqual([waiting.hidden, waiting.down], [false, 1], "only S1 is down, and has been");
  assert.match(waiting.said, /^First "original" is played to this moment/);
  await thereIs(page, /^S2.*(crashed|down)/i);
  await hereIs(page, /^S2.*(crashed|down)/i);
  await page.locator("netsplit-compare progress").waitFor({ state: "hidden" });

  // The other branch stands still while people and axe look.
  await page.evaluate(() => {
    const { lab } = /** @type {any} */ (document.querySelector("netsplit-lab")).app;
    lab.tick = () => ({ moved: false, events: 0, paused_by: null, paused_there: false, behind: true, story: null });
  });
  const { hidden } = await crashAt(900_000_000);
  assert.equal(hidden, false);
  await visit.assertAccessible({ within: "netsplit-compare" });
  await page.evaluate(() => void (/** @type {any} */ (document.querySelector("netsplit-lab")).app.act({ crash: 2 })));
  await page.locator(".caption-text", { hasText: 'something else waits for "original" already' }).waitFor();
  const bar = page.locator("netsplit-compare");
  await bar.getByRole("button", { name: "Cancel" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".caption-text", { hasText: "Not done." }).waitFor();
  await bar.locator("progress").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "End the comparison", "the focus stays in the bar");
  await page.evaluate(() => delete (/** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.tick));
});

test("another language changes the words of a comparison and nothing else", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await compare(page);
  await page.evaluate(async () => {
    const root = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await root.app.speak("de");
    root.rebuild();
  });
  await page.locator("netsplit-compare").getByRole("button", { name: "Vergleich beenden" }).waitFor();
  assert.equal(await page.locator("netsplit-compare").count(), 1);
  await page.locator("[data-there] > canvas").waitFor();
  await page.locator("netsplit-compare").getByRole("button", { name: "Vergleich beenden" }).click();
  await page.locator("netsplit-compare").waitFor({ state: "detached" });
  assert.equal(await page.locator("#stage").getAttribute("data-split"), null);
});
