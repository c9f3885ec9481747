// @ts-check
/**
 * The messages between an embed and the page that it is in: `window.postMessage`, in both directions.
 *
 * Only the page whose origin the address names as `parent` is listened to and spoken to; what comes from elsewhere is
 * neither answered nor looked at. Every command is answered, with `done` or with `error`; an error has changed nothing. What
 * slides say to the frames on them (`slide:start`, `slide:stop`) is obeyed, and not answered; learning platforms are told the
 * height that the embed would like to have in their own words, too.
 *
 * @typedef {import("./embed.js").Embed} Embed
 * @typedef {import("./embed-commands.js").Command} Command
 * @typedef {import("./embed-commands.js").MessageId} MessageId
 * @typedef {import("./app.js").App} App
 */
import { t } from "./language.js";
import { readCommand, VERSION } from "./embed-commands.js";

/** How often the page is told of changes at most. */
const NOTICE_MS = 250;
/** Events that are told at once; of more, the last. */
const EVENTS_MAX = 64;
/** What a slide that has just come may take until it is seen. */
const APPEARS_MS = 2000;
const LOOK_MS = 100;
/** How far beyond what was played a page may send the cursor: further would keep the lab busy for long. */
const AHEAD_US_MAX = 600e6;
const AHEAD_EVENTS_MAX = 100_000;

/** @param {Embed} embed */
export function listen(embed) {
  const { parent } = window;
  const origin = embed.options.parent;
  if (parent === window || origin === null) return;
  const around = location.ancestorOrigins?.[0];
  if (around !== undefined && around !== origin) return;

  /** @param {string} type @param {object} [content] */
  const tell = (type, content = {}) => parent.postMessage({ netsplit: VERSION, type, ...content }, origin);
  /** @param {MessageId} id @param {string} code @param {string} message */
  const refuse = (id, code, message) => tell("error", { id, code, message });

  /** Commands are obeyed in the order in which they came. */
  let before = Promise.resolve();
  addEventListener("message", (event) => {
    if (event.source !== parent || event.origin !== origin) return;
    if (event.data === "slide:start" || event.data === "slide:stop") {
      before = before.then(() => turn(embed, event.data === "slide:start")).catch(() => {});
      return;
    }
    const read = readCommand(event.data);
    if (!read.ok) return refuse(read.id, read.code, t("The embed does not understand this message: {place}.", { place: read.place || "?" }));
    const step = async () => {
      const refused = await obey(embed, read.command);
      if (refused) return refuse(read.id, refused.code, refused.message);
      tell("done", { id: read.id, state: stateOf(embed.app) });
    };
    // Whatever becomes of one, the next is obeyed.
    before = before.then(step).catch(() => refuse(read.id, stopped().code, stopped().message));
  });
  void embed.loaded.then((app) => notice(app, tell));
  tell("ready", { state: stateOf(embed.app) });

  let width = 0;
  const measure = () => {
    // The height alone is what the page makes of it.
    if (innerWidth === width || innerWidth === 0) return;
    width = innerWidth;
    const height = heightOf(embed.options, width);
    tell("resize", { height });
    parent.postMessage({ subject: "lti.frameResize", height }, origin);
  };
  addEventListener("resize", measure);
  measure();
}

/** @param {import("./embed-options.js").EmbedOptions} options @param {number} width @returns {number} height with room for all that is asked for, CSS pixels */
export function heightOf({ story, actions }, width) {
  const stage = Math.min(600, 120 + Math.round(width / 2));
  // In wide frames the story stands beside the stage.
  return stage + (story && width < 900 ? 100 : 0) + (actions ? 50 : 0);
}

/** The slide that it stands on comes, or goes. @param {Embed} embed @param {boolean} comes */
async function turn(embed, comes) {
  if (!comes) return void (embed.app?.playing && embed.app.pause());
  if (!embed.options.slides) return;
  for (let waited = 0; waited < APPEARS_MS && !(await embed.visible()); waited += LOOK_MS) await new Promise((again) => setTimeout(again, LOOK_MS));
  if (await embed.visible()) await embed.play();
}

/** @param {Embed} embed @param {Command} command @returns {Promise<{ code: string, message: string } | null>} why not */
async function obey(embed, command) {
  if (command.type === "state" || (command.type === "pause" && !embed.app)) return null;
  // Out of view nothing is loaded, and nothing plays.
  if ((command.type === "play" || !embed.app) && !(await embed.visible())) {
    return { code: "out-of-view", message: t("The embed is out of view.") };
  }
  const app = await embed.load();
  const { lab } = app;
  if (!lab) return stopped();
  switch (command.type) {
    case "play":
      app.play();
      return null;
    case "pause":
      app.pause();
      return null;
    case "step":
      await (command.way === 1 ? app.step(command.kind) : app.stepBack(command.kind));
      return null;
    case "seek": {
      const { end_us, events } = lab.cursor();
      const far = "event" in command ? command.event > events + AHEAD_EVENTS_MAX : command.time_us > end_us + AHEAD_US_MAX;
      if (far) return { code: "too-far", message: t("That is too far beyond what was played.") };
      await ("event" in command ? app.seekEvent(command.event) : app.seekTime(command.time_us));
      return null;
    }
    case "open":
      return (await app.replace(command.address)) ? null : { code: "refused", message: app.caption.text };
  }
}

/** The lab cannot be loaded, or has stopped: it may do so while it obeys. */
const stopped = () => ({ code: "stopped", message: t("The lab does not run.") });

/** @param {App | null} app what a page is told of the run */
function stateOf(app) {
  const lab = app?.lab;
  if (!app || !lab) return { loaded: false, playing: false };
  const { at_us, event, events, end_us, playing } = lab.cursor();
  const verdicts = lab.verdicts();
  /** @param {string} status */
  const many = (status) => verdicts.filter((verdict) => verdict.status === status).length;
  return {
    loaded: true,
    playing,
    scenario: app.scenario?.id ?? "",
    seed: lab.seed(),
    at_us,
    event,
    events,
    end_us,
    caption: app.caption.text,
    steps: lab.steps().map((step) => step.done),
    goal: lab.goal(),
    verdicts: { holds: many("holds"), violated: many("violated"), unknown: many("unknown") },
    // Of a moment, which there is while it stands still.
    fingerprint: playing ? null : lab.fingerprint(),
  };
}

/** Tells the page of what changes from now on. @param {App} app @param {(type: string, content: object) => void} tell */
function notice(app, tell) {
  let told = "";
  let due = 0;
  let statuses = statusesOf(app);
  /** The run whose goal was met. */
  let completed = -1;
  let at = { run: app.run, branch: app.lab?.cursor().branch, event: app.lab?.cursor().event ?? 0 };

  const look = () => {
    due = 0;
    const state = stateOf(app);
    const text = JSON.stringify(state);
    if (text === told) return;
    told = text;
    tell("state", { state });
    const { lab } = app;
    if (!lab) return;
    const { branch, event } = lab.cursor();
    const onward = at.run === app.run && at.branch === branch && event > at.event;
    const rows = onward ? lab.recentEvents("story", EVENTS_MAX).filter((row) => row.n >= at.event) : [];
    for (const { n, at_us, kind, key, node, text } of rows) tell("event", { event: { n, at_us, kind, key, node, text } });
    const before = statuses;
    statuses = statusesOf(app);
    for (const { property, name, status, text, witness } of at.run === app.run ? lab.verdicts() : []) {
      if (before.get(property) === status) continue;
      tell("verdict", { verdict: { property, name, status, text, at_us: witness?.at_us ?? null, event: witness?.event_n ?? null } });
    }
    if (lab.goal() && completed !== app.run) {
      completed = app.run;
      tell("completed", { state });
    }
    at = { run: app.run, branch, event };
  };
  app.on(["open", "moment", "branches", "caption", "failed"], () => {
    due ||= window.setTimeout(look, NOTICE_MS);
  });
}

/** @param {App} app @returns {Map<string, string>} what is known of each property */
const statusesOf = ({ lab }) => new Map(lab?.verdicts().map(({ property, status }) => [property, status]));
