// @ts-check
// The embed in a page of another site: what it loads, what it shows, whom it listens to.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { laboratory, serve } from "./harness.mjs";

const lab = laboratory();

/** What Share puts into its snippet. */
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox";

/**
 * A page of another site with embeds in it, which keeps what they send.
 *
 * @param {import("node:test").TestContext} t
 * @param {(origins: { lab: string, host: string }) => string} body its HTML
 * @param {Record<string, string>} [files] that stand beside it
 */
async function course(t, body, files = {}) {
  const folder = await mkdtemp(join(tmpdir(), "course-"));
  const site = await serve(folder, "/");
  t.after(async () => {
    await site.stop();
    await rm(folder, { recursive: true });
  });
  // Another site for the browser, not only another port.
  const host = site.url.replace("127.0.0.1", "localhost");
  const origins = { lab: lab.url, host: new URL(host).origin };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await writeFile(join(folder, "keep.js"), "window.got = []; addEventListener('message', ({ data, origin }) => got.push({ ...data, origin }));");
  await writeFile(join(folder, "index.html"), `<!doctype html><html lang="en"><title>Course</title><script src="keep.js"></script><link rel="icon" href="data:,"><body>${body(origins)}`);
  const visit = await lab.visit(t, { started: false, path: host, sites: [new URL(host).origin] });
  return { ...origins, visit, page: visit.page };
}

/** @param {string} src @param {string} [more] */
const frame = (src, more = 'width="640" height="420"') => `<iframe src="${src}" title="Lab" sandbox="${SANDBOX}" ${more}></iframe>`;

/** @param {import("playwright-core").Page} page @param {unknown} message sends it and waits for the answer */
async function ask(page, message) {
  const id = Math.floor(Math.random() * 1e9);
  await page.evaluate(([message, id]) => frames[0]?.postMessage({ netsplit: 1, id, .../** @type {object} */ (message) }, "*"), /** @type {const} */ ([message, id]));
  const answer = await page.waitForFunction((id) => Reflect.get(window, "got").find((/** @type {any} */ each) => each.id === id), id);
  return /** @type {any} */ (await answer.jsonValue());
}

/** @param {import("playwright-core").Page} page @returns {Promise<any[]>} all that came from embeds */
const got = (page) => page.evaluate(() => Reflect.get(window, "got"));

test("before Play an embed loads its picture, its words and little else; Play brings the lab, which opens at the scenario's opening", async (t) => {
  const { visit, page } = await course(t, ({ lab }) => frame(`${lab}embed.html#raft/minority-partition`));
  const embed = page.frameLocator("iframe");
  const picture = embed.locator(".poster img");
  await picture.waitFor();
  assert.match((await picture.getAttribute("alt")) ?? "", /5 servers/);
  assert.notEqual(await embed.getByRole("heading").innerText(), "Netsplit", "the scenario's title");
  await page.waitForTimeout(500);
  const loaded = visit.requests.filter((url) => url.startsWith(lab.url)).map((url) => url.slice(lab.url.length));
  assert.deepEqual(loaded.filter((path) => /wasm|^netsplit|data\/words/.test(path)), []);
  assert.equal(loaded.filter((path) => /data\/pictures\/.*svg$/.test(path)).length, 1, "one picture");
  const sizes = await Promise.all(
    loaded.filter((path) => !path.endsWith(".svg")).map(async (path) => gzipSync(await (await fetch(`${lab.url}${path}`)).text()).length),
  );
  const sum = sizes.reduce((a, b) => a + b, 0);
  t.diagnostic(`before Play, without the picture: ${sum} bytes (gzip)`);
  assert.ok(sum < 16_000, `${sum} bytes: ${loaded.join(" ")}`);

  await embed.getByRole("button", { name: "Play" }).click();
  await embed.getByRole("button", { name: "Pause", exact: true }).waitFor();
  assert.ok(visit.requests.some((url) => url.endsWith(".wasm")));
  assert.equal(await embed.locator(".poster").count(), 0);
  assert.ok(await embed.locator("netsplit-time .play").evaluate((button) => button === document.activeElement), "the focus is on the button that took its place");
});

test("an embed that is asked for more shows it; what it cannot use it says", async (t) => {
  const { page } = await course(t, ({ lab }) => frame(`${lab}embed.html?story=1&actions=1&views=1&parent=course&theme=dark`, 'width="800" height="560"'));
  const embed = page.frameLocator("iframe");
  await embed.getByRole("button", { name: "Play" }).click();
  await embed.locator("netsplit-notice", { hasText: "cannot use what its address says of parent" }).waitFor();
  await embed.getByRole("region", { name: "Story" }).waitFor();
  await embed.getByRole("button", { name: "Cut the network.." }).waitFor();
  await embed.getByRole("tab", { name: "Log" }).click();
  assert.equal(await embed.locator(":root").evaluate((root) => getComputedStyle(root).colorScheme), "dark");
});

test("Open in the full lab: the same run at the same event, in a window of its own", async (t) => {
  const { page, visit } = await course(t, ({ lab }) => frame(`${lab}embed.html?actions=1`));
  const embed = page.frameLocator("iframe");
  await embed.getByRole("button", { name: "Play" }).click();
  await embed.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await embed.getByRole("button", { name: "Crash.." }).click();
  await embed.getByRole("menuitem", { name: /leader/ }).click();
  const opened = page.context().waitForEvent("page");
  await embed.getByRole("link", { name: "Open in the full lab" }).click();
  const whole = await opened;
  await whole.waitForSelector(":root[data-lab=ready]");
  const here = await embed.getByRole("slider").getAttribute("aria-valuetext");
  const place = (/** @type {string | null} */ text) => text?.split(" of ")[0];
  await whole.waitForFunction((text) => document.querySelector("input[type=range]")?.getAttribute("aria-valuetext")?.split(" of ")[0] === text, place(here));
  await whole.getByRole("button", { name: "Restart.." }).waitFor();
  assert.deepEqual(visit.complaints, []);
});

test("messages: the parent's are obeyed and answered, and it is told what happens", async (t) => {
  const { page } = await course(t, ({ lab, host }) => frame(`${lab}embed.html?parent=${host}`));
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.type === "ready"));
  const idle = await ask(page, { type: "state" });
  assert.deepEqual([idle.type, idle.state.loaded, idle.origin], ["done", false, new URL(lab.url).origin]);

  const stepped = await ask(page, { type: "step", kind: "story" });
  assert.equal(stepped.type, "done");
  assert.ok(stepped.state.loaded && !stepped.state.playing, "it opens paused");
  assert.equal(stepped.state.scenario, "raft/leader-crash");
  const back = await ask(page, { type: "step", way: -1 });
  assert.equal(back.state.event, stepped.state.event - 1);
  const sought = await ask(page, { type: "seek", event: 12 });
  assert.equal(sought.state.event, 12);
  const later = await ask(page, { type: "seek", time_us: 2_000_000 });
  assert.ok(later.state.at_us >= 1_000_000);
  assert.match(later.state.fingerprint, /^[0-9a-f]+$/);

  assert.equal((await ask(page, { type: "play" })).state.playing, true);
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.type === "event"));
  const { event } = (await got(page)).find((each) => each.type === "event");
  assert.match(event.text, /S\d/);
  assert.equal((await ask(page, { type: "pause" })).state.playing, false);
  const opened = await ask(page, { type: "open", address: "raft/split-vote?seed=11" });
  assert.deepEqual([opened.state.scenario, opened.state.seed, opened.state.playing], ["raft/split-vote", "11", false]);
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.type === "state" && each.state.scenario === "raft/split-vote"));
});

test("messages: the page is told of changed verdicts, of a goal that is met, and how high the frame should be", async (t) => {
  const { page } = await course(t, ({ lab, host }) => frame(`${lab}embed.html?parent=${host}#raft/even-majority`));
  const heights = async () => (await got(page)).filter(({ type, subject }) => type === "resize" || subject === "lti.frameResize").map(({ type, height }) => [type, height]);
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.subject));
  assert.deepEqual(await heights(), [["resize", 440], [undefined, 440]]);
  await page.evaluate(() => void (document.querySelector("iframe") ?? document.body).setAttribute("width", "400"));
  await page.waitForFunction(() => Reflect.get(window, "got").filter((/** @type {any} */ each) => each.subject).length === 2);
  assert.deepEqual((await heights()).at(-1), [undefined, 320]);
  await page.evaluate(() => void (document.querySelector("iframe") ?? document.body).setAttribute("height", "320"));

  await ask(page, { type: "play" });
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.type === "verdict" && each.verdict.status === "violated"));
  const { verdict } = (await got(page)).find((each) => each.type === "verdict" && each.verdict.status === "violated");
  assert.match(verdict.text, /violated/);
  assert.ok(verdict.property && verdict.name && verdict.event > 0 && verdict.at_us > 0, JSON.stringify(verdict));
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.type === "completed"));
  const completed = (await got(page)).filter((each) => each.type === "completed");
  assert.equal(completed.length, 1);
  assert.equal(completed[0].state.goal, true);
  assert.equal((await heights()).length, 4, "a height that the page gives is no news");
});

test("slides: one that goes pauses, one that comes plays if the address says so", async (t) => {
  const say = (/** @type {string} */ word) => frames[0]?.postMessage(word, "*");
  for (const slides of [true, false]) {
    const { page } = await course(t, ({ lab, host }) => frame(`${lab}embed.html?parent=${host}${slides ? "&slides=1" : ""}`));
    await page.waitForFunction(() => Reflect.get(window, "got").length > 0);
    await page.evaluate(say, "slide:start");
    const { state } = await ask(page, { type: "state" });
    assert.equal(state.playing, slides);
    if (!slides) await ask(page, { type: "play" });
    await page.evaluate(say, "slide:stop");
    assert.equal((await ask(page, { type: "state" })).state.playing, false);
  }
});

test("the README's script works as it stands there, and its table names what embeds send", async (t) => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const script = /```js\n(const frame = document\.querySelector\("iframe"\);[^]*?)```/.exec(readme)?.[1] ?? "";
  assert.match(script, /type: "open", address: "raft\/split-vote\?seed=11"/);
  const { page } = await course(
    t,
    ({ lab, host }) => `${frame(`${lab}embed.html?parent=${host}`)}<script src="example.js"></script>`,
    { "example.js": script.replaceAll("https://example.org", new URL(lab.url).origin) },
  );
  await page.waitForFunction(() => Reflect.get(window, "got").some((/** @type {any} */ each) => each.type === "done" && each.id === 1));
  const { state } = (await got(page)).find((each) => each.type === "done");
  assert.deepEqual([state.scenario, state.seed], ["raft/split-vote", "11"]);

  const table = readme.slice(readme.indexOf("| to the embed"), readme.indexOf("## In a lecture hall"));
  const row = (/** @type {string} */ start) => table.split("\n").find((line) => line.startsWith(`| \`${start}`)) ?? "";
  const words = (/** @type {string} */ line) => new Set([...line.matchAll(/`([\w-]+)`/g)].map((match) => match[1]));
  assert.deepEqual([...words(row('{ type: "state", state }'))].sort(), Object.keys(state).sort());
  const sources = await Promise.all(["embed-messages.js", "embed-commands.js"].map((name) => readFile(new URL(`../../www/lab/${name}`, import.meta.url), "utf8")));
  const codes = new Set([...sources.join("\n").matchAll(/code: "([\w-]+)"|refuse\(\w+, "([\w-]+)"/g)].map((match) => match[1] ?? match[2]));
  assert.deepEqual([...words(row('{ type: "done", id, state }'))].sort(), [...codes].sort());
});

test("messages that are malformed, too long or cannot be obeyed are answered with an error, and change nothing", async (t) => {
  const { page } = await course(t, ({ lab, host }) => frame(`${lab}embed.html?parent=${host}`));
  await page.waitForFunction(() => Reflect.get(window, "got").length > 0);
  const before = (await ask(page, { type: "seek", event: 40 })).state;
  /** @type {[object, string][]} */
  const refused = [
    [{ type: "explode" }, "unknown-type"],
    [{ type: ["play"] }, "unknown-type"],
    [{ type: "__proto__" }, "unknown-type"],
    [{ netsplit: 2, type: "play" }, "version"],
    [{ type: "play", fast: true }, "malformed"],
    [{ type: "seek" }, "malformed"],
    [{ type: "seek", event: -1 }, "malformed"],
    [{ type: "seek", event: 1.5 }, "malformed"],
    [{ type: "seek", event: "12" }, "malformed"],
    [{ type: "seek", event: 1, time_us: 1 }, "malformed"],
    [{ type: "seek", time_us: Number.MAX_SAFE_INTEGER }, "too-far"],
    [{ type: "step", way: 2 }, "malformed"],
    [{ type: "open" }, "malformed"],
    [{ type: "open", address: "#v1.AAAA" }, "refused"],
    [{ type: "open", address: "raft/no-such-thing" }, "refused"],
    [{ type: "open", address: "#v1.".padEnd(300_000, "A") }, "too-long"],
  ];
  for (const [message, code] of refused) {
    const answer = await ask(page, message);
    assert.deepEqual([answer.type, answer.code], ["error", code], JSON.stringify(message).slice(0, 80));
    assert.ok(answer.message.length > 10);
  }
  // Without an id that can be sent back: answered all the same.
  for (const message of ["play", 7, null, [1], { netsplit: 1, type: "play", id: { deep: 1 } }, Object.fromEntries([..."abcdefghijkl"].map((key) => [key, 1]))]) {
    const n = (await got(page)).length;
    await page.evaluate((message) => frames[0]?.postMessage(message, "*"), message);
    await page.waitForFunction((n) => Reflect.get(window, "got").length > n, n);
    assert.equal((await got(page)).at(-1).type, "error");
  }
  const { state } = await ask(page, { type: "state" });
  assert.deepEqual({ ...state, caption: "" }, { ...before, caption: "" });
});

test("what is asked for when the lab stops, and after it, is answered with an error", async (t) => {
  const { page, visit } = await course(t, ({ lab, host }) => frame(`${lab}embed.html?parent=${host}`));
  visit.expectComplaint(/stopped/);
  await page.waitForFunction(() => Reflect.get(window, "got").length > 0);
  await ask(page, { type: "seek", event: 12 });
  await page.frames()[1]?.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    Lab.prototype.step = () => {
      throw new WebAssembly.RuntimeError("unreachable executed");
    };
  });
  for (const type of ["step", "step", "play"]) {
    const answer = await ask(page, { type });
    assert.deepEqual([answer.type, answer.code], ["error", "stopped"]);
  }
  assert.equal((await ask(page, { type: "state" })).state.loaded, false);
});

test("an embed whose lab cannot be fetched says so, and tries again", async (t) => {
  const { page, visit } = await course(t, ({ lab, host }) => frame(`${lab}embed.html?parent=${host}`));
  visit.expectComplaint(/request failed|Failed to (load|fetch)/);
  const embed = page.frameLocator("iframe");
  await embed.locator(".poster img").waitFor();
  await page.waitForFunction(() => Reflect.get(window, "got").length > 0);
  await page.route(/lab\/embed-lab/, (route) => route.abort());
  await embed.getByRole("button", { name: "Play" }).click();
  await embed.getByRole("status").filter({ hasText: "could not be loaded" }).waitFor();
  const answer = await ask(page, { type: "play" });
  assert.deepEqual([answer.type, answer.code], ["error", "stopped"]);
  await page.unroute(/lab\/embed-lab/);
  await embed.getByRole("button", { name: "Play" }).click();
  await embed.getByRole("button", { name: "Pause", exact: true }).waitFor();
});

test("messages of another origin, or of another frame of the right one, are not heard", async (t) => {
  const strange = await course(t, ({ lab }) => frame(`${lab}embed.html?parent=https://course.example`));
  const play = () => frames[0]?.postMessage({ netsplit: 1, type: "play", id: 1 }, "*");
  await strange.page.frameLocator("iframe").locator(".poster img").waitFor();
  await strange.page.evaluate(play);
  // No parent named: not a word.
  const silent = await course(t, ({ lab }) => frame(`${lab}embed.html`));
  await silent.page.frameLocator("iframe").locator(".poster img").waitFor();
  await silent.page.evaluate(play);
  // The right origin, but a sibling.
  const sibling = await course(t, ({ lab, host }) => `${frame(`${lab}embed.html?parent=${host}`)}<iframe src="/sibling.html" title="Sibling"></iframe>`, {
    "sibling.html": '<!doctype html><title>Sibling</title><script src="sibling.js"></script>',
    "sibling.js": 'setInterval(() => parent.frames[0]?.postMessage({ netsplit: 1, type: "play", id: 1 }, "*"), 50);',
  });
  await sibling.page.frameLocator("iframe >> nth=0").locator(".poster img").waitFor();
  for (const { page } of [strange, silent, sibling]) {
    await page.waitForTimeout(600);
    // The right page is told that it listens, and how high it would like to be.
    const told = page === sibling.page ? (await got(page)).filter(({ type, subject }) => type !== "ready" && type !== "resize" && !subject) : await got(page);
    assert.deepEqual(told, []);
    assert.equal(await page.frameLocator("iframe >> nth=0").locator(".poster-play").getAttribute("aria-disabled"), null);
  }
});

test("out of view nothing loads and nothing plays", async (t) => {
  const { page, visit } = await course(t, ({ lab, host }) => `<p style="height: 3000px"></p>${frame(`${lab}embed.html?parent=${host}`)}<p style="height: 3000px"></p>`);
  await page.waitForFunction(() => Reflect.get(window, "got").length > 0);
  const refused = await ask(page, { type: "play" });
  assert.equal(refused.code, "out-of-view");
  assert.ok(!visit.requests.some((url) => url.endsWith(".wasm")));
  await page.locator("iframe").scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
  assert.equal((await ask(page, { type: "play" })).state.playing, true);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => Reflect.get(window, "got").findLast((/** @type {any} */ each) => each.state)?.state.playing === false);
  assert.equal((await ask(page, { type: "state" })).state.playing, false);
});

for (const touch of [false, true]) {
  for (const [width, height] of /** @type {const} */ ([[320, 280], [480, 360], [640, 420], [960, 600]])) {
    test(`an embed of ${width} x ${height}${touch ? ", by touch," : ""} has room for all of it`, async (t) => {
      const visit = await lab.visit(t, { path: "embed.html#raft/leader-crash", size: { width, height }, touch, calm: true, started: false });
      const { page } = visit;
      await page.locator(".poster img").waitFor();
      await visit.screenshot(`embed-${width}-picture${touch ? "-touch" : ""}`);
      await visit.assertAccessible();
      await page.getByRole("button", { name: "Play" }).click();
      await visit.started();
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      await page.getByRole("button", { name: "Play", exact: true }).waitFor();
      await visit.screenshot(`embed-${width}${touch ? "-touch" : ""}`);
      await visit.assertAccessible();
      const boxes = await page.evaluate(() => {
        const box = (/** @type {string} */ selector) => document.querySelector(selector)?.getBoundingClientRect().toJSON();
        return { chip: box(".chip"), full: box("netsplit-full a"), stage: box("netsplit-stage"), caption: box("netsplit-caption"), play: box(".play"), scrubber: box(".scrubber"), now: box(".now") };
      });
      for (const [name, { left, right, top, bottom }] of Object.entries(boxes)) {
        assert.ok(left >= 0 && top >= 0 && right <= width && bottom <= height, `${name} is in view: ${JSON.stringify(boxes)}`);
      }
      assert.ok(boxes.stage.height >= (height < 300 ? 120 : 160), `the stage is ${boxes.stage.height} high`);
      assert.ok(boxes.chip.right <= boxes.full.left && boxes.scrubber.width >= 60);
      assert.deepEqual(await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]), [width, height]);
      await page.locator(".chip").click();
      await page.getByRole("heading", { name: /Election Safety/ }).waitFor();
      await visit.assertAccessible();
      await page.keyboard.press("Escape");
      await page.locator("netsplit-panel").waitFor({ state: "hidden" });
    });
  }
}

for (const [width, height] of /** @type {const} */ ([[320, 280], [320, 400], [480, 360], [640, 420], [800, 560], [960, 600], [1280, 720]])) {
  test(`with story, actions and views, ${width} x ${height}: nothing is cut off or lies over another, and the stage can be seen`, async (t) => {
    const visit = await lab.visit(t, { path: "embed.html?story=1&actions=1&views=1#raft/leader-crash", size: { width, height }, calm: true, started: false });
    const { page } = visit;
    await page.locator(".poster-play").click();
    await visit.started();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    await visit.screenshot(`embed-story-${width}`);
    await visit.assertAccessible();
    const boxes = await page.evaluate(() => {
      const names = [".steps button", "[role=tablist]", ".chip", "netsplit-full a", "netsplit-stage", ".caption-text", ".play", ".scrubber"];
      const found = names.map((name) => /** @type {const} */ ([name, document.querySelector(name)]));
      const actions = [...document.querySelectorAll("netsplit-actions button")].map((each) => /** @type {const} */ (["action", each]));
      return [...found, ...actions].flatMap(([name, each]) => (each?.checkVisibility() ? [{ name, ...each.getBoundingClientRect().toJSON() }] : []));
    });
    for (const { name, left, right, top, bottom } of boxes) {
      assert.ok(left >= 0 && top >= 0 && right <= width + 0.5 && bottom <= height + 0.5, `${name}: ${left}, ${top}, ${right}, ${bottom}`);
    }
    for (const [n, a] of boxes.entries()) {
      const over = boxes.slice(n + 1).filter((b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1);
      assert.deepEqual(over.map(({ name }) => `${a.name} over ${name}`), []);
    }
    const stage = boxes.find(({ name }) => name === "netsplit-stage");
    assert.ok(stage.height >= 80, `the stage is ${stage.height} high`);
    // The question stands beside the stage, or unfolds.
    await page.locator(".steps button").click();
    await page.locator(".steps li.done").first().waitFor({ state: "attached" });
  });
}

test("Share makes an embed: the preview shows it, and the snippet works in a page of another site", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  await dialog.getByText("Embed", { exact: true }).click();
  await dialog.getByLabel("Actions").check();
  await dialog.getByLabel("Size").selectOption("small");
  await dialog.getByLabel(/^Origin of the page/).fill("course.example");
  await dialog.getByLabel("Theme").selectOption("dark");
  await dialog.getByText("An origin is a scheme").waitFor();
  await dialog.getByLabel(/^Origin of the page/).fill("https://course.example");
  const lines = dialog.getByRole("textbox", { name: "Snippet" });
  await lines.focus();
  const snippet = await lines.inputValue();
  assert.match(snippet, /^<iframe src="[^"<>]*embed\.html\?actions=1&amp;theme=dark&amp;parent=https:\/\/course\.example&amp;picture=raft\/leader-crash#v1\./);
  for (const attribute of ['title="Netsplit: ', 'loading="lazy"', `sandbox="${SANDBOX}"`, 'width="320"', 'height="280"']) assert.ok(snippet.includes(attribute), attribute);
  await page.frameLocator(".embed-preview iframe").locator(".poster img").waitFor();
  await visit.assertAccessible();
  const here = await page.getByRole("slider", { includeHidden: true }).getAttribute("aria-valuetext");

  const host = await course(t, () => snippet);
  const embed = host.page.frameLocator("iframe");
  await embed.getByRole("button", { name: "Play" }).click();
  await embed.getByRole("button", { name: "Pause", exact: true }).waitFor();
  const there = await embed.getByRole("slider").getAttribute("aria-valuetext");
  assert.equal(there?.split(" of ")[0]?.startsWith("event"), true);
  assert.ok(Number(/event ([\d,]+)/.exec(there ?? "")?.[1]?.replaceAll(",", "")) >= Number(/event ([\d,]+)/.exec(here ?? "")?.[1]?.replaceAll(",", "")));
});
