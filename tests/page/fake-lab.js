/**
 * The Lab handle with a canned run, for looking at the page without its wasm. It keeps the handle's contract; it is no
 * simulation: events come from a table, nodes change when the table says so. Never part of the published page.
 */
const NAMES = ["S1", "S2", "S3", "S4", "S5", "client 1"];
const STEP_US = 4000;
const ok = (value = null) => ({ ok: true, value });
const no = (message, hint = "") => ({ ok: false, error: { code: "refused", place: "", message, hint } });

export default async function init() {}

const CARDS = [
  { id: "raft/leader-crash", title: "Crash the leader", question: "Does a write survive the leader that took it?", system: "raft", level: "first", minutes: 5 },
  { id: "raft/split-vote", title: "A split vote", question: "What if two candidates ask at once?", system: "raft", level: "first", minutes: 5 },
  { id: "raft/figure-8", title: "Figure 8", question: "Why may a leader not commit an old entry by counting?", system: "raft", level: "deep", minutes: 12 },
];
export const scenarios = () => CARDS;
export const freshSeed = () => "4711";

const PROPERTIES = ["Election Safety", "Leader Append-Only", "Log Matching", "Leader Completeness", "State Machine Safety", "Term is monotonic"];

/** The n-th event of the canned future. */
function canned(n) {
  const at_us = n * STEP_US;
  const row = { n, id: `S${(n % 5) + 1}#${n}`, at_us, node: n % 5, kind: "delivered", level: "everything", key: "world.delivered", rule: null, notes: [], cause_n: n > 3 ? n - 3 : null };
  if (n % 40 === 20) return { ...row, level: "story", key: "raft.becomes-leader", text: `S${((n / 20) % 5) + 1} becomes leader of term ${1 + (n - 20) / 40} with 3 of 5 votes (S1, S3, S4).`, rule: "tally_votes" };
  if (n % 10 === 5) return { ...row, level: "story", key: "raft.commits", text: `S1 commits entry ${(n - 5) / 10 + 1}: it is on S1, S2 and S4.`, rule: "advance_commit" };
  if (n % 4 === 1) return { ...row, level: "protocol", key: "raft.votes", text: `S${(n % 5) + 1} grants its vote to S3 in term 1.`, rule: "grant_vote", notes: [{ key: "x", level: "protocol", text: "S3's log is as up to date as its own.", rule: "up_to_date" }] };
  return { ...row, text: `S${(n % 5) + 1} receives AppendEntries from S1.` };
}

export class Lab {
  static open(source) {
    const id = source.scenario;
    const card = CARDS.find((each) => each.id === id);
    if (!card) return no(`No scenario is called ${id}.`, "Scenarios lists them.");
    return ok(new Lab(card, String(source.seed ?? 7)));
  }
  constructor(card, seed) {
    Object.assign(this, { card, theSeed: seed, now: 300 * STEP_US, isPlaying: false, speed: 33, on: new Set() });
    this.all = [{ id: 0, name: "original", parent: null, from_event: 0, from_us: 0, byHand: [], end: 300 }];
    this.branch = 0;
  }
  free() {}
  get b() { return this.all[this.branch]; }
  get event() { return Math.min(this.b.end, Math.floor(this.now / STEP_US)); }
  row(n) {
    const hand = this.b.byHand.find((each) => each.n === n);
    return hand ?? canned(n);
  }
  scenario() {
    return { ...this.card, sentences: "Five servers keep one log; a client writes to it through their leader. Crash the leader and see who takes over.",
      steps: ["Crash the leader", "Watch who takes over", "Is the write there?"],
      prediction: null, goal: "z", happened: "A majority held the write, and a candidate needs votes from a majority: one of its voters had the entry, and voters refuse a log that is behind.", next: ["raft/split-vote"], sources: ["Ongaro and Ousterhout 2014, section 5.4.1."], view: "cluster", pace: "30 x slower" };
  }
  system() {
    return { id: "raft", behaviour: 1, messages: [], timers: ["election", "heartbeat"], properties: [], verbs: ["get", "put", "delete", "cas", "append"], views: ["cluster", "log"],
      mutants: ["no_persist_vote", "even_majority", "fig8"].map((id) => ({ id, rule: "tally_votes", falls: "Election Safety", name: `${id} in words`, about: "What it does.", scenario: "raft/figure-8", on: this.on.has(id) })),
      nodes: NAMES.map((name, id) => ({ id, name, client: id === 5 })) };
  }
  seed() { return this.theSeed; }
  fingerprint() { return (this.event * 2654435761).toString(16).padStart(32, "0"); }
  plan() { return { scenario: this.card.id, seed: this.theSeed, interventions: this.b.byHand.length }; }
  cursor() { return { at_us: Math.round(this.now), event: this.event, events: this.b.end, end_us: this.b.end * STEP_US, branch: this.branch, playing: this.isPlaying, speed: this.speed, at_end: this.event >= this.b.end, fraction: 0 }; }
  play() { this.isPlaying = true; }
  pauseOn() {}
  pause() { this.isPlaying = false; }
  setSpeed(speed) { this.speed = speed; return ok(); }
  tick(elapsed) {
    const before = this.event;
    this.now += elapsed * this.speed;
    this.b.end = Math.max(this.b.end, Math.floor(this.now / STEP_US));
    let story = null;
    for (let n = before; n < this.event; n++) if (this.row(n).level === "story") story = this.row(n);
    const fell = this.on.size > 0 && before < 340 && this.event >= 340;
    if (fell) this.isPlaying = false;
    return { moved: true, events: this.event - before, paused_by: fell ? "violation" : null, story };
  }
  step(kind = "event") {
    let row;
    do {
      row = this.row(this.event);
      this.now = (this.event + 1) * STEP_US;
      this.b.end = Math.max(this.b.end, Math.round(this.now / STEP_US));
    } while (kind === "story" && row.level !== "story");
    return ok(row);
  }
  stepBack(kind = "event") {
    if (this.event === 0) return no("This is the start of the run.");
    do this.now = (this.event - 1) * STEP_US;
    while (kind === "story" && this.event > 0 && this.row(this.event - 1).level !== "story");
    return ok();
  }
  async seekTime(us) { this.now = us; return ok(); }
  async seekEvent(n) { this.now = n * STEP_US; return ok(); }
  async runUntil() { this.now += 40 * STEP_US; this.b.end = Math.max(this.b.end, this.event + 40); return ok({ reached: true }); }
  branches() { return this.all.map(({ byHand, end, ...rest }) => ({ ...rest, events: end, end_us: end * STEP_US, current: rest.id === this.branch, interventions: byHand })); }
  fork(name) {
    const id = this.all.length;
    this.all.push({ id, name: name ?? `branch ${id}`, parent: this.branch, from_event: this.event, from_us: this.now, byHand: [...this.b.byHand], end: this.event });
    this.branch = id;
    return ok(id);
  }
  switchBranch(id) { this.branch = id; this.now = Math.min(this.now, this.b.end * STEP_US); return ok(); }
  renameBranch(id, name) { this.all[id].name = name; return ok(); }
  undo() {
    if (this.b.byHand.length === 0) return no("There is no intervention to undo.");
    this.fork("undone");
    this.b.byHand.pop();
    return ok();
  }
  divergence() { return ok(null); }
  act(action) {
    const branched = this.event < this.b.end;
    const what = JSON.stringify(action);
    if (branched) this.fork(`${what.replace(/[{}"]/g, "")} at ${(this.now / 1e6).toFixed(3)} s`);
    const event = { n: this.event, id: `hand#${this.event}`, at_us: this.now, node: null, kind: "acted", level: "story", key: what.includes("crash") ? "world.crashed" : "world.acted", text: what.includes("crash") ? `You crash S${action.crash + 1}, the leader of term 3. Its last write is on S1 and S2 only.` : `You do this: ${what.replace(/[{}"]/g, " ")}`, rule: null, notes: [], cause_n: null, action };
    this.b.byHand.push(event);
    this.b.end = Math.max(this.b.end, this.event + 1);
    this.now = (this.event + 1) * STEP_US;
    return ok({ branched, branch: this.branch, event });
  }
  request(client, operation) { const acted = this.act({ request: { client, operation } }); return acted; }
  setMutant(id, on) { if (on) this.on.add(id); else this.on.delete(id); return ok(); }
  done() { return this.b.byHand.filter((event) => event.n < this.event).map((event) => event.action); }
  nodes() {
    const crashed = new Set(this.done().filter((a) => a.crash !== undefined).map((a) => a.crash));
    return NAMES.map((name, id) => {
      const status = crashed.has(id) ? "crashed" : "running";
      const leads = id === (crashed.has(0) ? 2 : 0);
      return { id, name, client: id === 5, role: leads ? { key: "l", name: "leader", letter: "L" } : { key: "f", name: id === 5 ? "client" : "follower", letter: "F" }, epoch: id === 5 ? null : 3, status, queue: null, wall_skew_us: 0,
        fields: [{ label: "Term", value: "3" }, { label: "Voted for", value: "S1" }, { label: "Received", value: String(Math.floor((this.event + id) / 5)) }],
        timers: id === 5 ? [] : [{ name: leads ? "heartbeat" : "election", item: `t${id}`, due_us: this.now + 120_000, set_us: this.now }],
        log: id === 5 ? null : { first: 1, last: 8, committed: 7, applied: 7 }, peers: leads ? [{ node: 1, next: 9, matched: 8, inflight: 0 }] : [], votes: [],
        spoken: id === 5 ? "client 1, waits for an answer" : `${name}, ${leads ? "leader" : "follower"} of term 3, ${status}, 8 entries, 7 committed` };
    });
  }
  messages() {
    return [0, 1, 2].map((k) => ({ id: `L0:${k + 1}#${Math.floor(this.event / 6)}`, from: 0, to: k + 1, kind: 0, kind_name: "AppendEntries", sent_us: this.now - 2000, due_us: this.now + 3000, lost: k === 2, copy: false, waiting: false, delayed: false, count: 1, fields: [{ label: "Entries", value: "1" }], spoken: `AppendEntries from S1 to S${k + 2}${k === 2 ? ", will be lost" : ""}` }));
  }
  links() { return []; }
  cuts() {
    const cuts = this.done().filter((a) => a.cut || a.heal);
    const last = cuts.findLastIndex((a) => a.heal);
    return cuts.slice(last + 1).map((a) => ({ spoken: `The network is cut: ${JSON.stringify(a.cut)}` }));
  }
  log(node, first, last) {
    return Array.from({ length: last - first + 1 }, (_, k) => ({ index: first + k, epoch: 3, label: `x=${first + k}`, state: first + k < 8 ? "applied" : "appended", conflict: false }));
  }
  events(from, to) { return Array.from({ length: Math.max(0, Math.min(to, this.b.end) - from) }, (_, k) => this.row(from + k)); }
  eventCount() { return this.b.end; }
  recentEvents(level, most) {
    const rows = [];
    for (let n = this.event - 1; n >= 0 && rows.length < most; n--) if (level === "everything" || this.row(n).level === level) rows.unshift(this.row(n));
    return rows;
  }
  marks() {
    const marks = [];
    for (let n = 0; n < this.b.end; n++) {
      const row = this.row(n);
      if (row.key === "raft.becomes-leader") marks.push({ at_us: row.at_us, event: n, shape: "epoch", label: row.text });
      if (row.key === "raft.commits") marks.push({ at_us: row.at_us, event: n, shape: "commit", label: row.text });
      if (row.id.startsWith("hand")) marks.push({ at_us: row.at_us, event: n, shape: "intervention", label: row.text });
    }
    if (this.fell) marks.push({ at_us: 340 * STEP_US, event: 340, shape: "violation", label: "Election Safety" });
    return marks;
  }
  operations() { return []; }
  get fell() { return this.on.size > 0 && this.event >= 340; }
  verdicts() {
    return PROPERTIES.map((name, k) => k === 0 && this.fell
      ? { property: name, name, status: "violated", text: "Election Safety is violated at 1.360 s: S1 and S4 both lead term 2.", witness: { at_us: 340 * STEP_US, event_n: 340, events: [340], nodes: [0, 3] } }
      : { property: name, name, status: k === 5 && this.event < 310 ? "unknown" : "holds", text: `${name} holds in this run.`, witness: null });
  }
  steps() {
    const crashed = this.done().findIndex((a) => a.crash !== undefined);
    const since = crashed < 0 ? -1 : this.event - this.b.byHand[crashed].n;
    return [{ text: "Crash the leader", done: crashed >= 0, action: { crash: 0 } }, { text: "Watch who takes over", done: since > 20, action: null }, { text: "Is the write there?", done: since > 60, action: null }];
  }
  goal() { return this.steps().every((step) => step.done); }
  enabled() { return []; }
  spots({ width, height }) {
    const r = Math.min(width, height) * 0.34;
    return NAMES.map((_, id) => id === 5 ? { x: 50, y: height / 2 } : { x: width / 2 + r * Math.sin((id * 2 * Math.PI) / 5), y: height / 2 - r * Math.cos((id * 2 * Math.PI) / 5) });
  }
  paint(canvas, view, options) {
    const context = canvas.getContext("2d");
    context.setTransform(options.dpr, 0, 0, options.dpr, 0, 0);
    context.clearRect(0, 0, options.width, options.height);
    const ink = options.theme === "dark" ? "#e8eaed" : "#1b1f24";
    context.strokeStyle = context.fillStyle = ink;
    context.font = "14px system-ui";
    context.textAlign = "center";
    if (view === "log") {
      for (let n = 0; n < 5; n++) for (let k = 0; k < 8; k++) context.strokeRect(80 + k * 48, 40 + n * 40, 44, 32);
      return ok();
    }
    this.spots(options).forEach(({ x, y }, id) => {
      context.beginPath();
      context.arc(x, y, 32, 0, 7);
      context.lineWidth = options.selected === `node:${id}` ? 4 : 1.5;
      context.setLineDash(options.islands?.[0]?.includes(id) ? [4, 4] : []);
      context.stroke();
      context.fillText(NAMES[id], x, y + 5);
    });
    return ok();
  }
  svg(view, { width, height }) { return ok(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><circle cx="50" cy="50" r="32"/></svg>`); }
  targets(view, options) {
    const nodes = this.spots(options).map(({ x, y }, id) => ({ id: `node:${id}`, label: NAMES[id], x: x - 32, y: y - 32, width: 64, height: 64 }));
    return [...nodes, ...this.messages().map((m, k) => ({ id: `message:${m.id}`, label: m.spoken, x: options.width / 2 - 8, y: 120 + 40 * k, width: 16, height: 16 }))];
  }
  hit(view, x, y, options) {
    return this.targets(view, options).find((t) => x >= t.x && x <= t.x + t.width && y >= t.y && y <= t.y + t.height)?.id ?? null;
  }
}
