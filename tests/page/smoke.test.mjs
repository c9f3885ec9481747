// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory, sizes } from "./harness.mjs";

const lab = laboratory();

// Every visit also fails on console errors, missing files and requests to other sites.

test("the page starts below any path of a host", async (t) => {
  const visit = await lab.visit(t);
  assert.match(await visit.page.title(), /Netsplit$/);
  await visit.screenshot("smoke-desktop");
});

test("the page starts on a telephone, in the dark, and nothing scrolls sideways", async (t) => {
  const visit = await lab.visit(t, { size: sizes.phone, theme: "dark", touch: true });
  const overflow = await visit.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(overflow, 0);
  await visit.screenshot("smoke-phone");
});

test("of the wasm, the first part is all that the first load waits for; no part is loaded twice", async (t) => {
  const visit = await lab.visit(t);
  const wasm = () => visit.requests.filter((url) => url.endsWith(".wasm"));
  assert.equal(wasm()[0], `${lab.url}netsplit_bg.wasm`);
  await visit.page.waitForFunction(() => performance.getEntriesByType("resource").some((entry) => /part0-[0-9a-f]{8}\.wasm$/.test(entry.name)));
  assert.equal(new Set(wasm()).size, wasm().length);
});

test("the page's security policy refuses code that is not the page's own", async (t) => {
  const visit = await lab.visit(t);
  visit.expectComplaint(/Content Security Policy/);
  await visit.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.documentElement.dataset.injected = 'yes'";
    document.head.append(script);
  });
  assert.equal(await visit.page.getAttribute(":root", "data-injected"), null);
});

test("the opening page has no accessibility problem that axe can find", async (t) => {
  const visit = await lab.visit(t);
  await visit.assertAccessible();
});

test("the published page carries nothing of the build: no reload script, no Trunk attributes", async () => {
  const html = await (await fetch(lab.url)).text();
  assert.doesNotMatch(html, /data-trunk|__TRUNK|trunk\/ws/);
});
