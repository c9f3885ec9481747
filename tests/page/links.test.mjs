// @ts-check
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { laboratory } from "./harness.mjs";
import { caption, cursor, cursorWhere } from "./reading.mjs";

const lab = laboratory();
const BINARY = fileURLToPath(new URL("../../target/debug/netsplit", import.meta.url));

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page opens Share and reads a field of it */
async function shared(page, label = "Link") {
  await page.getByRole("button", { name: "Share" }).click();
  const value = await page.getByRole("textbox", { name: label, exact: true }).inputValue();
  await page.keyboard.press("Escape");
  return value;
}

/** @param {string} url the part of an address that is the link */
const hashOf = (url) => new URL(url).hash;

/** @param {Page} page a run in which the leader was crashed */
async function crashed(page) {
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
}

/**
 * Makes a link whose packed form was changed.
 *
 * @param {Page} page @param {string} hash @param {{ at: number, to: number }} change `at` counts from the end if it is negative
 */
const changed = (page, hash, change) =>
  page.evaluate(
    async ({ hash, change }) => {
      const { packedOf, textOf } = await import(new URL("lab/link.js", location.href).href);
      const { value } = await packedOf(hash);
      value[change.at < 0 ? value.length + change.at : change.at] = change.to;
      return textOf(value);
    },
    { hash, change },
  );

/** @param {Page} page @param {string} hash goes there without loading the page again */
const go = (page, hash) => page.evaluate((hash) => void (location.hash = hash), hash);

/** @param {Page} page @param {RegExp} what waits for the caption to say it */
async function says(page, what) {
  for (let tries = 0; tries < 200; tries++) {
    if (what.test(await caption(page))) return;
    await page.waitForTimeout(25);
  }
  assert.match(await caption(page), what);
}

test("a link opens the run that was sent: its interventions, its moment, its fingerprint", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await crashed(page);
  for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowRight");
  const url = await shared(page);
  // Read behind the dialog: by now the last step is shown too.
  const at = await cursor(page);
  assert.match(url, /#v1\.[\w-]+$/);

  const { page: reader } = await lab.visit(t, { path: hashOf(url), calm: true });
  const there = await cursorWhere(reader, (there) => there.event === at.event);
  assert.equal(there.text.split(" of ")[0], at.text.split(" of ")[0]);
  await reader.locator(".steps li.done").first().waitFor();
  assert.doesNotMatch(await caption(reader), /Not the run/);
  assert.equal(hashOf(await shared(reader)), hashOf(url), "the same run has the same link");
});

test("an unlike run says so on the stage, and why", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await crashed(page);
  const hash = hashOf(await shared(page));
  await go(page, await changed(page, hash, { at: -1, to: 0 }));
  await says(page, /^Not the run that was sent: (the same until event \d+, )?it differs before event \d+\. The scenario has changed since/);
  const broken = page.locator("netsplit-views [role=status]");
  assert.match((await broken.textContent()) ?? "", /Not the run that was sent/);
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByRole("button", { name: "Save a picture (SVG)" }).waitFor();
  await page.keyboard.press("Escape");
  await go(page, hash);
  await page.waitForFunction(() => !document.querySelector("netsplit-views [role=status]")?.textContent?.includes("Not the run"));
});

test("the native command gives the same fingerprint", async (t) => {
  if (!existsSync(BINARY)) return t.skip("the command line is not built");
  const { page } = await lab.visit(t, { calm: true });
  await crashed(page);
  const { event } = await cursor(page);
  const command = await shared(page, "Command");
  const [, link = ""] = /^netsplit run --link '(#v1\.[\w-]+)'$/.exec(command) ?? [];
  assert.ok(link, command);
  const told = execFileSync(BINARY, ["run", "--json", "--link", link], { encoding: "utf8" }).trim().split("\n");
  assert.equal(JSON.parse(told.at(-1) ?? "").events, event, "and it did not end with a complaint");
});

test("a bad link says where it is wrong; the lab stays as it was", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await crashed(page);
  const before = await cursor(page);
  const hash = hashOf(await shared(page));
  const stays = async () => assert.deepEqual(await cursor(page), before);

  await go(page, hash.slice(0, -20));
  await says(page, new RegExp(`This link ends after ${hash.length - 20} of ${hash.length} characters. Ask for it again, or open`));
  await stays();
  await go(page, `${hash.slice(0, 30)}!${hash.slice(31)}`);
  await says(page, /Character 31 of this link, "!", does not belong into one/);
  await stays();
  await go(page, `${hash}AAAA`);
  await says(page, /4 more that are not its own/);
  await stays();
  await go(page, `${hash.slice(0, 40)}${"A".repeat(hash.length - 40)}`);
  await says(page, /damaged|ends too early|goes on for/);
  await stays();
  await go(page, await changed(page, hash, { at: 0, to: 9 }));
  await says(page, /version 9 of the format/);
  await stays();
  await go(page, await changed(page, hash, { at: 11, to: 109 }));
  await says(page, /does not have/);
  await stays();
  await go(page, "#v7.AAAA");
  await says(page, /version 7 of the format/);
  await stays();
});

test("a link that unfolds to more than the lab reads is given up", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const hash = await page.evaluate(async () => {
    const { textOf } = await import(new URL("lab/link.js", location.href).href);
    return textOf(new Uint8Array(50_000_000).fill(1));
  });
  await go(page, hash);
  await says(page, /more than 256 kB/);
});

test("a bad link at the door: the lab opens all the same and says what is wrong", async (t) => {
  const { page } = await lab.visit(t, { path: "#v1.AAAA", calm: true });
  await page.locator("netsplit-notice", { hasText: "This link" }).waitFor();
  assert.ok((await cursor(page)).event > 0);
});

test("twenty interventions stay under 900 characters", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const length = await page.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    const { textOf } = await import(new URL("lab/link.js", location.href).href);
    const run = Lab.open({ scenario: "raft/leader-crash" }).value;
    for (let n = 0; n < 20; n++) {
      const node = n % 5;
      const action = [{ pause: node }, { cut: { isolate: node } }, { resume: (n + 3) % 5 }, { heal: [] }][n % 4];
      let acted = run.act(action);
      if (!acted.ok) acted = run.act({ clock: { node, act: { jump: 1000 + n } } });
      if (!acted.ok) throw new Error(JSON.stringify(acted));
      await run.seekTime(run.cursor().at_us + 41_113);
    }
    if (run.plan().interventions.length !== 20) throw new Error("not twenty");
    return (await textOf(run.link().value)).length;
  });
  assert.ok(length < 900, `${length} characters`);
});

test("back and forward go between runs; a link among them", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await crashed(page);
  const at = await cursor(page);
  const hash = hashOf(await shared(page));
  await go(page, hash);
  await cursorWhere(page, (there) => there.event === at.event);
  await go(page, "#raft/split-vote");
  await cursorWhere(page, (there) => there.event !== at.event);
  await page.goBack();
  await cursorWhere(page, (there) => there.event === at.event);
  await page.goForward();
  await cursorWhere(page, (there) => there.event !== at.event);
});

test("how a run is looked at stands in the query, and is found there again", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.getByRole("tab", { name: "Log" }).click();
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("button", { name: "Protocol", exact: true }).click();
  await page.waitForFunction(() => location.search === "?view=log&tab=events&level=protocol");
  await page.reload();
  await page.getByRole("tab", { name: "Log", selected: true }).waitFor();
  await page.getByRole("tab", { name: "Events", selected: true }).waitFor();
  await page.getByRole("button", { name: "Protocol", exact: true, pressed: true }).waitFor();

  const strange = await lab.visit(t, { path: "?theme=dark&tab=ghosts&colour=blue", calm: true });
  assert.equal(await strange.page.getAttribute(":root", "data-theme"), "dark");
  await strange.page.locator("netsplit-notice", { hasText: "names colour, which the lab does not know" }).filter({ hasText: "tab ghosts" }).waitFor();
});

test("opening another run does not load the page again, whatever the query says by now", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.evaluate(() => Object.assign(window, { before: true }));
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Rules" }).click();
  // The list stands when the source is there.
  await page.locator("netsplit-rules").getByText("Right", { exact: true }).first().waitFor();
  const link = page.locator("netsplit-rules a[href]").first();
  const hash = await link.evaluate((anchor) => /** @type {HTMLAnchorElement} */ (anchor).hash);
  await page.getByRole("tab", { name: "Log" }).click();
  await link.click();
  await page.waitForFunction((hash) => location.hash === hash, hash);
  assert.equal(await page.evaluate(() => Reflect.get(window, "before")), true);
});

test("what a link names is text, never markup", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const hash = await page.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    const { textOf } = await import(new URL("lab/link.js", location.href).href);
    const evil = "<img src=x onerror=\"document.documentElement.dataset.evil='yes'\">";
    const { plan } = { plan: Lab.open({ scenario: "raft/leader-crash" }).value.plan() };
    const put = { verb: "put", key: evil, args: [7], target: null };
    plan.workload.operations.push({ at_us: 200_000, client: plan.cluster.servers, operation: put });
    const opened = Lab.open({ plan });
    const run = opened.ok ? opened.value : Lab.open({ scenario: "raft/leader-crash" }).value;
    await run.seekTime(1_500_000);
    run.fork(evil);
    run.renameBranch(0, evil);
    return textOf(run.link().value);
  });
  await go(page, hash);
  await cursorWhere(page, ({ text }) => text.includes("1.5"));
  for (const tab of ["Inspect", "Events", "Properties", "Faults", "Rules"]) {
    if (tab === "Inspect") await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("tab", { name: tab }).click();
  }
  await page.getByRole("tab", { name: "Log" }).click();
  await go(page, `#<img src=x onerror="document.documentElement.dataset.evil='yes'">?<b>=1`);
  await says(page, /<img src=x|<b>/);
  await page.waitForTimeout(100);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.getAttribute(":root", "data-evil"), null);
});

test("sharing is loaded when it is asked for, and has no accessibility problem", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const loaded = () => visit.requests.filter((url) => /lab\/(share(-[\w-]+)?|link)\.js/.test(url)).length;
  assert.equal(loaded(), 0);
  await visit.page.getByRole("button", { name: "Share" }).click();
  await visit.page.getByRole("textbox", { name: "Link" }).waitFor();
  assert.ok(loaded() >= 2);
  await visit.assertAccessible();
  await visit.screenshot("share");
});

test("after a trap, the run is opened from its link, just before it stopped", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await crashed(page);
  const { event } = await cursor(page);
  const hash = hashOf(await shared(page));
  await page.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    Lab.prototype.step = () => {
      throw new WebAssembly.RuntimeError("unreachable executed");
    };
  });
  await page.keyboard.press("ArrowRight");
  const link = page.locator("netsplit-failure a", { hasText: "This link" });
  await link.waitFor();
  const kept = (await link.getAttribute("href")) ?? "";
  assert.equal(kept.slice(0, 40), hash.slice(0, 40));
  await page.getByRole("button", { name: "Open just before" }).click();
  await cursorWhere(page, (at) => at.event === event - 1);
  await page.locator("netsplit-failure").waitFor({ state: "hidden" });
  await go(page, kept);
  await cursorWhere(page, (at) => at.event > 0);
});

test("a run that no link carries says so, and is handed on and kept as a file", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.once("all", () => {});
    const plan = app.lab.plan();
    plan.interventions = Array.from({ length: 25_000 }, (_, n) => ({ at: { at_us: 9e9 + n * 1000, executed: 0 }, n: n + 1e6, action: { pause: 0 } }));
    const wrong = await app.openPlan(plan, "long.json");
    if (wrong) throw new Error(wrong);
  });
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("too large for a link: 25,000 things").waitFor();
  assert.equal(await dialog.getByText("netsplit run --link").count(), 0);
  const saving = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save the run (JSON)" }).click();
  const file = await (await saving).path();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });

  // What was saved can be opened again.
  await page.getByRole("button", { name: "Scenarios" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Open a file.." }).click()]);
  await chooser.setFiles({ name: "again.json", mimeType: "application/json", buffer: await readFile(file) });
  await says(page, /again\.json is open/);

  // And the screen of a lab that stopped keeps it.
  await page.evaluate(async () => {
    const { panicForTest } = await import(new URL("netsplit.js", location.href).href);
    try {
      panicForTest();
    } catch {
      // The trap.
    }
  });
  const kept = page.waitForEvent("download");
  await page.locator("netsplit-failure").getByRole("button", { name: "Save the run (JSON)" }).click();
  const { interventions } = JSON.parse(await readFile(await (await kept).path(), "utf8"));
  assert.equal(interventions.length, 25_000);
});

test("the picture that Share offers is drawn when it is asked for", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  await page.evaluate(() => {
    const { lab } = /** @type {any} */ (document.querySelector("netsplit-lab")).app;
    const { svg } = lab;
    Reflect.set(window, "drawn", 0);
    lab.svg = (/** @type {unknown[]} */ ...args) => {
      Reflect.set(window, "drawn", Reflect.get(window, "drawn") + 1);
      return svg(...args);
    };
  });
  const drawn = () => page.evaluate(() => Reflect.get(window, "drawn"));
  await page.getByRole("button", { name: "Share" }).click();
  const save = page.getByRole("button", { name: "Save a picture (SVG)" });
  await save.waitFor();
  assert.equal(await drawn(), 0);
  const [file] = await Promise.all([page.waitForEvent("download"), save.click()]);
  assert.equal(await drawn(), 1);
  assert.match(await readFile(await file.path(), "utf8"), /^<svg/);
});
