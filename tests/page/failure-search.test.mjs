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
  const visit = await lab.visit(t, { path: "?tab=properties#raft/leader-crash", ...calm });
  const { page } = visit;
  // From where `tests/failures.rs` searches, too.
  await page.evaluate(async () => {
    const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
    await app.loadRest("all", true);
    app.openBeside({ plan: { ...app.lab.plan(), mutants: ["no_self_vote"] } });
    await app.seekTime(1_204_000);
  });
  await page.getByRole("button", { name: "Search for a failure from here" }).click();
  await told(page).getByText(/^Found in run [\d,]+: .* falls at .*\. The future before is kept\.$/).waitFor({ timeout: 60_000 });
  assert.match(await caption(page), /is violated at/);
  await page.locator("netsplit-properties li.violated").first().waitFor();
  await visit.assertAccessible();

  // What it does not need is left out, in a branch of its own.
  await page.locator("netsplit-caption").getByRole("button", { name: "Shortest run" }).click();
  await page.locator(".caption-text", { hasText: /It takes \d+ of \d+ things done by hand|none can be left out|Nothing was done by hand/ }).waitFor();
  await page.locator("netsplit-caption").getByRole("button", { name: "Witness" }).waitFor();
});

test("a search can be stopped, goes on where it was, and says that it is no proof", async (t) => {
  const { page } = await lab.visit(t, { path: "?tab=properties#raft/first-election", ...calm });
  await page.getByRole("button", { name: "Search for a failure from here" }).click();
  await told(page).getByText(/^[1-9][\d,]* runs, [\d,]+ events so far\.$/).waitFor();
  await page.getByRole("button", { name: "Stop the search" }).click();
  const longer = page.getByRole("button", { name: "Search longer" });
  await longer.waitFor();
  const text = await told(page).innerText();
  assert.match(text, /^No violation in [\d,]+ runs, [\d,]+ events\. This is not a proof\.$/);
  const runs = Number(/in ([\d,]+)/.exec(text)?.[1]?.replaceAll(",", ""));
  await longer.click();
  await page.waitForFunction((runs) => Number(/([\d,]+) runs/.exec(document.querySelector("netsplit-properties [role=status]")?.textContent ?? "")?.[1]?.replaceAll(",", "")) > runs, runs);
});

test("the wasm searches as the native lab does, and makes a run as short", async (t) => {
  const { page } = await lab.visit(t, calm);
  const found = await page.evaluate(async () => {
    const { Lab } = await import(new URL("netsplit.js", location.href).href);
    const { plan } = { plan: Lab.open({ scenario: "raft/leader-crash" }).value.plan() };
    const run = Lab.open({ plan: { ...plan, mutants: ["no_self_vote"] } }).value;
    await run.seekTime(1_204_000);
    const before = run.cursor().event;
    const half = await run.searchFailure({ runs: 30 });
    const searched = await run.searchFailure({ runs: 370, events: 1e9 });
    const { branch, event } = searched.value.found;
    const stayed = run.cursor().event === before;
    run.switchBranch(branch);
    await run.seekEvent(event);
    const { property } = searched.value.found;
    const fell = run.verdicts().some((/** @type {any} */ verdict) => verdict.property === property && verdict.status === "violated");
    const shortest = await run.shortest(property);
    return { half: half.value, searched: searched.value, stayed, fell, shortest: shortest.value };
  });
  // The same figures as in tests/failures.rs.
  assert.deepEqual([found.half.runs, found.half.found], [30, null]);
  const { runs, events, found: failure } = found.searched;
  assert.deepEqual([failure.property, failure.event, failure.at_us, runs, events], ["election-safety", 746, 2_914_877, 57, 168_437]);
  assert.ok(found.stayed && found.fell);
  assert.ok(found.shortest.kept.length > 0 && found.shortest.kept.length < 45 && found.shortest.left_out.length > 0);
  assert.equal(found.shortest.kept.length + found.shortest.left_out.length, 45);
});
