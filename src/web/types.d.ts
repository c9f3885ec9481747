/** Virtual time in microseconds. */
export type Microseconds = number;
/** A node's number. */
export type NodeId = number;
/** Id of an event, a message in flight or an item that can happen next: `n0#12`, `n0>n1#3`, `n0.timer#1`. */
export type Id = string;
/** Who wants to read something; `protocol` holds `story`, `everything` holds both. */
export type Level = "story" | "protocol" | "everything";
export type StepKind = "event" | "story";
export type ViewName = "cluster" | "log" | "leases" | "requests" | "plot" | "space-time";

/** What every call that can fail answers. An error means that nothing has changed. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: LabError };
export interface LabError {
  /** For programs: does not change with the language. */
  code: string;
  /** Name of an argument, or the way to a value; may be empty. */
  place: string;
  message: string;
  /** May be empty. */
  hint: string;
}

/** Told by `onPanic` before the instance stops. */
export interface PanicReport {
  message: string;
  scenario: string;
  seed: string;
  event: number;
  at_us: Microseconds;
  plan: object | null;
}

export type LabSource =
  | { scenario: string; seed?: number | bigint | string; plan?: object }
  | { plan: object; seed?: number | bigint | string }
  | { link: Uint8Array };
/** Code of a language; all but English are taught by `addLanguage`. */
export type Lang = "en" | "de";
export interface LabOptions { lang?: Lang }
export interface JobOptions { signal?: AbortSignal }
export interface RunUntilOptions extends JobOptions { limit_us?: Microseconds }
/** How many more futures are tried, and events executed. */
export interface SearchOptions extends JobOptions { runs?: number; events?: number }

export type FaultKind = "crash" | "pause" | "cut" | "messages" | "clock" | "disk";
export interface ScenarioCard {
  id: string;
  system: string;
  title: string;
  question: string;
  looks_for: string;
  level: "first" | "second" | "deep";
  minutes: number;
  mutants: string[];
  /** Ids of the properties that fall because of them. */
  falls: string[];
  /** Their names, in the same order. */
  falls_names: string[];
  /** What goes wrong in it, or can be made to by its steps. */
  faults: FaultKind[];
}
export interface ScenarioText {
  id: string;
  system: string;
  title: string;
  question: string;
  sentences: string;
  looks_for: string;
  /** Commands; `steps()` tells which are done. */
  steps: string[];
  /** `right` is a position in `answers`, from 0. */
  prediction: { question: string; answers: string[]; right: number } | null;
  happened: string;
  next: string[];
  sources: string[];
  level: "first" | "second" | "deep";
  minutes: number;
  view: ViewName;
  /** Virtual microseconds for each real millisecond. */
  pace: number;
  start_us: Microseconds;
  end_us: Microseconds;
}
export interface SystemText {
  id: string;
  behaviour: number;
  messages: { name: string; class: "request" | "reply" | "oneway"; shape: "data" | "control" | "election" }[];
  timers: string[];
  properties: { id: string; name: string; about: string }[];
  /** `rule` is the function that is replaced, `name` what is broken in a few words, `about` what it does instead. */
  mutants: { id: string; rule: string; falls: string; name: string; about: string; scenario: string; on: boolean }[];
  settings: { name: string; default: number; min: number; max: number }[];
  verbs: string[];
  views: ViewName[];
  nodes: { id: NodeId; name: string; client: boolean }[];
}

/** Whether a run is the one that its link promised. */
export interface Provenance {
  /** Version of the system's behaviour with which the link was made. */
  behaviour: number;
  behaviour_here: number;
  expected: string;
  /** null until the run has got to the link's cursor. */
  actual: string | null;
  matches: boolean | null;
  /** If it is another run: events up to which it is the same, and before which it differs; null if the link does not tell. */
  same_until: number | null;
  differs_before: number | null;
  /** In words, if it is another run. */
  text: string | null;
}

export interface Cursor {
  at_us: Microseconds;
  /** Number of executed events before the cursor. */
  event: number;
  events: number;
  end_us: Microseconds;
  branch: number;
  playing: boolean;
  /** Virtual microseconds for each real millisecond. */
  speed: number;
  /** Playing goes event by event, at no speed. */
  by_event: boolean;
  /** Acting here continues the branch. */
  at_end: boolean;
  /** How far into the microsecond after `at_us`, 0 to 1. */
  fraction: number;
  /** A seek or a `runUntil` is under way. */
  busy: boolean;
}
/** A failure, and where it is. */
export interface Failure {
  branch: number;
  /** Seeking there shows it. */
  event: number;
  at_us: Microseconds;
  /** The property's id, and its name. */
  property: string;
  name: string;
}
/** How far a search for a failure has got. */
export interface Searched {
  /** Futures that were tried to their end. */
  runs: number;
  events: number;
  found: Failure | null;
}
/** A failure that was made shorter. */
export interface Shortest {
  failure: Failure;
  /** What is still done by hand up to it, and what was left out. */
  kept: string[];
  left_out: string[];
  runs: number;
  events: number;
}
/** A step to the next story event. */
export interface StoryStep {
  /** quiet: nothing will ever happen again by itself; limit: things happen, but none of the story. */
  ended: "reached" | "quiet" | "limit";
  /** The event that was reached. */
  event: EventRow | null;
}
export interface TickResult {
  /** The picture may have changed. */
  moved: boolean;
  events: number;
  paused_by: "violation" | "step" | "goal" | "quiet" | null;
  /** It was on the branch that is compared with. */
  paused_there: boolean;
  /** The time for this tick was spent before the cursor got where it should be. */
  behind: boolean;
  /** The newest story event before the cursor, if it is another one than after the last tick. */
  story: EventRow | null;
}

export interface EventRow {
  /** Index on the branch, from 0. */
  n: number;
  id: Id;
  at_us: Microseconds;
  /** What was executed: the message, the timer, the write, the operation, the action; null where there is none. */
  item: Id | null;
  node: NodeId | null;
  kind: EventKind;
  key: string;
  level: Level;
  text: string;
  rule: string | null;
  notes: { key: string; level: Level; text: string; rule: string | null }[];
  cause_n: number | null;
}
/** What became of a message: delivered or lost, where and when, and the event in which that happened. */
export interface Fate { text: string; event: EventRow }
export type EventKind =
  | "started" | "delivered" | "timer-fired" | "persisted" | "write-failed" | "invoked"
  | "crashed" | "paused" | "resumed" | "lost" | "acted" | "missed";

export interface Branch {
  id: number;
  name: string;
  parent: number | null;
  /** Index of its first own event. */
  from_event: number;
  from_us: Microseconds;
  events: number;
  end_us: Microseconds;
  current: boolean;
  /** What was done by hand on it, in order; `missed`: its target was not there. */
  interventions: { n: number; at_us: Microseconds; action: Action; text: string; missed: boolean }[];
}
/** They share `position` events. */
export interface Divergence { position: number; event_a: EventRow | null; event_b: EventRow | null; at_us: Microseconds; text: string }
/** Where the cursor on the branch stands that is compared with; `there`: at the time of the other cursor. */
/** `at_us` is how far it has come, as long as it is not at the cursor's time, `there`. */
export interface Compared { branch: number; name: string; there: boolean; at_us: number; event: number; latest: EventRow | null }
export interface Glance { latest: EventRow | null }
/**
 * `done` of the actions were done; `event` is the last one's. While branches are compared: `refused` is why nothing was done on the
 * current one, and `there` what became of the same on the other.
 */
export interface Acted {
  done: number;
  branched: boolean;
  branch: number;
  event: EventRow | null;
  refused: string | null;
  there: { branched: boolean; refused: string | null } | null;
}

export interface Field { key: string; label: string; value: string }
export interface NodeRow {
  id: NodeId;
  name: string;
  client: boolean;
  role: { key: string; name: string; letter: string };
  epoch: number | null;
  status: "running" | "crashed" | "paused" | "halted" | "not-started";
  /** Waiting, and of how many; null if it is not slow. */
  queue: [number, number] | null;
  wall_skew_us: number;
  rate_ppm: number;
  fields: Field[];
  timers: { name: string; item: Id; due_us: Microseconds; set_us: Microseconds; main: boolean }[];
  /** `conflict` is the first position at which another running node holds a different entry. */
  log: { first: number; last: number; committed: number; applied: number; conflict: number | null } | null;
  peers: { node: NodeId; next: number; matched: number; inflight: number }[];
  votes: NodeId[];
  disk: { intact: number; damaged: number; unsynced: number };
  spoken: string;
}
export interface MessageRow {
  id: Id;
  from: NodeId;
  to: NodeId;
  kind: number;
  kind_name: string;
  sent_us: Microseconds;
  /** null while it is held or queued. */
  due_us: Microseconds | null;
  lost: boolean;
  copy: boolean;
  waiting: boolean;
  delayed: boolean;
  count: number;
  size_bytes: number;
  epoch: number | null;
  faint: boolean;
  answer: boolean | null;
  fields: Field[];
  spoken: string;
}
export interface LinkRow {
  from: NodeId;
  to: NodeId;
  cut: boolean;
  clogged_until_us: Microseconds | null;
  held: boolean;
  /** Requests, replies, one-way messages. */
  loss_ppm: [number, number, number];
  duplicate_ppm: number;
  reorder_ppm: number;
  delay_us: [Microseconds, Microseconds] | null;
  spoken: string;
}
export interface CutRow { cut: Cut; spoken: string }
export interface EntryRow {
  index: number;
  epoch: number;
  label: string;
  state: "appended" | "committed" | "applied";
  conflict: boolean;
  spoken: string;
}
export interface Mark {
  at_us: Microseconds;
  event: number;
  shape: "epoch" | "commit" | "fault" | "violation" | "intervention";
  label: string;
}
export interface OperationRow {
  client: NodeId;
  name: string;
  n: number;
  process: number;
  request: string;
  invoked_us: Microseconds;
  returned_us: Microseconds | null;
  outcome: "ok" | "fail" | "unknown" | "pending";
  response: string | null;
}
export interface VerdictRow {
  property: string;
  name: string;
  status: "holds" | "violated" | "unknown";
  text: string;
  witness: { at_us: Microseconds; event_n: number | null; events: number[]; nodes: NodeId[]; indexes: number[] } | null;
}
/**
 * `until` is the predicate that makes the step done, as `runUntil` takes it. `action` is what does the step as things stand;
 * null if nothing can, or if the step is to watch.
 */
export interface StepState { done: boolean; text: string; until: string; action: Action | null }
export interface EnabledRow { item: Id; due_us: Microseconds; kind: EventKind; node: NodeId; text: string }

/** How a picture is wanted; logical pixels. */
export interface PaintOptions {
  width: number;
  height: number;
  /** Bitmap pixels for each logical pixel. */
  dpr?: number;
  theme?: "light" | "dark" | "forced";
  selected?: string | null;
  hover?: string | null;
  focus?: string | null;
  /** Islands that are being drawn and are not yet applied. */
  islands?: NodeId[][] | null;
  layout?: "ring" | "row" | "two-sites";
  /** Nodes that were moved by hand: parts (0 to 1) of width and height. */
  moved?: [NodeId, number, number][];
  /** Nodes that are selected together. */
  chosen?: NodeId[];
  /** Zoom from 1, and which point is in the middle: parts (0 to 1) of width and height. */
  camera?: [number, number, number] | null;
  /** The first position of the log grid; the newest ones if it is null. */
  log_first?: number | null;
  /** How many rows of the log grid lie above. */
  log_row?: number;
  reduced_motion?: boolean;
  /** The page says elsewhere which properties fell: no chip repeats it. Broken rules are always said. */
  verdicts_elsewhere?: boolean;
  /** The picture is of the branch that is compared with. */
  there?: boolean;
}
export interface Target { id: string; label: string; x: number; y: number; width: number; height: number }

/** How many nodes run, stand still, are crashed or halted, have not started; and whether a cut is open. */
export interface Census { running: number; paused: number; down: number; not_started: number; cut: boolean }
/** Which part of the logs is in view: positions, and rows. `newest` is the first position if one looks at the newest. */
export interface LogPart { first: number; last: number; newest: number; row: number; rows: number; of: number }

/** A directed link: sender, receiver. */
export type Link = [NodeId, NodeId];
export type Cut =
  | { islands: NodeId[][] }
  | { bridge: { bridge: NodeId; left: NodeId[]; right: NodeId[] } }
  | { ring: NodeId[] }
  | { "one-way": { from: NodeId[]; to: NodeId[] } }
  | { isolate: NodeId }
  | { links: Link[] };
export interface Operation { verb: string; key: string; args: number[]; target?: NodeId | null }
export interface ChannelRule {
  select: { from?: NodeId[]; to?: NodeId[]; class?: "request" | "reply" | "oneway" | null; kind?: number | null };
  set: {
    delay_us?: [Microseconds, Microseconds] | null;
    loss_ppm?: number | null;
    duplicate_ppm?: number | null;
    reorder_ppm?: number | null;
    reorder_us_max?: Microseconds | null;
  };
}
/** Everything that can be done to a world. */
export type Action =
  | { crash: NodeId }
  | { restart: { node: NodeId; empty: boolean } }
  | { pause: NodeId }
  | { resume: NodeId }
  | { slow: { node: NodeId; service_us: Microseconds; queue: number } }
  | { cut: Cut }
  | { heal: Link[] }
  | { channel: ChannelRule }
  | "reset-channels"
  | { clog: { links: Link[]; for_us: Microseconds } }
  | { "swizzle-clog": { nodes: NodeId[]; step_us: Microseconds; free_order: number[] } }
  | { hold: Link[] }
  | { release: Link[] }
  | { message: { message: Id; act: "deliver" | "drop" | "duplicate" | { delay: Microseconds } | { swap: Id } } }
  | { clock: { node: NodeId; act: { jump: number } | { rate: number } } }
  | {
      disk: {
        node: NodeId;
        act:
          | { fsync: [Microseconds, Microseconds] }
          | { "lose-unsynced": number }
          | { "torn-tail": number }
          | { corrupt: number }
          | { misdirect: number }
          | { full: boolean };
      };
    }
  | { request: { client: NodeId; operation: Operation } }
  | { choose: Id }
  /** Everything drawn from now on is drawn anew: a whole number below 2^32 says how. */
  | { redraw: number };

/** The format of ShiViz and GoVector, or one JSON object a line. */
export type TraceFormat = "shiviz" | "jsonl";
export interface TraceOptions {
  /** Without it: what the first line of the file looks like, whatever its encoding; if there is a parser, `shiviz`. */
  format?: TraceFormat | null;
  /** The parser, if the file does not begin with it; the delimiter then, too. */
  parser?: string | null;
  delimiter?: string | null;
  /** Bytes of the file, if they are known. */
  size?: number;
}
/** What a file of another program holds. */
export interface TraceText {
  /** Something of it is missing, or cannot be true. */
  partial: boolean;
  /** Those with most events first; hosts with their number of events. */
  executions: { name: string; events: number; left_out: number; hosts: [string, number][]; partial: boolean }[];
  findings: FindingRow[];
  unlisted: number;
}
export interface FindingRow {
  code: string;
  weight: "error" | "notice";
  /** From 1; 0 if it concerns the whole file, or a pattern that does not stand in it. */
  line: number;
  column: number;
  excerpt: string;
  message: string;
  /** What was expected. */
  hint: string;
}
export interface TraceEventRow {
  n: number;
  host: string;
  host_n: number;
  line: number;
  at_us: Microseconds | null;
  text: string;
  clock: [string, number][];
  fields: [string, string][];
  /** Events that it knows of directly, at other hosts. */
  parents: number[];
  before: number | null;
}

/** Whose an event of a diagram is: of the execution (0) or of the one beside it (1); and its place in that trace. */
export interface TraceOrigin { side: 0 | 1; n: number }
/** How two executions differ. Events that are in both may have heard of other events. */
export interface TraceDiff {
  names: [string, string];
  /** Where they differ first, or that they do not. */
  text: string;
  differences: number;
  same: number;
  only: [number, number];
  otherwise: number;
  /** Hosts that only one has. */
  hosts: [string[], string[]];
  /** A host differs so much that more of its events may be in both. */
  rough: boolean;
}
/** A stretch of a host in which they differ: the places of its events in each trace, and its first event in the diagram. */
export interface TraceDifference {
  n: number;
  text: string;
  host: string;
  otherwise: boolean;
  events: [number[], number[]];
  event: number | null;
}

// ---- the space-time diagram

/** How the diagram is wanted. Events are named by their index on the branch, lanes by number. */
export interface SpaceTimeLook {
  width: number;
  height: number;
  dpr?: number;
  theme?: "light" | "dark" | "forced";
  /** What lies along it: time in microseconds, or the order of events. */
  axis?: "time" | "order";
  /** The window, in units of the axis; all if `to` is not greater than `from`. */
  from?: number;
  to?: number;
  /** How far the lanes are scrolled, pixels. */
  scroll?: number;
  hidden?: number[];
  collapsed?: boolean;
  /** Events below it are faint. */
  level?: Level;
  selected?: number | null;
  /** A second selected event: the chain between the two is drawn. */
  other?: number | null;
  hover?: number | null;
  lane?: number | null;
  found?: number[];
  minimap?: boolean;
  /** What no picture may be without (a broken rule, a foreign trace) is in it; false only where it stands beside it. */
  chips?: boolean;
}
/** `drawn`: how many events can be drawn so far. `compared`: how far the run is compared with another branch, in thousandths; 1000 if with none. */
export interface SpaceTimeRead { read: number; all: number; drawn: number; compared: number }
export interface SpaceTimeLane { name: string; kind: "server" | "client" | "process"; events: number }
export interface SpaceTimePainted {
  /** All of the axis. */
  from: number;
  to: number;
  /** Where the window lies in the picture, pixels. */
  left: number;
  right: number;
  by_time: boolean;
  detail: "single" | "marks" | "density";
  /** False while what went through hidden lanes is still being looked for: paint again. */
  whole: boolean;
}
export interface SpaceTimeHit {
  kind: "event" | "message" | "lane" | "minimap" | "place";
  /** Of a message, the event in which it ends. */
  event: number | null;
  lane: number | null;
  /** Along the axis. */
  place: number | null;
  /** Events before the place. */
  n: number | null;
  text: string;
}
export type SpaceTimeWay = "later" | "earlier" | "effect" | "cause" | "above" | "below";
export interface SpaceTimeEvent {
  n: number;
  lane: number | null;
  text: string;
  place: number;
  /** For each lane, how many of its events happened before it or are it; empty if it is on no lane. */
  stamp: number[];
  past: number;
  future: number;
  heard: number[];
  sent: number[];
}
/** Along the axis, and in the picture: null if its lane is not drawn. */
export interface SpaceTimeWhere { place: number; x: number | null; y: number | null }
export interface SpaceTimeBetween {
  /** How the first stands to the second. */
  relation: "same" | "before" | "after" | "concurrent";
  chain: number[];
  messages: number;
}
/** A pattern: for each event its lane, in order; messages from one event of the list to a later one. */
export type SpaceTimeSought = { words: string } | { lanes: number[]; messages: [number, number][] };
/** `undecided`: at how many events the search for a pattern gave up, because too much had to be tried. */
export interface SpaceTimeSearch { read: number; all: number; found: number; undecided: number; done: boolean }
export interface SpaceTimeFound { index: number; events: number[]; text: string }
export interface SpaceTimeDiff { first: number | null; only_here: number; only_there: number }

/** What can show a diagram: a run, or an execution of a trace of another program. */
export type SpaceTimeSource = Pick<
  Lab,
  | "spaceTimeRead" | "spaceTimeLanes" | "spaceTimePaint" | "spaceTimeSvg" | "spaceTimeTargets" | "spaceTimeHit" | "spaceTimeWalk"
  | "spaceTimeEvent" | "spaceTimeWhere" | "spaceTimeBetween" | "spaceTimeSearch" | "spaceTimeSearchOn" | "spaceTimeFound"
>;
