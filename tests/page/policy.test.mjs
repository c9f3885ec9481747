// @ts-check
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** @param {string} html @returns {Map<string, string[]>} the directives of its security policy */
function policyOf(html) {
  const [, content = ""] = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html) ?? [];
  const directives = content.split(";").map((directive) => directive.trim().split(/\s+/));
  return new Map(directives.map(([name = "", ...values]) => [name, values]));
}

test("every page has the strict policy, before anything that loads", async () => {
  const files = await readdir(DIST, { recursive: true });
  const pages = files.filter((file) => file.endsWith(".html"));
  assert.ok(pages.includes("index.html"));
  for (const page of pages) {
    const html = await readFile(`${DIST}${page}`, "utf8");
    const policy = policyOf(html);
    assert.deepEqual(policy.get("default-src"), ["'none'"], page);
    assert.deepEqual(policy.get("script-src"), ["'self'", "'wasm-unsafe-eval'"], page);
    assert.deepEqual(policy.get("base-uri"), ["'none'"], page);
    assert.deepEqual(policy.get("form-action"), ["'none'"], page);
    // Beside files of the site: the one style element, as it was published.
    const styles = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, style = ""]) => `'sha256-${createHash("sha256").update(style).digest("base64")}'`);
    assert.deepEqual(policy.get("style-src"), ["'self'", ...styles], page);
    assert.ok(styles.length <= 1, page);
    const own = ["'self'", "'none'", "data:", "blob:", "'wasm-unsafe-eval'", ...styles];
    for (const [name, values] of policy) {
      for (const value of values) assert.ok(own.includes(value), `${page}: ${name} ${value}`);
      if (name !== "img-src") assert.ok(!values.includes("data:") && !values.includes("blob:"), `${page}: ${name}`);
    }
    const first = html.search(/<(script|link|style|img|iframe)\b/);
    assert.ok(html.indexOf("Content-Security-Policy") < first, `${page}: the policy comes first`);
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)[^>]*>/, `${page}: no script of its own in the page`);
    assert.doesNotMatch(html, /\son[a-z]+\s*=\s*["']/, `${page}: no handlers in attributes`);
    assert.doesNotMatch(html, /\b(src|href|action)="(https?:)?\/\//, `${page}: names no other site`);
  }
});
