// @ts-check
/** Steps to the next event of the story. Loaded when asked for. */
import { t } from "./language.js";
import { duration } from "./words.js";

/** How far a step looks for it, virtual microseconds. */
const FAR_US = 60_000_000;
/** So many steps may be asked for before the first is done. */
const STEPS_MAX = 3;
/** Steps that were asked for. */
let asked = 0;
let stepping = false;

/** Asked for again meanwhile, it goes on after the first. @param {import("./app.js").App | import("./app-time.js").Time} app */
export async function stepStory(app) {
  asked = Math.min(asked + 1, STEPS_MAX);
  if (stepping) return;
  stepping = true;
  try {
    for (; asked > 0; asked -= 1) if (!(await stepOnce(app))) return;
  } finally {
    asked = 0;
    stepping = false;
  }
}

/** @param {import("./app.js").App | import("./app-time.js").Time} app @returns {Promise<boolean>} whether there was one */
async function stepOnce(app) {
  const lab = app.need();
  const stepped = await lab.stepStory({ limit_us: lab.cursor().at_us + FAR_US });
  // Somebody has gone elsewhere.
  if (lab !== app.lab || (!stepped.ok && stepped.error.code === "replaced")) return false;
  const done = app.accept(stepped);
  if (!done) return false;
  const { ended, event } = done.value;
  const none = t("Nothing of the story happens in the next {time}. The run goes on.", { time: duration(FAR_US) });
  app.stepped(event, ended === "quiet" ? t("Nothing more will happen in this run.") : none);
  return ended === "reached";
}
