// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";
import { caption, cursor, cursorWhere, placeOf, twin } from "./reading.mjs";

const lab = laboratory();

test("the page opens playing, and what it shows moves", async (t) => {
  const { page } = await lab.visit(t);
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  const { event } = await cursor(page);
  await cursorWhere(page, (at) => at.event > event);
  assert.match((await twin(page)).join("\n"), /S1.*\n.*S2/);
});

test("with reduced motion it opens paused, and paused means still", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  // Once nothing more comes.
  await page.waitForFunction(() => performance.getEntriesByType("resource").some((entry) => /\/help[\w.-]*\.js$/.test(entry.name)));
  await page.waitForTimeout(100);
  const frames = await page.evaluate(async () => {
    const ask = window.requestAnimationFrame;
    let asked = 0;
    window.requestAnimationFrame = (callback) => {
      asked += 1;
      return ask.call(window, callback);
    };
    await new Promise((done) => setTimeout(done, 500));
    return asked;
  });
  assert.equal(frames, 0, "no frame is asked for while nothing changes");
});

test("the first load is bare: at most 20 Tab stops, one filled button, three regions, 60 words of prose", async (t) => {
  const { page } = await lab.visit(t, { calm: true });
  const found = await page.evaluate(() => {
    const visible = (/** @type {Element} */ element) => element.checkVisibility({ visibilityProperty: true });
    const controls = [...document.querySelectorAll("button, a[href], input, select, summary, [tabindex]")];
    const stops = controls.filter((each) => visible(each) && /** @type {HTMLElement} */ (each).tabIndex >= 0);
    // Radio buttons of one group are one stop.
    const groups = new Set(stops.map((each) => (each instanceof HTMLInputElement && each.type === "radio" ? each.name : each)));
    const prose = [...document.querySelectorAll("h2, p, legend")].filter((each) => visible(each) && !each.matches(".hidden"));
    const text = prose.map((each) => /** @type {HTMLElement} */ (each).innerText).join(" ");
    return {
      stops: groups.size,
      words: text.split(/\s+/).filter(Boolean).length,
      filled: [...document.querySelectorAll("button.primary")].filter(visible).length,
      regions: ["netsplit-story", "main", "netsplit-time", "netsplit-panel"].filter((name) => {
        const region = document.querySelector(name);
        return region !== null && visible(region);
      }),
      dialogs: document.querySelectorAll("dialog").length,
    };
  });
  assert.ok(found.stops <= 20, `${found.stops} Tab stops`);
  assert.ok(found.words <= 60, `${found.words} words`);
  assert.equal(found.filled, 1);
  assert.deepEqual(found.regions, ["netsplit-story", "main", "netsplit-time"]);
  assert.equal(found.dialogs, 0);
});

test("before the lab is there, its opening moment is; the canvas takes its place without a jump", async (t) => {
  const visit = await lab.visit(t, { calm: true });
  const { page } = visit;
  /** @type {() => void} */
  let deliver = () => {};
  const delivered = new Promise((done) => (deliver = () => done(undefined)));
  await page.route("**/*.wasm", async (route) => {
    await delivered;
    await route.continue();
  });
  await page.reload();
  const picture = page.locator(".opening.wide svg");
  await picture.waitFor();
  await page.locator(".caption-text", { hasText: "Loading the lab" }).waitFor();
  const before = await page.locator("netsplit-stage").boundingBox();
  const name = await picture.locator("text", { hasText: /^S1$/ }).boundingBox();
  const fill = await picture.locator(".f-ink").first().evaluate((text) => getComputedStyle(text).fill);
  assert.equal(fill, "rgb(27, 31, 36)", "its colours are the page's");
  deliver();
  await visit.started();
  await picture.waitFor({ state: "detached" });
  assert.deepEqual(await page.locator("netsplit-stage").boundingBox(), before);
  const node = await placeOf(page, /^S1/);
  assert.ok(Math.abs(node.x - ((name?.x ?? 0) + (name?.width ?? 0) / 2)) < 2, "the node stands where it stood");
  assert.ok(Math.abs(node.y - ((name?.y ?? 0) + (name?.height ?? 0) / 2)) < 12, "the node stands where it stood");
  const other = await lab.visit(t, { path: "#raft/split-vote", calm: true, started: false });
  await other.page.locator("netsplit-stage canvas").waitFor({ state: "attached" });
  assert.equal(await other.page.locator(".opening").count(), 0, "another run has another opening");
});

test("the address names scenario and seed; back and forward follow", async (t) => {
  const { page } = await lab.visit(t, { path: "#raft/split-vote?seed=11", calm: true });
  const title = page.locator(".crumb");
  const split = await title.innerText();
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("tab", { name: "Inspect" }).click();
  await page.getByRole("definition").filter({ hasText: /^11$/ }).waitFor();
  await page.getByRole("button", { name: "Scenarios" }).click();
  await page.getByRole("link", { name: /^Crash the leader/ }).first().click();
  await page.waitForFunction((before) => document.querySelector(".crumb")?.textContent !== before, split);
  assert.match(page.url(), /#raft\/leader-crash$/);
  await page.goBack();
  await page.waitForFunction((before) => document.querySelector(".crumb")?.textContent === before, split);
  await page.goForward();
  await page.waitForFunction((before) => document.querySelector(".crumb")?.textContent !== before, split);
});

test("what an address names and nobody knows is said, and the lab opens all the same", async (t) => {
  const strange = await lab.visit(t, { path: "#raft/leader-crash?colour=blue", calm: true });
  await strange.page.locator("netsplit-notice", { hasText: "names colour, which the lab does not know" }).waitFor();
  const missing = await lab.visit(t, { path: "#raft/no-such-thing", calm: true });
  await missing.page.locator("netsplit-notice", { hasText: "no-such-thing" }).waitFor();
  assert.ok((await cursor(missing.page)).event > 0);
});

test("on a telephone everything that is needed first is in one column, and a tap unfolds the story", async (t) => {
  const { page } = await lab.visit(t, { size: sizes.phone, touch: true, calm: true });
  const sentences = page.locator(".story-head p");
  assert.equal(await sentences.isVisible(), false);
  await page.locator(".unfold").tap();
  await sentences.waitFor();
  const box = await page.locator("netsplit-stage").boundingBox();
  assert.equal(box?.height, 280);
  const transport = await page.locator("netsplit-time").boundingBox();
  assert.equal(Math.round((transport?.y ?? 0) + (transport?.height ?? 0)), sizes.phone.height, "the transport is at the foot");
});

for (const size of [
  { width: 360, height: 740 },
  { width: 320, height: 740 },
  { width: 360, height: 640 },
  { width: 720, height: 450 },
]) {
  test(`stage and caption are in view at ${size.width} x ${size.height}, also while cutting`, async (t) => {
    const { page } = await lab.visit(t, { size, touch: size.width < 400, calm: true });
    const foot = (await page.locator("netsplit-time").boundingBox())?.y ?? 0;
    const caption = await page.locator("netsplit-caption").boundingBox();
    assert.ok(caption && caption.height >= 40 && caption.y + caption.height <= foot, `the caption ends above the transport: ${JSON.stringify(caption)}, ${foot}`);
    assert.ok(await page.getByRole("heading", { name: "Netsplit" }).isVisible());
    const stage = await page.locator("netsplit-stage").boundingBox();
    const cut = page.getByRole("button", { name: "Cut the network.." });
    await cut.evaluate((button) => /** @type {HTMLElement} */ (button).click());
    const sheet = await page.locator(".cut-sheet").boundingBox();
    assert.deepEqual(await page.locator("netsplit-stage").boundingBox(), stage);
    if (size.height >= 700) assert.ok(stage && sheet && stage.y + stage.height <= sheet.y, JSON.stringify({ stage, sheet }));
  });
}

for (const width of [320, 360, 768, 1280, 1920]) {
  test(`nothing scrolls sideways at ${width}`, async (t) => {
    const { page } = await lab.visit(t, { size: { width, height: 740 }, touch: width < 768, calm: true });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(await overflow(), 0);
    await page.getByRole("button", { name: "Details" }).click();
    assert.equal(await overflow(), 0, "with the panel open");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Cut the network.." }).click();
    assert.equal(await overflow(), 0, "while cutting");
  });
}
