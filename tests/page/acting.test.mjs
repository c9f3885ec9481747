// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { openCrowd } from "./crowd.mjs";
import { laboratory } from "./harness.mjs";
import { branches, caption, cursor, cursorWhere, placeOf, selected, twin } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };

test("the story's button crashes the leader, ticks its step, and the next step is the filled one", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
  assert.match(await caption(page), /crash/i);
  assert.equal(await page.locator("button.primary").count(), 1);
  assert.ok((await twin(page)).some((text) => /crashed|down/i.test(text)), "the twin says that a node is down");
});

test("a step that is only to be watched plays until it is done, and stops there", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.locator("button.primary").click();
  await page.getByLabel("Speed").selectOption({ label: "real time" });
  await page.getByRole("button", { name: "Play until then" }).click();
  await page.locator(".steps li.done").nth(1).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  assert.match(await caption(page), /Step 2 is done\.$/);
});

test("as long as a step is played until, its button stops that", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.locator("button.primary").click();
  await page.getByRole("button", { name: "Play until then" }).click();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("button", { name: "Play until then" }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  assert.equal(await page.locator(".steps li.done").count(), 1);
});

test("doing a step by other means ticks it too", async (t) => {
  const { page } = await lab.visit(t, calm);
  const leader = page.locator("netsplit-stage [role=option]", { hasText: /leader/i }).first();
  const name = /S\d/.exec(await leader.innerText())?.[0] ?? "";
  await page.getByRole("button", { name: "Crash..", exact: true }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${name}`) }).click();
  await page.locator(".steps li.done").first().waitFor();
});

test("a line drawn over the stage cuts the network there; Apply cuts, Heal mends", async (t) => {
  const { page } = await lab.visit(t, calm);
  const box = await page.locator("netsplit-stage").boundingBox();
  assert(box);
  const one = await placeOf(page, /^S1\b/);
  const three = await placeOf(page, /^S3\b/);
  // Across the middle of the line from S1 to S3, at right angles to it, from edge to edge.
  const middle = { x: (one.x + three.x) / 2, y: (one.y + three.y) / 2 };
  const along = { x: three.y - one.y, y: one.x - three.x };
  const scale = 200 / Math.hypot(along.x, along.y);
  await page.mouse.move(middle.x - along.x * scale, middle.y - along.y * scale);
  await page.mouse.down();
  await page.mouse.move(middle.x, middle.y, { steps: 4 });
  await page.mouse.move(middle.x + along.x * scale, middle.y + along.y * scale, { steps: 4 });
  await page.mouse.up();
  const said = page.locator("netsplit-cut-bar p");
  await said.waitFor();
  const [a = "", b = ""] = (await said.innerText()).split("Island B");
  assert.notEqual(a.includes("S1"), b.includes("S1"), "every node is on one side");
  assert.notEqual(a.includes("S1"), a.includes("S3"), "S1 and S3 are on different sides");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: "Heal the network" }).click();
  await page.getByRole("button", { name: "Heal the network" }).waitFor({ state: "detached" });
});

test("while the network is being cut, a click on a node moves it to the other side; Cancel changes nothing", async (t) => {
  const { page } = await lab.visit(t, calm);
  const { event } = await cursor(page);
  await page.getByRole("button", { name: "Cut the network.." }).click();
  const said = page.locator("netsplit-cut-bar p");
  const before = await said.innerText();
  await page.waitForTimeout(100);
  const { x, y } = await placeOf(page, /^S1\b/);
  await page.mouse.click(x, y);
  await page.waitForFunction((text) => document.querySelector("netsplit-cut-bar p")?.textContent !== text, before);
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await cursor(page)).event, event);
  assert.deepEqual(await branches(page), []);
});

for (const [preset, says] of /** @type {[string, RegExp][]} */ ([
  ["Half", /Island A: .+ Island B: /],
  ["Isolate", /Island A: S\d\. /],
  ["Bridge", /reaches both/],
  ["Ring", /two neighbours/],
  ["One-way", /Nothing that .+ sends reaches/],
])) {
  test(`a usual cut in two clicks: ${preset}`, async (t) => {
    const { page } = await lab.visit(t, calm);
    await page.getByRole("button", { name: "Cut the network.." }).click();
    await page.locator("netsplit-cut-bar").getByRole("button", { name: preset, exact: true }).click();
    await page.locator("netsplit-cut-bar p", { hasText: says }).waitFor();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("button", { name: "Heal the network" }).waitFor();
  });
}

/** @param {import("playwright-core").Page} page steps until a message is in flight, and selects it */
async function selectMessage(page) {
  for (let n = 0; n < 60; n++) {
    const messages = (await twin(page)).filter((text) => / to (S\d|client)/.test(text));
    if (messages.length > 0) break;
    await page.getByRole("button", { name: "One event forward" }).click();
    await page.waitForTimeout(30);
  }
  await page.locator("[role=listbox]").focus();
  for (let n = 0; n < 30; n++) {
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(20);
    if (/ to (S\d|client)/.test(await selected(page).innerText())) return;
  }
  throw new Error("there is no message");
}

for (const act of ["Deliver now", "Drop", "Duplicate", "Delay by 100 ms"]) {
  test(`a message in flight: ${act}`, async (t) => {
    const { page } = await lab.visit(t, calm);
    await selectMessage(page);
    const { event } = await cursor(page);
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: act, exact: true }).click();
    await cursorWhere(page, (at) => at.event > event);
  });
}

test("a second click on what is selected opens its actions; a node can be paused and resumed", async (t) => {
  const { page } = await lab.visit(t, calm);
  // With the panel open the stage keeps its size.
  await page.getByRole("button", { name: "Details" }).click();
  await page.locator("netsplit-events li").first().waitFor();
  const { x, y } = await placeOf(page, /^S2\b/);
  await page.mouse.click(x, y);
  await selected(page).filter({ hasText: /^S2\b/ }).waitFor({ state: "attached" });
  assert.equal(await page.getByRole("menu").isVisible(), false, "one click opens no menu");
  await page.mouse.click(x, y);
  await page.getByRole("menuitem", { name: "Pause", exact: true }).click();
  await page.locator("netsplit-stage [role=option]", { hasText: /^S2\b.*(paused|stands still)/i }).waitFor();
  await page.mouse.click(x, y);
  await page.getByRole("menuitem", { name: "Resume", exact: true }).click();
});

test("a request is sent with Enter alone", async (t) => {
  const { page } = await lab.visit(t, calm);
  const { event } = await cursor(page);
  await page.keyboard.press("c");
  await page.getByRole("dialog", { name: "Send a request" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await cursorWhere(page, (at) => at.event > event);
});

test("what the lab refuses is said in its words, and changes nothing", async (t) => {
  const { page } = await lab.visit(t, calm);
  const { event } = await cursor(page);
  const before = await caption(page);
  await page.keyboard.press("Control+z");
  await page.waitForFunction((text) => document.querySelector(".caption-text")?.textContent !== text, before);
  assert.notEqual(await caption(page), "");
  assert.equal((await cursor(page)).event, event);
  assert.deepEqual(await branches(page), []);
});

/** @param {import("playwright-core").Page} page @param {string} title opens a group of faults, whose contents are loaded with the first */
async function openFaults(page, title) {
  const details = page.locator("netsplit-faults details", { has: page.locator("summary", { hasText: title }) });
  await details.locator("summary").click();
  await details.locator("button").first().waitFor();
  return details;
}

test("every fault of the panel is taken by the lab", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.getByRole("button", { name: "More faults" }).click();
  for (const group of ["Links", "Clocks", "Disks"]) {
    const details = await openFaults(page, group);
    if (group === "Links") await details.getByLabel("Lost, %").fill("30");
    for (const name of await details.locator("button").allInnerTexts()) {
      const { event } = await cursor(page);
      await details.getByRole("button", { name, exact: true }).click();
      await page.waitForTimeout(60);
      const after = await cursor(page);
      assert.ok(after.event > event, `${group}: ${name}: ${await caption(page)}`);
    }
    await details.locator("summary").click();
  }
});

/** @param {import("playwright-core").Page} page what was done by hand so far, as the plan writes it */
const done = (page) =>
  page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan().interventions.map((/** @type {any} */ { action }) => action));

test("faults are for one kind of message, for all servers, for one message, and for what comes next", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.getByRole("button", { name: "More faults" }).click();
  const links = await openFaults(page, "Links");
  await links.locator("select").first().selectOption({ label: "All servers" });
  await links.getByLabel("Which messages").selectOption({ label: "AppendEntriesResponse" });
  await links.getByLabel("Usual ones").selectOption({ label: "Lossy: 30 % are lost" });
  assert.equal(await links.getByLabel("Lost, %").inputValue(), "30");
  await links.getByRole("button", { name: "Change these links" }).click();
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan().interventions.length === 1);
  const kind = await page.evaluate(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.system.messages.findIndex((/** @type {any} */ { name }) => name === "AppendEntriesResponse"));
  const [{ channel }] = await done(page);
  assert.deepEqual([channel.select.from, channel.select.to, channel.select.kind, channel.set.loss_ppm], [[0, 1, 2, 3, 4], [], kind, 300_000]);

  const clocks = await openFaults(page, "Clocks");
  await clocks.getByLabel("Node").selectOption({ label: "All servers" });
  await clocks.getByRole("button", { name: "Jump apart" }).click();
  await clocks.getByText("S1: 400 ms behind. S2: 200 ms behind. S4: 200 ms ahead. S5: 400 ms ahead.").waitFor();
  await clocks.getByRole("button", { name: "Set them right" }).click();
  await clocks.getByText("The clocks are right.").waitFor();

  const messages = await openFaults(page, "Messages");
  const before = (await done(page)).length;
  await messages.getByRole("button", { name: "Drop" }).click();
  await page.waitForFunction((before) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan().interventions.length > before, before);
  assert.equal((await done(page)).at(-1).message.act, "drop");

  const order = await openFaults(page, "What comes next");
  await order.getByRole("button", { name: "Let it happen now" }).click();
  await page.waitForFunction((before) => /** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan().interventions.length > before + 1, before);
  assert.ok((await done(page)).at(-1).choose);

  const nodes = await openFaults(page, "Nodes");
  await nodes.getByLabel("Node").selectOption({ label: "All servers" });
  await nodes.getByRole("button", { name: "Pause (5)" }).click();
  await nodes.getByRole("button", { name: "Resume (5)" }).waitFor();
});

test("what is left blank about links stays as it is, and the fields show what is the case", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.getByRole("button", { name: "More faults" }).click();
  const links = await openFaults(page, "Links");
  const [from, to, loss] = [links.getByLabel("Delay from, ms"), links.getByLabel("Delay to, ms"), links.getByLabel("Lost, %")];
  const delays = [await from.getAttribute("placeholder"), await to.getAttribute("placeholder")];
  assert.ok(Number(delays[0]) > 0 && Number(delays[1]) >= Number(delays[0]), `${delays}`);
  const { event } = await cursor(page);
  await links.getByRole("button", { name: "Change these links" }).click();
  await page.locator(".caption-text", { hasText: "Nothing is filled in" }).waitFor();
  assert.equal((await cursor(page)).event, event);
  await loss.fill("25");
  await links.getByRole("button", { name: "Change these links" }).click();
  await cursorWhere(page, (at) => at.event > event);
  await loss.fill("");
  await page.waitForFunction(() => [...document.querySelectorAll("netsplit-faults input")].some((each) => /** @type {HTMLInputElement} */ (each).placeholder === "25"));
  assert.deepEqual([await from.getAttribute("placeholder"), await to.getAttribute("placeholder")], delays);
});

test("undo says what it took back and where the future with it is kept; nothing moves on the stage", async (t) => {
  const { page } = await lab.visit(t, calm);
  const stage = () => page.locator("netsplit-stage").boundingBox();
  const before = await stage();
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
  assert.deepEqual(await stage(), before, "after an intervention");
  await page.keyboard.press("Control+z");
  await page.locator(".caption-text", { hasText: /^Undone: .*crash.* is kept as original/i }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".branches .branch").length === 2);
  assert.deepEqual(await stage(), before, "with branches");
  await page.getByRole("button", { name: "Cut the network.." }).click();
  await page.getByRole("button", { name: "Apply" }).waitFor();
  assert.deepEqual(await stage(), before, "while cutting");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("button", { name: "Heal the network" }).waitFor();
  assert.deepEqual(await stage(), before, "with a cut");
});

test("a rule switched on keeps the run before, with its branches", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
  await page.keyboard.press("Control+z");
  await page.waitForFunction(() => document.querySelectorAll(".branches .branch").length === 2);
  const kept = await branches(page);
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Rules" }).click();
  await page.getByRole("switch", { name: "no_persist_vote" }).click();
  await page.locator(".caption-text", { hasText: "The run before is kept" }).waitFor();
  await page.getByRole("button", { name: /^Back to Crash the leader/ }).click();
  await page.waitForFunction(() => document.querySelectorAll(".branches .branch").length === 2);
  assert.deepEqual(await branches(page), kept);
  assert.equal(await page.getByRole("switch", { name: "no_persist_vote" }).isChecked(), false);
  await page.getByRole("button", { name: /^Back to .*with no_persist_vote/ }).click();
  await page.locator("netsplit-views [role=status]", { hasText: "no_persist_vote" }).waitFor();
});

test("a saved run opens again from its file; a bad file is refused with line and column", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.locator("button.primary").click();
  await page.locator(".steps li.done").first().waitFor();
  const plan = await page.evaluate(() => JSON.stringify(/** @type {any} */ (document.querySelector("netsplit-lab")).app.lab.plan(), null, 2));
  await page.getByRole("button", { name: "Scenarios" }).click();
  const dialog = page.getByRole("dialog");
  const choose = (/** @type {string} */ name, /** @type {string} */ text) =>
    dialog.locator("input[type=file]").setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  await choose("bad.json", '{\n  "seed": 7,\n  oops\n}');
  await dialog.getByText(/bad\.json is not JSON: line 3, column 3/).waitFor();
  await choose("other.json", '{"seed": "many"}');
  await dialog.getByText(/^other\.json: /).waitFor();
  await choose("run.json", plan);
  await dialog.waitFor({ state: "detached" });
  await page.locator(".caption-text", { hasText: "run.json is open" }).waitFor();
  await page.getByLabel("Speed").selectOption({ label: "real time" });
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.locator("netsplit-stage [role=option]", { hasText: /crashed|down/i }).first().waitFor({ state: "attached" });
  await page.getByRole("button", { name: /^Back to Crash the leader/ }).click();
  await page.locator(".steps li.done").first().waitFor();
});

for (const playing of [false, true]) {
  test(`tabs change with something selected, ${playing ? "playing" : "paused"}`, async (t) => {
    const { page } = await lab.visit(t, { calm: !playing });
    await page.getByRole("button", { name: "Details" }).click();
    await page.locator("netsplit-stage [role=option]", { hasText: /^S1\b/ }).first().waitFor({ state: "attached" });
    // The panel has just taken its room: until the stage has found its new size, S1 may stand elsewhere than it was seen.
    for (let attempt = 0; attempt < 20 && (await selected(page).count()) === 0; attempt += 1) {
      const { x, y } = await placeOf(page, /^S1\b/);
      await page.mouse.click(x, y);
      await page.waitForTimeout(100);
    }
    await selected(page).waitFor({ state: "attached" });
    for (const name of ["Inspect", "Events", "Inspect", "Properties", "Faults", "Inspect", "Rules", "Events"]) {
      await page.getByRole("tab", { name, exact: true }).click();
      await page.locator(`netsplit-${name.toLowerCase()}`).waitFor();
    }
  });
}

test("a broken rule is said on the stage, and runs the scenario again", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Rules" }).click();
  const said = page.locator("netsplit-views [role=status]");
  assert.equal(await said.innerText(), "");
  await page.getByRole("switch", { name: "Vote never written" }).click();
  await said.filter({ hasText: "no_persist_vote" }).waitFor();
  await page.getByRole("switch", { name: "Vote never written" }).click();
  await said.filter({ hasNotText: "no_persist_vote" }).waitFor({ state: "attached" });
});

test("a selected message becomes its delivery, and leads to it", async (t) => {
  const { page } = await lab.visit(t, calm);
  const { x, y } = await placeOf(page, /^\w+ from S\d to S\d/);
  await page.mouse.click(x, y);
  await selected(page).waitFor();
  const inspect = page.locator("netsplit-inspect");
  const kind = await inspect.locator("h3").innerText();
  const forward = page.getByRole("button", { name: "One event forward" });
  for (let steps = 0; steps < 60 && !/delivered to|lost at/.test(await inspect.innerText()); steps++) {
    await forward.click();
    await page.waitForTimeout(30);
  }
  assert.match(await inspect.innerText(), new RegExp(`${kind} from S\\d.*(delivered to S\\d at|lost at) [\\d.]+ s`));
  const { event } = await cursor(page);
  for (let steps = 0; steps < 5; steps++) await forward.click();
  await cursorWhere(page, (at) => at.event === event + 5);
  await inspect.getByRole("button", { name: "Go to that event" }).click();
  await cursorWhere(page, (at) => at.event <= event);
  await page.getByRole("button", { name: "One event back" }).click();
  await inspect.locator("h3", { hasText: kind }).waitFor();
});

test("a broken rule is named, explained, and shown by its scenario", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.keyboard.press("d");
  await page.getByRole("tab", { name: "Rules", exact: true }).click();
  const rule = page.locator(".rules li", { hasText: "Half is a majority" });
  assert.match(await rule.innerText(), /majority[^]*even_majority[^]*with four servers, two will do[^]*Election Safety/);
  await rule.getByRole("link").click();
  await page.locator("netsplit-views [role=status]", { hasText: "even_majority" }).waitFor();
  assert.match(page.url(), /#raft\/even-majority$/);
});

test("what links do is shown without listing all pairs of nodes", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("netsplit-lab")).app.has("all"));
  await openCrowd(page, 200);
  await page.getByRole("button", { name: "More faults" }).click();
  const links = await openFaults(page, "Links");
  await links.getByLabel("Delay from, ms").and(page.locator("[placeholder='1']")).waitFor();
  const added = await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    const { add } = Set.prototype;
    let added = 0;
    Set.prototype.add = function (value) {
      added += 1;
      return add.call(this, value);
    };
    app.changed("moment");
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    Set.prototype.add = add;
    return added;
  });
  assert.ok(added > 400 && added < 5000, `${added} for 40,000 links`);
});
