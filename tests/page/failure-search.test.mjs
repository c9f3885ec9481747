// @ts-check
// The search for a failure, in the tab Properties.
import assert from "node:assert/strict";
import { test } from "node:test";
import { laboratory } from "./harness.mjs";
import { caption } from "./reading.mjs";

const lab = laboratory();
const calm = { calm: true };

/** @param {import("playwright-core").Page} page what the search says */
const told = (page) => page.locator("netsplit-properties [role=status]");

test("with a broken rule the search finds a run in which a property falls, opens it there, and keeps the run before", async (t) => {
  const visit = await lab.visit(t, { path: "?tab=properties#raft/first-election", ...calm });
  const { page } = visit;
  // With the rule that most is seen of, and from the start.
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.loadRest("all", true);
    app.openBeside({ plan: { ...app.lab.plan(), mutants: ["no_persist_vote", "clear_vote_same_term"] } });
  });
  await page.getByRole("button", { name: "Search for a failure from here" }).click();
  await told(page).getByText(/^Found in run \d+: it is open/).waitFor({ timeout: 60_000 });
  assert.match(await caption(page), /is violated at/);
  await page.locator("netsplit-properties li.violated").first().waitFor();
  await page.getByRole("button", { name: /^Back to/ }).first().waitFor();
  await visit.assertAccessible();
});

test("a search can be stopped, goes on where it was, and says that it is no proof", async (t) => {
  const { page } = await lab.visit(t, { path: "?tab=properties#raft/first-election", ...calm });
  await page.getByRole("button", { name: "Search for a failure from here" }).click();
  await told(page).getByText(/^[1-9]\d* runs, [\d,]+ events so far\.$/).waitFor();
  await page.getByRole("button", { name: "Stop the search" }).click();
  const longer = page.getByRole("button", { name: "Search longer" });
  await longer.waitFor();
  const text = await told(page).innerText();
  assert.match(text, /^No violation in \d+ runs, [\d,]+ events\. This is not a proof\.$/);
  const runs = Number(/\d+/.exec(text)?.[0]);
  await longer.click();
  await page.waitForFunction((runs) => Number(/\d+/.exec(document.querySelector("netsplit-properties [role=status]")?.textContent ?? "")?.[0]) > runs, runs);
});
