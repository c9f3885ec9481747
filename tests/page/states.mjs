// @ts-check
/**
 * The states in which the page is looked at, by axe and by people: how to get into each from the page as it opens, and
 * back. They are walked in order, in one window.
 *
 * @typedef {import("playwright-core").Page} Page
 * @typedef {{ name: string, enter: (page: Page) => Promise<void>, leave?: (page: Page) => Promise<void> }} State
 */

/** @param {Page} page */
const escape = (page) => page.keyboard.press("Escape");

/** @param {Page} page no dialog is there: one that is hidden takes keys until it is gone */
const gone = (page) => page.waitForFunction(() => !document.querySelector("dialog"));

/** @param {Page} page @param {string} name */
async function closeDialog(page, name) {
  await escape(page);
  await page.getByRole("dialog", { name, exact: true }).waitFor({ state: "detached" });
  await gone(page);
}

/** @param {string} button @param {(page: Page) => Promise<unknown>} [ready] @returns {State} one of the header's dialogs */
const dialog = (button, ready = async () => {}) => ({
  name: `dialog ${button.toLowerCase()}`,
  enter: async (page) => {
    await page.getByRole("button", { name: button, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await ready(page);
  },
  leave: async (page) => {
    await escape(page);
    await gone(page);
  },
});

/** @param {string} name @param {(page: Page) => Promise<unknown>} [ready] @returns {State} */
const tab = (name, ready = async () => {}) => ({
  name: `tab ${name.toLowerCase()}`,
  enter: async (page) => {
    if (await page.locator("netsplit-panel").isHidden()) await page.getByRole("button", { name: "Details", exact: true }).click();
    await page.getByRole("tab", { name, exact: true }).click();
    await page.locator(`netsplit-${name.toLowerCase()} *`).first().waitFor({ state: "attached" });
    await ready(page);
  },
  leave: async (page) => {
    await escape(page);
    await page.locator("netsplit-panel").waitFor({ state: "hidden" });
  },
});

/** @param {Page} page the story's next step, as its button does it */
async function nextStep(page) {
  // In a lecture hall there is no story: the lecturer does it by menu.
  if (await page.locator("button.primary").isVisible()) await page.locator("button.primary").click();
  else {
    await page.getByRole("button", { name: "Crash..", exact: true }).click();
    await page.getByRole("menuitem", { name: /leader/ }).click();
  }
  await page.locator(".steps li.done").first().waitFor({ state: "attached" });
}

/** What can be seen of one run of the default scenario. @type {State[]} */
export const states = [
  { name: "opening", enter: async () => {} },
  {
    name: "story unfolded",
    enter: async (page) => {
      if (await page.locator(".unfold").isVisible()) await page.locator(".unfold").click();
      if (await page.locator(".story-guess summary").isVisible()) await page.locator(".story-guess summary").click();
    },
    leave: async (page) => {
      if (await page.locator(".story-guess summary").isVisible()) await page.locator(".story-guess summary").click();
      if (await page.locator(".unfold").isVisible()) await page.locator(".unfold").click();
    },
  },
  {
    name: "menu",
    enter: async (page) => {
      await page.getByRole("button", { name: "Crash..", exact: true }).click();
      await page.getByRole("menu").waitFor();
    },
    leave: async (page) => {
      await escape(page);
      await page.getByRole("menu").waitFor({ state: "hidden" });
    },
  },
  {
    name: "cutting",
    enter: async (page) => {
      await page.getByRole("button", { name: "Cut the network.." }).click();
      await page.locator(".cut-sheet").waitFor();
    },
    leave: async (page) => {
      await escape(page);
      await page.locator(".cut-sheet").waitFor({ state: "hidden" });
    },
  },
  {
    name: "dialog request",
    enter: async (page) => {
      await page.getByRole("button", { name: "Send a request.." }).click();
      await page.getByRole("dialog").waitFor();
    },
    leave: (page) => closeDialog(page, "Send a request"),
  },
  { name: "crashed", enter: nextStep },
  {
    name: "dialog why",
    enter: async (page) => {
      await page.locator("netsplit-caption").getByRole("button", { name: "Why?" }).click({ timeout: 1000 }).catch(async () => {
        // What was done by hand has no reason but that: the event after it does. Arrows are the toolbar's own while it has the focus.
        await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
        await page.keyboard.press("Shift+ArrowRight");
        await page.locator("netsplit-caption").getByRole("button", { name: "Why?" }).click();
      });
      await page.getByRole("dialog", { name: "Why?", exact: true }).waitFor();
      await page.locator(".decided[aria-busy]").waitFor({ state: "detached" });
    },
    leave: (page) => closeDialog(page, "Why?"),
  },
  {
    name: "cut and branches",
    enter: async (page) => {
      await page.keyboard.press("Shift+ArrowLeft");
      await page.keyboard.press("Shift+ArrowLeft");
      await page.getByRole("button", { name: "Cut the network.." }).click();
      await page.getByRole("button", { name: "Apply" }).click();
      await page.getByRole("button", { name: "Heal the network" }).waitFor();
      await page.locator(".branches .branch").first().waitFor();
    },
  },
  {
    name: "all branches",
    enter: async (page) => {
      await page.locator("netsplit-branches [data-key=unfold]").click();
      await page.locator(".branch-sheet .branch").nth(1).waitFor();
    },
    leave: async (page) => {
      await escape(page);
      await page.locator(".branch-sheet").waitFor({ state: "hidden" });
      await page.locator("netsplit-branches > .branch-tree").waitFor();
    },
  },
  {
    name: "two branches compared",
    enter: async (page) => {
      await page.locator("netsplit-branches [data-key=compare]").click();
      await page.getByRole("menuitem", { name: /^Compare with / }).first().click();
      await page.locator("netsplit-compare .compare-text").waitFor({ state: "attached" });
      await page.waitForFunction(() => location.hash.includes("*"));
    },
    leave: async (page) => {
      await escape(page);
      await page.locator("netsplit-compare").waitFor({ state: "detached" });
    },
  },
  {
    name: "node menu",
    enter: async (page) => {
      await page.getByRole("listbox", { name: /^Cluster/ }).focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.getByRole("menu").waitFor();
    },
    leave: async (page) => {
      await escape(page);
      await page.getByRole("menu").waitFor({ state: "hidden" });
    },
  },
  tab("Inspect", (page) => page.locator("netsplit-inspect dl").first().waitFor()),
  tab("Events"),
  tab("Properties"),
  tab("Faults", async (page) => {
    for (const summary of await page.locator("netsplit-faults summary").all()) await summary.click();
    await page.locator("netsplit-faults details[open] select").first().waitFor();
  }),
  tab("Rules", (page) => page.locator("netsplit-rules .code").first().waitFor({ state: "attached", timeout: 5000 }).catch(() => {})),
  {
    name: "log",
    enter: async (page) => {
      await page.getByRole("tab", { name: "Log", exact: true }).click();
    },
    leave: async (page) => {
      await page.getByRole("tab", { name: "Cluster", exact: true }).click();
    },
  },
  dialog("Scenarios", (page) => page.locator(".card img").first().waitFor({ state: "attached" })),
  dialog("Share", async (page) => {
    await page.getByText("Embed", { exact: true }).click();
    await page.frameLocator(".embed-preview iframe").locator(".poster img").waitFor();
  }),
  dialog("Display"),
  dialog("Help"),
  {
    name: "stopped",
    enter: async (page) => {
      await page.evaluate(async () => {
        const { Lab } = await import(new URL("netsplit.js", location.href).href);
        const { step } = Lab.prototype;
        Lab.prototype.step = () => {
          Lab.prototype.step = step;
          throw new WebAssembly.RuntimeError("unreachable executed");
        };
      });
      await page.keyboard.press("ArrowRight");
      await page.locator("netsplit-failure").waitFor();
    },
    leave: async (page) => {
      await page.getByRole("button", { name: "Start over" }).click();
      await page.locator("netsplit-failure").waitFor({ state: "hidden" });
    },
  },
];

/** @param {Page} page a violation: another scenario, played out */
export async function violate(page) {
  await page.goto(new URL("#raft/even-majority", page.url()).href);
  await page.locator("netsplit-views [role=status]", { hasText: "even_majority" }).waitFor({ state: "attached" });
  await page.evaluate(() => {
    const speed = /** @type {HTMLSelectElement} */ (document.querySelector("netsplit-time select"));
    speed.value = "1000";
    speed.dispatchEvent(new Event("change"));
  });
  await page.keyboard.press("k");
  await page.locator(".caption-text", { hasText: "violated" }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
}
