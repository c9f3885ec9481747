// @ts-check
/**
 * Clusters of hundreds of servers for page tests and benchmarks: a plan as Share saves it, opened as a file is.
 *
 * @param {number} servers @param {number} [clients]
 */
export const plan = (servers, clients = 1) => ({
  system: "raft",
  cluster: { servers, clients },
  workload: {
    operations: [],
    generator: {
      start_us: 1_000_000,
      end_us: 600_000_000,
      every_us_min: 100_000,
      every_us_max: 300_000,
      keys: 3,
      mix: [["put", 1]],
    },
  },
  network: { default: { delay_us_min: 1_000, delay_us_max: 5_000, loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, reorder_us_max: 0 }, rules: [] },
  disk: { fsync_us_min: 500, fsync_us_max: 1_000, lose_unsynced_ppm: 1_000_000, torn_tail_ppm: 0 },
  clocks: [],
  // Wide for the time that a message takes: so seldom two stand for election at once.
  settings: [
    { name: "election_timeout_us_min", value: 300_000 },
    { name: "election_timeout_us_max", value: servers > 7 ? 5_000_000 : 900_000 },
  ],
  mutants: [],
  faults: [],
  seed: 7,
  interventions: [],
});

/**
 * Opens such a cluster in the page, at a time when it has a leader and a client that writes.
 *
 * @param {import("playwright-core").Page} page @param {number} servers
 */
export async function openCrowd(page, servers) {
  const why = await page.evaluate(
    async ({ plan, servers }) => {
      const { app } = /** @type {any} */ (document.querySelector("netsplit-lab"));
      const refused = await app.openPlan(plan, `${servers} servers`);
      if (refused !== null) return refused;
      await app.seekTime(2_000_000);
      app.setSpeed(33);
      return null;
    },
    { plan: plan(servers), servers },
  );
  if (why !== null) throw new Error(why);
}
