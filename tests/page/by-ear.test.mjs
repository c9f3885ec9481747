// @ts-check
// One whole scenario with the screen switched off: nothing is used but keys, what is announced, and what the browser tells a
// screen reader about the thing that has the focus.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";

const lab = laboratory();

/** Somebody who hears the page. @param {import("playwright-core").Page} page */
async function listener(page) {
  await page.evaluate(() => {
    /** @type {{ text: string, urgent: boolean, at: number }[]} */
    const heard = [];
    Object.assign(window, { heard });
    new MutationObserver((changes) => {
      const regions = new Set(changes.map(({ target }) => (target instanceof Element ? target : target.parentElement)?.closest("[role=status], [role=alert]")));
      for (const region of regions) {
        const text = region?.textContent?.trim();
        if (region && text) heard.push({ text, urgent: region.getAttribute("role") === "alert", at: performance.now() });
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const session = await page.context().newCDPSession(page);
  await session.send("Accessibility.enable");
  return {
    /** @returns {Promise<{ text: string, urgent: boolean, at: number }[]>} everything announced so far */
    heard: () => page.evaluate(() => Reflect.get(window, "heard")),

    /** @param {RegExp} what waits until it is announced @returns {Promise<string>} */
    async hears(what) {
      const found = await page.waitForFunction(
        ({ source, flags }) => Reflect.get(window, "heard").find((/** @type {any} */ each) => new RegExp(source, flags).test(each.text)),
        { source: what.source, flags: what.flags },
        { timeout: 30_000 },
      );
      return /** @type {any} */ (await found.jsonValue()).text;
    },

    /** What a screen reader says of the thing that has the focus: of a list, of its active option. @returns {Promise<string>} */
    async focus() {
      const { result } = await session.send("Runtime.evaluate", {
        expression: `(() => {
          const focused = document.activeElement;
          const active = focused.getAttribute("aria-activedescendant");
          return active ? document.getElementById(active) : focused;
        })()`,
      });
      const { nodes } = await session.send("Accessibility.getPartialAXTree", { objectId: result.objectId ?? "", fetchRelatives: false });
      const node = nodes[0];
      // Nothing has the focus, or something that is not told.
      if (!node || node.ignored) return "nothing";
      return `${node.role?.value}: ${node.name?.value ?? ""} ${node.description?.value ?? ""}`.trim();
    },

    /** @param {RegExp} what presses Tab until the focus is on it @returns {Promise<string>} */
    async tabTo(what) {
      const passed = [];
      for (let n = 0; n < 40; n += 1) {
        await page.keyboard.press("Tab");
        const now = await this.focus();
        passed.push(now);
        if (what.test(now)) return now;
      }
      throw new Error(`Tab never comes to ${what}: ${passed.join("; ")}`);
    },

    /** @param {RegExp} what walks with a key until the focus is on it @param {string} key @returns {Promise<string>} */
    async walkTo(what, key = "ArrowDown") {
      for (let n = 0; n < 40; n += 1) {
        await page.waitForTimeout(60);
        const now = await this.focus();
        if (what.test(now)) return now;
        await page.keyboard.press(key);
      }
      throw new Error(`${key} never comes to ${what}: ${await this.focus()}`);
    },
  };
}

test("by ear alone: crash the leader, hear who takes over and that the writes are there, and learn why", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const ear = await listener(page);

  // Who leads? The cluster is one list.
  await ear.tabTo(/^(listbox|option): /);
  const leader = /S\d/.exec(await ear.walkTo(/S\d.*leader/))?.[0];
  assert.ok(leader);

  // The story's one step, and what it did.
  await ear.tabTo(/^button: Crash the leader/);
  await page.keyboard.press("Enter");
  assert.match(await ear.hears(new RegExp(`You crash ${leader}`)), /leader of term 1/);

  // The button is now the next step; the focus is still on it.
  await ear.walkTo(/^button: Play until then/, "Shift");
  await page.keyboard.press("Enter");
  const elected = await ear.hears(/becomes leader of term 2/);
  const next = /S\d/.exec(elected)?.[0] ?? "";
  assert.notEqual(next, leader);
  await ear.walkTo(/^button: Play until then/, "Shift");
  await page.keyboard.press("Enter");
  await ear.hears(/All steps are done/);

  // The focus is on what happened; it says why.
  assert.match(await ear.focus(), /^heading: What happened/);
  const told = await page.evaluate(() => document.activeElement?.nextElementSibling?.textContent ?? "");
  assert.match(told, /a leader needs three votes/);

  // The list tells the same: one is crashed, another leads.
  await ear.tabTo(/^(listbox|option): /);
  assert.match(await ear.walkTo(new RegExp(`: ${leader}\\b`)), /crashed/);
  assert.match(await ear.walkTo(new RegExp(`: ${next}\\b.*leader`), next > leader ? "ArrowDown" : "ArrowUp"), /term 2/);

  // Why could it become leader? The event that made it one has its reasons behind a button.
  await ear.tabTo(/^slider: /);
  await page.keyboard.press("PageUp");
  for (let n = 0; n < 60 && !/becomes leader/.test((await ear.heard()).at(-1)?.text ?? ""); n += 1) {
    await page.keyboard.press("PageUp");
    await page.waitForTimeout(60);
  }
  assert.match((await ear.heard()).at(-1)?.text ?? "", /becomes leader of term 2/);
  assert.match(await ear.focus(), /^slider: /);
  await ear.tabTo(/^button: Why/);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("dialog[open]") !== null);
  const reasons = await page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector("dialog[open]")).innerText);
  assert.match(reasons, /majority|votes/);
  await page.keyboard.press("Escape");
  assert.match(await ear.focus(), /^button: Why/);
});

test("while it plays, at most one sentence of the run in two seconds is announced, each as the caption says it; a violation at once", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority", calm: true });
  const ear = await listener(page);
  await page.evaluate(() => {
    /** @type {Set<string>} */
    const said = new Set();
    Object.assign(window, { said });
    const caption = /** @type {HTMLElement} */ (document.querySelector(".caption-text"));
    new MutationObserver(() => said.add((caption.textContent ?? "").replaceAll("\u00a0", " "))).observe(caption, { childList: true, characterData: true, subtree: true });
  });
  await page.keyboard.press("k");
  await ear.hears(/violated/);
  const heard = await ear.heard();
  const status = heard.filter((each) => !each.urgent && !/Rule broken|steps are done/.test(each.text));
  for (const [n, { at, text }] of status.entries()) {
    const before = status[n - 1];
    if (before) assert.ok(at - before.at >= 1900, `"${text}" comes ${at - before.at} ms after "${before.text}"`);
  }
  const said = await page.evaluate(() => [...Reflect.get(window, "said")]);
  for (const { text } of heard) assert.ok(said.includes(text) || /Rule broken|steps are done/.test(text), text);
  assert.equal(heard.filter((each) => each.urgent).length, 1);
});

test("while it plays, a sentence that comes too soon is spoken later, and the last one in the end", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const ear = await listener(page);
  const say = (/** @type {string} */ text) => page.evaluate((text) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.say(text), text);
  // What the run tells keeps out of the way.
  await page.evaluate(() => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    app.tellSoon = () => {};
    app.play();
  });
  await say("one");
  await ear.hears(/^one$/);
  await say("two");
  await page.waitForTimeout(300);
  await say("three");
  await ear.hears(/^three$/);
  await say("four");
  await page.waitForTimeout(300);
  assert.ok(!(await ear.heard()).some(({ text }) => text === "four"), "too soon");
  await page.keyboard.press("k");
  await ear.hears(/^four$/);
  const heard = (await ear.heard()).filter(({ text }) => /^(one|two|three|four)$/.test(text));
  assert.deepEqual(heard.map(({ text }) => text), ["one", "three", "four"]);
  const [one, three, four] = heard.map(({ at }) => at);
  assert.ok((three ?? 0) - (one ?? 0) >= 1900 && (four ?? 0) - (three ?? 0) < 1900, JSON.stringify(heard));
});

test("the same violation, met again, is announced again", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/even-majority", calm: true });
  const ear = await listener(page);
  await page.keyboard.press("k");
  const violation = await ear.hears(/violated/);
  await page.locator("[role=alert]", { hasText: violation }).waitFor({ state: "attached" });
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => document.querySelector("netsplit-caption [role=alert]")?.textContent === "");
  await page.keyboard.press("k");
  await page.waitForFunction(
    (text) => Reflect.get(window, "heard").filter((/** @type {any} */ each) => each.urgent && each.text === text).length === 2,
    violation,
  );
});
