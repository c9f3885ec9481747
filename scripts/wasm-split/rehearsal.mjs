// @ts-check
/**
 * A visit without a browser: what somebody who has just come does with the lab, call by call, as the page would. Which
 * functions of the wasm run in it, and when for the first time, decides what the first load carries.
 *
 * It is not the truth of that: `tests/page/load.test.mjs` fails if the page itself, opened and used, asks for a function that
 * was put off. It always runs the same: time is counted, not measured.
 *
 * @typedef {import("../../dist/netsplit.js").Lab} Lab
 * @typedef {typeof import("../../dist/netsplit.js")} Glue
 * @typedef {import("../../dist/netsplit.js").PaintOptions} PaintOptions
 * @typedef {(answer: unknown) => void} Hear
 */

import { readFileSync } from "node:fs";

const GERMAN = new URL("../../www/data/words/de.json", import.meta.url);

/** What a browser has and Node has not, and clocks that are the same in every rehearsal. */
function pretendToBeABrowser(/** @type {Hear} */ hear) {
  let now = 0;
  let step = 0.01;
  const context = () =>
    new Proxy(new CanvasRenderingContext2D(), {
      get: (target, name) => Reflect.get(target, name) ?? ((/** @type {unknown[]} */ ...args) => hear([name, args])),
      set: (_, name, value) => (hear([name, value]), true),
    });
  class CanvasRenderingContext2D {}
  class HTMLCanvasElement {
    width = 800;
    height = 600;
    getContext = context;
  }
  Object.assign(globalThis, { CanvasRenderingContext2D, HTMLCanvasElement });
  performance.now = () => (now += step);
  /** Time passes, for once, as on a slow machine: every look at the clock finds it that much later. */
  const slowly = (/** @type {() => void} */ run) => {
    step = SLOW_MS;
    run();
    step = 0.01;
  };
  return { canvas: new HTMLCanvasElement(), slowly };
}

/** @param {Lab} lab @param {Hear} hear @returns {Lab} */
const heard = (lab, hear) =>
  new Proxy(lab, {
    get: (target, name) => {
      const member = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (/** @type {unknown[]} */ ...args) => {
        const answer = member.apply(target, args);
        hear([name, answer]);
        return answer;
      };
    },
  });

const SIZES = [
  { width: 900, height: 560 },
  { width: 360, height: 280 },
  { width: 1500, height: 500 },
  { width: 740, height: 200 },
  { width: 640, height: 140 },
  { width: 360, height: 230 },
  { width: 320, height: 166 },
];
const FRAME_MS = 1000 / 60;
/** A frame that comes late, as one of a few does. */
const LATE_MS = 100;
/** Between two looks at the clock, on a slow machine. */
const SLOW_MS = 30;
const MOMENTS = 24;
/** As many things as the stage's twin for keyboards and screen readers holds. */
const TWIN_MAX = 300;

/**
 * Each part of the visit, in order. What runs in the first is needed at once, what runs in the second by who does more by hand
 * than the story asks for, and what runs in the third by who stays with it.
 *
 * @param {Glue} glue
 * @param {Hear} [hear] told everything that the lab answers and paints
 * @returns {[name: string, run: () => Promise<void>][]}
 */
export function visit(glue, hear = () => {}) {
  const { canvas, slowly } = pretendToBeABrowser(hear);
  /** @type {Lab} */
  let lab;
  /** @type {PaintOptions} */
  let options = { width: 900, height: 560, dpr: 1, theme: "light", selected: null, hover: null, reduced_motion: false, verdicts_elsewhere: true, layout: "ring", log_first: null, log_row: 0 };
  /** @type {import("../../dist/netsplit.js").ViewName} */
  let view = "cluster";

  let frames = 0;
  /** What was done by hand is kept as a link: before there is what makes them, as a plan. */
  let keeps = false;
  /** What the page reads and paints in a frame. */
  const look = () => {
    lab.tick(frames++ % 9 === 0 ? LATE_MS : FRAME_MS);
    lab.cursor();
    lab.paint(/** @type {any} */ (canvas), view, options);
    lab.twin(view, options, options.selected ?? null, TWIN_MAX);
    lab.census();
    lab.node(frames % 6);
    lab.nodes();
    lab.messages();
    lab.cuts();
    lab.verdicts();
    lab.steps();
    lab.goal();
    lab.marks();
    lab.branches();
    lab.recentEvents("story", 1);
    if (keeps) lab.link();
    else lab.plan();
  };
  /** @param {number} frames */
  const play = (frames) => {
    lab.play();
    for (let n = 0; n < frames; n++) look();
    lab.pause();
  };
  /** @param {import("../../dist/netsplit.js").LabSource} source @param {"en" | "de"} [lang] */
  const open = (source, lang = "en") => {
    const opened = glue.Lab.open(source, { lang });
    if (!opened.ok) throw new Error(opened.error.message);
    lab = heard(opened.value, hear);
    lab.scenario();
    lab.system();
    lab.seed();
    lab.provenance();
    lab.plan();
    lab.pauseOn("violation", true);
    look();
  };
  /** @param {import("../../dist/netsplit.js").Action} action */
  const act = (action) => {
    lab.act(action);
    look();
  };
  const selectAll = () => {
    for (const { id, x, y } of lab.targets(view, options)) {
      options = { ...options, hover: id, selected: id };
      lab.hit(view, x + 2, y + 2, options);
      look();
    }
    options = { ...options, hover: null, selected: null };
  };

  return [
    [
      "opening",
      async () => {
        glue.onPanic(() => {});
        open({ scenario: "raft/leader-crash" });
        for (const size of SIZES) {
          for (const theme of /** @type {const} */ (["light", "dark", "forced"])) {
            for (const reduced_motion of [false, true]) {
              options = { ...options, ...size, theme, reduced_motion };
              play(20);
              selectAll();
            }
          }
        }
        play(300);
        const leader = lab.nodes().find((node) => node.role.name === "leader")?.id ?? 0;
        act({ crash: leader });
        play(600);
        selectAll();
        lab.setSpeed(200);
        play(300);
        lab.free();
        // Somebody looks on for half a minute, and does nothing.
        open({ scenario: "raft/leader-crash" });
        play(1800);
        lab.free();
        // A slow machine does not come to the opening moment at one go.
        slowly(() => open({ scenario: "raft/leader-crash" }));
        for (let n = 0; n < 5; n++) slowly(look);
        play(60);
        lab.free();
        // What the story asks for, done at once or after some seconds, and then looked at.
        for (let n = 0; n < MOMENTS; n++) {
          open({ scenario: "raft/leader-crash" });
          play(n * 7);
          const [first] = lab.steps();
          if (first?.action) act(first.action);
          play(600);
          lab.free();
        }
        // Nobody acts at the same moment: the same from many of them, and on every node.
        for (let n = 0; n < MOMENTS; n++) {
          open({ scenario: "raft/leader-crash" });
          options = { ...options, .../** @type {{ width: number, height: number }} */ (SIZES[n % SIZES.length]) };
          play(7 + n * 23);
          for (let steps = 0; steps < 12; steps++) {
            lab.step();
            look();
          }
          const [first] = lab.steps();
          if (first?.action) act(first.action);
          if (n % 2) play(20);
          act({ crash: n % 6 });
          selectAll();
          play(120);
          act({ crash: (n + 1) % 6 });
          play(60);
          act({ crash: (n + 2) % 6 });
          play(120);
          lab.free();
        }
      },
    ],
    [
      "actions",
      async () => {
        open({ scenario: "raft/leader-crash" });
        const leader = lab.nodes().find((node) => node.role.name === "leader")?.id ?? 0;
        act({ crash: leader });
        play(600);
        for (const size of SIZES) {
          for (const islands of [[[0, 1], [2, 3, 4, 5]], [[0], [1, 2, 3, 4, 5]], [[1, 2], [3, 4, 5], [0]], [[leader], [0, 1, 2, 3, 4, 5].filter((id) => id !== leader)]]) {
            options = { ...options, ...size, islands };
            look();
          }
          options = { ...options, islands: null };
          for (const cut of /** @type {import("../../dist/netsplit.js").Cut[]} */ ([{ isolate: 0 }, { ring: [0, 1, 2, 3, 4] }, { "one-way": { from: [0], to: [1, 2] } }, { bridge: { bridge: 0, left: [1, 2], right: [3, 4] } }])) {
            act({ cut });
            play(20);
            act({ heal: [] });
          }
          for (const theme of /** @type {const} */ (["light", "dark", "forced"])) {
            options = { ...options, theme };
            act({ cut: { islands: [[0, 1], [2, 3, 4, 5]] } });
            play(20);
            selectAll();
          }
        }
        // Nodes are put elsewhere, the picture is enlarged, several are selected.
        for (const size of SIZES) {
          options = { ...options, ...size, moved: [[0, 0.5, 0.5], [3, 0.2, 0.8]], chosen: [0, 1], camera: [2.5, 0.4, 0.6] };
          look();
          selectAll();
        }
        options = { ...options, moved: [], chosen: [], camera: null };
        // More faults, while the network is cut.
        lab.links();
        play(200);
        for (let n = 0; n < 40; n++) {
          lab.step();
          look();
        }
        act({ heal: [] });
        act({ restart: { node: leader, empty: false } });
        // More faults.
        lab.links();
        lab.request(5, { verb: "put", key: "x", args: [1001] });
        play(600);
        selectAll();
        lab.setSpeed(200);
        play(300);
        lab.free();
        for (let n = 0; n < MOMENTS; n++) {
          open({ scenario: "raft/leader-crash" });
          options = { ...options, .../** @type {{ width: number, height: number }} */ (SIZES[n % SIZES.length]) };
          play(7 + n * 23);
          act({ crash: n % 6 });
          options = { ...options, islands: [[0, 1], [2, 3, 4, 5]] };
          for (let frames = 0; frames < 8; frames++) look();
          options = { ...options, islands: null };
          act({ cut: { islands: [[0, 1], [2, 3, 4, 5]] } });
          lab.request(5, { verb: /** @type {const} */ (["put", "get", "append", "cas"])[n % 4] ?? "put", key: "x", args: [[1001], [], [1001], [1001, 1002]][n % 4] ?? [], ...(n % 3 ? {} : { target: n % 5 }) });
          look();
          lab.links();
          selectAll();
          play(60);
          act({ restart: { node: n % 6, empty: n % 2 === 0 } });
          act({ heal: [] });
          play(60);
          lab.free();
        }
      },
    ],
    [
      "minute",
      async () => {
        keeps = true;
        open({ scenario: "raft/leader-crash", seed: "7" });
        const wanted = lab.steps();
        lab.pauseOn("step", true);
        if (wanted[0]?.action) act(wanted[0].action);
        play(2000);
        for (let n = 0; n < 20; n++) {
          lab.stepBack(n % 2 ? "story" : "event");
          look();
          if (n % 3) await lab.stepStory();
          else lab.step();
        }
        await lab.seekTime(500_000);
        look();
        await lab.seekEvent(10);
        look();
        act({ crash: 1 });
        lab.undo();
        lab.fork();
        look();
        lab.switchBranch(0);
        look();
        lab.renameBranch(0, "first");
        view = "log";
        for (const size of SIZES) {
          options = { ...options, ...size };
          play(30);
          selectAll();
        }
        view = "cluster";
        lab.events(0, lab.eventCount());
        for (const level of /** @type {const} */ (["story", "protocol", "everything"])) lab.recentEvents(level, 50);
        lab.log(0, 0, 100);
        for (const message of lab.messages()) lab.fate(message.id);
        lab.svg("cluster", options);
        lab.fingerprint();
        glue.scenarios("en");
        glue.freshSeed();
        glue.addLanguage("de", JSON.parse(readFileSync(GERMAN, "utf8")).lab);
        lab.setLanguage("de");
        play(100);
        lab.setLanguage("en");
        // The page's first run in another language, and left to itself.
        open({ scenario: "raft/leader-crash" }, "de");
        play(300);
        lab.recentEvents("story", 1);
        await lab.seekEvent(0);
        look();
        for (let n = 0; n < 12; n++) {
          await lab.stepStory();
          look();
        }
      },
    ],
    [
      "other runs",
      async () => {
        const made = lab.link();
        if (!made.ok) throw new Error(made.error.message);
        const link = made.value;
        const plan = /** @type {{ mutants: string[] }} */ (lab.plan());
        for (const mutant of lab.system().mutants) open({ scenario: "raft/leader-crash", plan: { ...plan, mutants: [mutant.id] } });
        open({ link });
        await lab.arrive();
        for (const card of glue.scenarios("en")) {
          open({ scenario: card.id });
          lab.setSpeed(1000);
          play(200);
        }
      },
    ],
  ];
}
