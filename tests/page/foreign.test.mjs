// @ts-check
// Traces of other programs: opened, refused with a reason, looked at, left again.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { cursor } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };

const PARSER = String.raw`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`;
const EVENTS = [
  `client {"client":1}\nInitialization Complete`,
  `client {"client":2}\nMaking a call`,
  `server {"server":1}\nInitialization Complete`,
  `server {"client":2, "server":2}\nReceived the call`,
];
const LOG = `${EVENTS.join("\n")}\n`;
const FILE = `${PARSER}\n\n${LOG}`;

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {string} name @param {string | Buffer} content opens it from the catalogue */
async function open(page, name, content) {
  await page.getByRole("button", { name: "Scenarios" }).click();
  await page.locator(".open-file input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
}

/** @param {Page} page @param {string} name @param {string} content lets it fall on the page */
const drop = (page, name, content) =>
  page.evaluate(
    ({ name, content }) => {
      const data = new DataTransfer();
      data.items.add(new File([content], name));
      for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    { name, content },
  );

const stage = (/** @type {Page} */ page) => page.locator("netsplit-foreign");

test("a trace lies over the run, which keeps its place", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  const before = (await cursor(page)).text;
  await open(page, "rpc.log", FILE);
  await stage(page).waitFor();
  const told = await stage(page).innerText();
  assert.match(told, /Foreign/);
  assert.match(told, /nothing can be played, broken or changed/);
  assert.match(told, /4 events, 2 hosts/);
  assert.doesNotMatch(told, /Partial/);
  assert.equal(await page.locator("netsplit-time").isVisible(), false);
  assert.match(await page.locator(".crumb").innerText(), /Your files \/ rpc\.log/);
  await visit.assertAccessible();
  await visit.screenshot("foreign");
  await page.keyboard.press(" ");
  await stage(page).getByRole("button", { name: "Back to the lab" }).click();
  await stage(page).waitFor({ state: "detached" });
  assert.equal((await cursor(page)).text, before);

  await page.getByRole("button", { name: "Scenarios" }).click();
  const shelf = page.locator("section").filter({ has: page.getByRole("heading", { name: "Your files" }) });
  assert.match(await shelf.innerText(), /rpc\.log\s+Foreign, 4 events/);
  await shelf.getByRole("button").click();
  await stage(page).waitFor();
});

test("its events are listed, searched and inspected", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  await drop(page, "rpc.log", FILE);
  await stage(page).waitFor();
  await stage(page).getByRole("button", { name: "Details" }).click();
  const rows = page.locator("netsplit-foreign-events .events li");
  await rows.nth(3).waitFor();
  assert.equal(await rows.count(), 4);
  await page.getByRole("searchbox", { name: "Filter" }).fill("received");
  await page.waitForFunction(() => document.querySelectorAll("netsplit-foreign-events .events li").length === 1);
  await rows.getByRole("button").click();
  await page.getByRole("tab", { name: "Inspect" }).click();
  const inspect = page.locator("netsplit-foreign-inspect");
  await inspect.getByRole("heading", { name: "Received the call" }).waitFor();
  assert.match(await inspect.innerText(), /client\s+2\s+server\s+2/);
  assert.match(await inspect.innerText(), /It comes after[^]*Initialization Complete[^]*Making a call/);
  await page.getByRole("tab", { name: "Faults" }).click();
  assert.match(await page.locator("netsplit-foreign-none").innerText(), /no simulation behind it/);
  await visit.assertAccessible();
});

test("what contradicts itself is opened and marked partial, with lines and what was expected", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  await drop(page, "bad.log", FILE.replace('"client":2, "server":2', '"client":7, "server":2'));
  await stage(page).waitFor();
  const told = await stage(page).innerText();
  assert.match(told, /Partial/);
  assert.match(told, /Line 9, column 9:\s+The clock knows event 7 of client, which has events 1 to 2\./);
  await visit.assertAccessible();
  await visit.screenshot("foreign-partial");
});

test("a file that cannot be read is refused with its place, and can be read with another parser", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  await drop(page, "plain.log", LOG);
  const refused = page.getByRole("dialog", { name: "This file cannot be opened" });
  await refused.waitFor();
  assert.match(await refused.innerText(), /Line 1, column 1:\s+The parser has no group called host\./);
  await visit.assertAccessible();
  await refused.getByRole("button", { name: "Read it with another parser.." }).click();
  const patterns = page.getByRole("dialog", { name: "Read plain.log with another parser" });
  const parser = patterns.getByRole("textbox", { name: /^Parser/ });
  await parser.fill("(?<host>a)(?=b)");
  assert.match(await patterns.innerText(), /Column 11:\s+Patterns here have no look-around/);
  assert.equal(await parser.getAttribute("aria-invalid"), "true");
  await patterns.getByRole("button", { name: "GoVector" }).click();
  assert.equal(await parser.getAttribute("aria-invalid"), "false");
  await patterns.getByRole("button", { name: "Open" }).click();
  await stage(page).waitFor();
  assert.match(await stage(page).innerText(), /4 events, 2 hosts/);
});

test("a pasted log with several executions: one is chosen", async (t) => {
  const visit = await lab.visit(t, { ...calm, size: sizes.phone });
  const { page } = visit;
  await page.getByRole("button", { name: "Scenarios" }).click();
  await page.getByRole("button", { name: "Paste a trace.." }).click();
  const paste = page.getByRole("dialog", { name: "Paste a trace" });
  await paste.getByRole("textbox", { name: "Log" }).fill(`=== one ===\n${LOG}=== two ===\n${EVENTS[0]}\n`);
  await paste.getByRole("textbox", { name: /^Delimiter/ }).fill("^=== (?<trace>.*) ===$");
  await visit.screenshot("foreign-paste-phone");
  await paste.getByRole("button", { name: "Open" }).click();
  await stage(page).waitFor();
  const executions = stage(page).getByRole("combobox", { name: "Execution" });
  assert.deepEqual(await executions.locator("option").allInnerTexts(), ["one (4)", "two (1)"]);
  await executions.selectOption("1");
  await page.waitForFunction(() => document.querySelector("netsplit-foreign")?.textContent?.includes("1 event, 1 host"));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
  await visit.screenshot("foreign-phone");
});

test("on a telephone it has all of the window, and the panel leaves the diagram in view", async (t) => {
  const visit = await lab.visit(t, { ...calm, size: sizes.phone, touch: true });
  const { page } = visit;
  await drop(page, "bad.log", FILE.replace('"client":2, "server":2', '"client":7, "server":2'));
  await stage(page).locator("netsplit-space-time[data-ready]").waitFor();
  const bottom = () => stage(page).evaluate((element) => element.getBoundingClientRect().bottom);
  assert.ok(Math.abs((await bottom()) - sizes.phone.height) < 3, `it ends at ${await bottom()}`);
  const last = stage(page).getByRole("cell").last();
  await last.scrollIntoViewIfNeeded();
  const cell = await last.boundingBox();
  assert.ok(cell && cell.y + cell.height <= sizes.phone.height, "all of it can be scrolled to");
  await visit.assertAccessible();
  await stage(page).getByRole("button", { name: "Details" }).click();
  // It slides in.
  await page.waitForFunction(() => {
    const [stage, panel] = ["netsplit-foreign", "netsplit-panel"].map((name) => document.querySelector(name)?.getBoundingClientRect());
    return stage && panel && panel.height > 100 && stage.bottom <= panel.top + 1;
  });
  await visit.screenshot("foreign-panel-phone");
});

test("what it is stands on the page once, and in its picture all the same", async (t) => {
  const { page } = await lab.visit(t, calm);
  await drop(page, "rpc.log", FILE);
  await stage(page).locator("netsplit-space-time[data-ready]").waitFor();
  const saved = page.waitForEvent("download");
  await stage(page).getByRole("button", { name: "More.." }).click();
  await page.getByRole("menuitem", { name: "Save a picture (SVG)" }).click();
  const chunks = [];
  for await (const chunk of await (await saved).createReadStream()) chunks.push(chunk);
  assert.match(Buffer.concat(chunks).toString(), />Foreign</);
  // Where the diagram's own words would stand is paper, and nothing but paper; beside it, the picture is painted.
  const colours = await stage(page).locator("canvas").evaluate((/** @type {HTMLCanvasElement} */ canvas) => {
    const { width, height } = canvas;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const colours = (/** @type {[number, number, number, number]} */ ...box) => {
      const { data } = context?.getImageData(...box) ?? { data: [] };
      return [...new Set(Array.from({ length: data.length / 4 }, (_, n) => data.slice(4 * n, 4 * n + 4).join(" ")))];
    };
    return { corner: colours(width - 90, 24, 76, 16), all: colours(0, 0, width, height) };
  });
  assert.equal(colours.corner.length, 1, "nothing stands in the corner");
  assert.match(colours.corner[0] ?? "", / 255$/, "the corner is painted: an unpainted one is transparent");
  assert.ok(colours.all.length > 10, "the diagram is painted");
});

const TWO = `${PARSER}
^=== (?<trace>.*) ===$
=== monday ===
alice {"alice":1}
asks for the lock
bob {"bob":1}
asks for the lock
server {"server":1, "alice":1}
gives the lock to alice
server {"server":2, "alice":1, "bob":1}
refuses: the lock is taken
=== tuesday ===
alice {"alice":1}
asks for the lock
bob {"bob":1}
asks for the lock
server {"server":1, "bob":1}
gives the lock to bob
server {"server":2, "alice":1, "bob":1}
refuses: the lock is taken
auditor {"auditor":1, "server":2, "alice":1, "bob":1}
looks on
`;

for (const size of [sizes.desktop, sizes.phone]) {
  test(`two executions stand beside each other, and the first difference is named (${size.width} px)`, async (t) => {
    const visit = await lab.visit(t, { ...calm, size });
    const { page } = visit;
    await drop(page, "locks.log", TWO);
    const diagram = stage(page).locator("netsplit-space-time");
    await diagram.and(page.locator("[data-ready]")).waitFor();
    await stage(page).getByRole("combobox", { name: "Execution" }).selectOption({ label: "monday (4)" });
    await stage(page).getByRole("combobox", { name: "Compare with" }).selectOption({ label: "tuesday" });
    const said = diagram.getByRole("group", { name: "Differences" }).getByRole("status");
    await said.filter({ hasText: "First difference, 1 of 3: at server, A has \u201cgives the lock to alice\u201d (event 1), and B has \u201cgives the lock to bob\u201d (event 1)." }).waitFor();
    await diagram.and(page.locator("[data-ready]")).waitFor();
    const options = () => diagram.getByRole("option").allInnerTexts();
    await diagram.getByRole("option", { name: "Only in B, auditor: looks on" }).waitFor({ state: "attached" });
    const all = await options();
    assert.equal(all.length, 9);
    assert.ok(all.some((text) => text.startsWith("A, server: refuses: the lock is taken (in B it has heard otherwise)")), all.join("\n"));
    await visit.assertAccessible();
    await visit.screenshot(`foreign-beside-${size.width}`);

    // With the keyboard: to the next difference, round the end, and back.
    await diagram.getByRole("listbox").focus();
    await page.keyboard.press("n");
    await said.filter({ hasText: "Difference 2 of 3: at server, \u201crefuses: the lock is taken\u201d" }).waitFor();
    await page.keyboard.press("n");
    await said.filter({ hasText: "Difference 3 of 3: only B has events of auditor" }).waitFor();
    await page.locator("netsplit-foreign [role=option][aria-selected=true]", { hasText: "Only in B, auditor" }).waitFor({ state: "attached" });
    await page.keyboard.press("n");
    await said.filter({ hasText: "First difference" }).waitFor();
    await page.keyboard.press("Shift+N");
    await said.filter({ hasText: "Difference 3 of 3" }).waitFor();

    // From the list of all, with Enter.
    await stage(page).getByRole("button", { name: /^First difference/ }).focus();
    await page.keyboard.press("Enter");
    await said.filter({ hasText: "First difference" }).waitFor();
    await page.locator("netsplit-foreign [role=option][aria-selected=true]", { hasText: "gives the lock to alice" }).waitFor({ state: "attached" });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");

    await stage(page).getByRole("combobox", { name: "Execution B" }).selectOption({ label: "nothing" });
    await said.waitFor({ state: "hidden" });
    await diagram.getByRole("option", { name: /^server: gives the lock to alice/ }).waitFor({ state: "attached" });
  });
}

test("an execution is compared with one of another file", async (t) => {
  const { page } = await lab.visit(t, calm);
  await drop(page, "other.log", FILE.replace("Making a call", "Hanging up"));
  await stage(page).getByRole("heading", { name: "other.log" }).waitFor();
  await drop(page, "rpc.log", FILE);
  await stage(page).getByRole("heading", { name: "rpc.log" }).waitFor();
  await stage(page).getByRole("combobox", { name: "Compare with" }).selectOption({ label: "other.log" });
  const said = stage(page).getByRole("group", { name: "Differences" }).getByRole("status");
  await said.filter({ hasText: "First difference, 1 of 1: at client, A has \u201cMaking a call\u201d (event 2), and B has \u201cHanging up\u201d (event 2)." }).waitFor();
  // Whose events are listed and inspected can be chosen.
  await stage(page).getByRole("button", { name: "Details" }).click();
  await page.locator("netsplit-foreign-events").getByRole("combobox", { name: "Execution" }).selectOption({ label: "B: other.log" });
  await page.locator("netsplit-foreign-events li", { hasText: "Hanging up" }).getByRole("button").click();
  await page.getByRole("tab", { name: "Inspect" }).click();
  await page.locator("netsplit-foreign-inspect").getByRole("heading", { name: "Hanging up" }).waitFor();
  // On paper stands what is shown. What is printed is made ready once nothing else is to do, and before anything is laid out for paper.
  await page.waitForFunction(() => {
    dispatchEvent(new Event("afterprint"));
    dispatchEvent(new Event("beforeprint"));
    return document.querySelector(".sheet svg") !== null;
  });
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".sheet svg").isVisible());
  // Nor does the picture depend on what is on the screen by then.
  await page.evaluate(async () => {
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
    dispatchEvent(new Event("afterprint"));
    dispatchEvent(new Event("beforeprint"));
  });
  assert.ok(await page.locator(".sheet svg").isVisible());
  const printed = await page.locator(".sheet").evaluate((sheet) => sheet.textContent ?? "");
  assert.match(printed, /^rpc\.log/);
  assert.match(printed, /First difference/);
  assert.match(printed, /1 only in A, 1 only in B/);
});

test("a large trace is drawn while it is read, and says how far it is", async (t) => {
  const { page } = await lab.visit(t, calm);
  await page.evaluate(() => {
    const told = /** @type {string[]} */ ([]);
    const read = /** @type {string[]} */ ([]);
    Object.assign(window, { told, read });
    new MutationObserver(() => {
      const diagram = /** @type {HTMLElement | null} */ (document.querySelector("netsplit-foreign netsplit-space-time"));
      const note = diagram?.querySelector(".st-note:not([hidden])")?.textContent;
      if (note && told.at(-1) !== note) told.push(note);
      if (diagram?.dataset.read && read.at(-1) !== diagram.dataset.read) read.push(diagram.dataset.read);
    }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
    const lines = Array.from({ length: 600_000 }, (_, n) => `{"host":"h${n % 4}","event":"does thing ${n % 97}"}\n`);
    const data = new DataTransfer();
    data.items.add(new File(lines, "large.jsonl"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await stage(page).locator("netsplit-space-time[data-ready][data-read='600000']").waitFor({ timeout: 120_000 });
  const { told, read } = await page.evaluate(() => {
    const { told, read } = /** @type {{ told: string[], read: string[] }} */ (/** @type {unknown} */ (window));
    return { told, read };
  });
  assert.ok(told.some((text) => /^Reading events: [\d,]+ of 600,000\.$/.test(text)), told.join("\n"));
  assert.ok(read.some((n) => Number(n) < 600_000), `pictures of ${read.join(", ")} events`);
  assert.equal(await stage(page).locator(".st-note").isVisible(), false, "at the end there is nothing more to say");
});

test("lines that a Windows shell wrote are read as lines", async (t) => {
  const { page } = await lab.visit(t, calm);
  const lines = `{"host":"ä","event":"asks"}\r\n{"host":"b","event":"hears","after":{"ä":1}}\r\n`;
  for (const mark of ["\ufeff", ""]) {
    const name = `wide${mark.length}.jsonl`;
    await open(page, name, Buffer.from(mark + lines, "utf16le"));
    await page.locator(".crumb").getByText(name).waitFor();
    assert.match(await stage(page).innerText(), /2 events, 2 hosts/);
    await stage(page).getByRole("button", { name: "Back to the lab" }).click();
    await stage(page).waitFor({ state: "detached" });
  }
});

test("a hostile pattern does not hang the tab", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  const begin = Date.now();
  await drop(page, "hostile.log", `(?<host>(a+)+)(?<clock>(a|a)*)(?<event>(a?){50}b)\n\n${`${"a".repeat(2000)}\n`.repeat(250)}`);
  await page.getByRole("dialog", { name: "This file cannot be opened" }).waitFor();
  assert.ok(Date.now() - begin < 15_000);
});

test("a run of the lab is saved as a trace, and opens as one", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  await page.getByRole("button", { name: "Share" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the trace (ShiViz)" }).click();
  const stream = await (await saved).createReadStream();
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  assert.match(text, /^\(\?<timestamp>/);
  await page.keyboard.press("Escape");
  await drop(page, "own.log", text);
  await stage(page).waitFor();
  assert.match(await stage(page).innerText(), /\d+ events, \d+ hosts/);
});

test("it has the space-time diagram, which shares the selection with list and inspector", async (t) => {
  const visit = await lab.visit(t, calm);
  const { page } = visit;
  await drop(page, "rpc.log", FILE);
  const diagram = stage(page).locator("netsplit-space-time");
  await diagram.and(page.locator("[data-ready]")).waitFor();
  assert.deepEqual(await diagram.getByRole("option").allInnerTexts().then((texts) => texts.map((text) => text.replace(/ .*/, "")).sort()), ["client:", "client:", "server:", "server:"]);
  await stage(page).getByRole("button", { name: "Details" }).click();
  const rows = page.locator("netsplit-foreign-events .events li");
  await rows.filter({ hasText: "Received the call" }).getByRole("button").click();
  await page.locator("netsplit-foreign [role=option][aria-selected=true]", { hasText: "Received the call" }).waitFor({ state: "attached" });

  const call = diagram.getByRole("option", { name: /Making a call/ });
  const box = await call.boundingBox();
  assert(box);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await diagram.locator(".st-stamp").filter({ hasText: "client 2" }).waitFor();
  await page.keyboard.down("Shift");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.keyboard.up("Shift");
  await diagram.getByRole("status").filter({ hasText: "The shortest chain has 1 message and 2 events." }).waitFor({ state: "attached" });
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator("netsplit-foreign-events li[aria-current=true]", { hasText: "Making a call" }).waitFor();
  await visit.screenshot("foreign-diagram");
});

test("in a trace Share hands on its picture and its file, under its name, and nothing of the run below", async (t) => {
  const { page } = await lab.visit(t, calm);
  await open(page, "rpc.log", FILE);
  await stage(page).locator("netsplit-space-time canvas").first().waitFor();
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.locator("dialog[open]");
  const file = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save the file" }).click();
  const saved = await file;
  assert.equal(saved.suggestedFilename(), "rpc.log");
  assert.equal(await readFile(await saved.path(), "utf8"), FILE);
  const picture = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save a picture (SVG)" }).click();
  assert.equal((await picture).suggestedFilename(), "rpc.svg");
  assert.equal(await dialog.getByRole("textbox").count(), 0);
  assert.equal(await dialog.locator("details").count(), 0);
});
