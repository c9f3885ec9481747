// @ts-check
/**
 * Moves code that the opening does not run out of functions that it runs, into functions of their own, which can then be put
 * off like any other.
 *
 * It works on the text form of a module: nested lists. A run of statements that a rehearsal never reached becomes a function;
 * in its place stands a call. The locals that it may read are its parameters; those that it writes and that may be read
 * afterwards come back in global variables, which are read at once. Where the statements leave for a label outside or return,
 * the function answers which way, and the caller goes there.
 *
 * @typedef {(string | List)[]} List
 * @typedef {{ list: List, from: number, to: number, id: number }} Region   statements that run all or none
 * @typedef {{ locals: Map<string, string>, result: string | null, node: List, life: Life, ways: boolean }} Func   ways: it asks which way a call has left
 * @typedef {{ labels: Map<string, string | null>, func: Func }} Around   labels: the type of the value that a branch to it carries
 */

/** Estimated bytes from which moving pays: its call costs about as much. */
const LEAST = 20;
const PARAMS_MAX = 30;

// ---- text and lists

/** @param {string} text @returns {List} the lists at the top */
export function parse(text) {
  /** @type {List} */
  let list = [];
  /** @type {List[]} */
  const open = [];
  const token = /;;[^\n]*|\(;[^]*?;\)|[()]|"(?:[^"\\]|\\[^])*"|[^\s()"]+/g;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [word] = match;
    if (word === "(") {
      open.push(list);
      list = [];
    } else if (word === ")") {
      const outer = /** @type {List} */ (open.pop());
      outer.push(list);
      list = outer;
    } else if (!word.startsWith(";;") && !word.startsWith("(;")) {
      list.push(word);
    }
  }
  return list;
}

/** @param {List} list @param {(list: List, at: number) => string} [before] what to write before each of its statements */
export function print(list, before = () => "") {
  /** @type {string[]} */
  const out = [];
  /** @param {string | List} node */
  const write = (node) => {
    if (typeof node === "string") return void out.push(node);
    out.push("(");
    for (let at = 0; at < node.length; at++) {
      if (at > 0) out.push(" ");
      out.push(before(node, at));
      write(/** @type {string | List} */ (node[at]));
    }
    out.push(")\n");
  };
  for (const node of list) write(node);
  return out.join("");
}

/** @param {string | List | undefined} node @returns {node is List} an instruction, not an annotation */
const isCode = (node) => Array.isArray(node) && !["result", "type", "param", "local", "export", "import"].includes(/** @type {string} */ (node[0]));

/** @param {List} node @returns {List[]} its operands or statements */
const inside = (node) => /** @type {List[]} */ (node.filter(isCode));

/** @param {List} node whether it is a list of statements */
const isBody = (node) => node[0] === "block" || node[0] === "loop" || node[0] === "func";

/** @param {List} node where its statements begin */
const start = (node) => node.findIndex(isCode);

/** @param {List} node @returns {string | null} the type of what it leaves */
function resultOf(node) {
  const result = node.find((each) => Array.isArray(each) && each[0] === "result");
  return result ? /** @type {string} */ (result[1]) : null;
}

/** @param {List} node @param {(node: List) => void} visit */
export function walk(node, visit) {
  visit(node);
  for (const child of inside(node)) walk(child, visit);
}

/** @param {List} node @returns {string[]} the labels that it may branch to */
const targets = (node) => (/^br(_if|_table)?$/.test(/** @type {string} */ (node[0])) ? /** @type {string[]} */ (node.filter((each) => typeof each === "string" && each.startsWith("$"))) : []);

/** @param {List} node whether what stands after it may run */
function falls(node) {
  switch (node[0]) {
    case "br":
    case "br_table":
    case "return":
    case "unreachable":
      return false;
    case "block": {
      if (inside(node).every(falls)) return true;
      let left = false;
      walk(node, (each) => (left ||= targets(each).includes(/** @type {string} */ (node[1]))));
      return left;
    }
    case "loop":
      return inside(node).every(falls);
    case "if": {
      const [condition, then, otherwise] = inside(node);
      return falls(/** @type {List} */ (condition)) && (!otherwise || falls(/** @type {List} */ (then)) || falls(otherwise));
    }
    default:
      return inside(node).every(falls);
  }
}

/** Makes every branch of an `if` without a value a block. @param {List} node */
function normalize(node) {
  if (node[0] === "if" && resultOf(node) === null) {
    const first = start(node);
    for (let at = first + 1; at < node.length; at++) {
      const arm = /** @type {List} */ (node[at]);
      if (arm[0] !== "block") node[at] = ["block", arm];
    }
  }
  for (const child of inside(node)) normalize(child);
}

// ---- which locals may be read later

/** Sets of locals are numbers with a bit for each. */
class Life {
  /** @param {List} func @param {Iterable<string>} locals */
  constructor(func, locals) {
    this.#bits = new Map([...locals].map((name, n) => [name, 1n << BigInt(n)]));
    this.before([func], 0n, new Map());
  }

  /** @type {Map<string, bigint>} */
  #bits;
  /** After each statement of each list. @type {Map<List, bigint[]>} */
  after = new Map();
  /** At the labels around each list. @type {Map<List, Map<string, bigint>>} */
  labels = new Map();

  /** @param {bigint} set @param {Iterable<string>} names those that are in it */
  of = (set, names) => [...names].filter((name) => (set & (this.#bits.get(name) ?? 0n)) !== 0n);

  /** @param {List[]} nodes @param {bigint} after @param {Map<string, bigint>} labels @returns {bigint} what may be read from before them on */
  before(nodes, after, labels) {
    return nodes.reduceRight((live, node) => this.#before(node, live, labels), after);
  }

  /** @param {List} node @param {bigint} after @param {Map<string, bigint>} labels @returns {bigint} */
  #before(node, after, labels) {
    const label = /** @type {string} */ (node[1]);
    const at = (/** @type {string} */ name) => labels.get(name) ?? 0n;
    switch (node[0]) {
      case "func":
        return this.#list(node, after, labels);
      case "block":
        return this.#list(node, after, typeof label === "string" ? new Map(labels).set(label, after) : labels);
      case "loop": {
        if (typeof label !== "string") return this.#list(node, after, labels);
        for (let live = 0n; ; ) {
          const again = this.#list(node, after, new Map(labels).set(label, live));
          if (again === live) return live;
          live = again;
        }
      }
      case "if": {
        const [condition, then, otherwise] = inside(node);
        const arms = this.#before(/** @type {List} */ (then), after, labels) | (otherwise ? this.#before(otherwise, after, labels) : after);
        return this.#before(/** @type {List} */ (condition), arms, labels);
      }
      case "br":
      case "br_table":
        return this.before(inside(node), targets(node).reduce((live, name) => live | at(name), 0n), labels);
      case "br_if":
        return this.before(inside(node), after | at(label), labels);
      case "return":
      case "unreachable":
        return this.before(inside(node), 0n, labels);
      case "local.get":
        return after | (this.#bits.get(label) ?? 0n);
      case "local.set":
      case "local.tee":
        return this.before(inside(node), after & ~(this.#bits.get(label) ?? 0n), labels);
      default:
        return this.before(inside(node), after, labels);
    }
  }

  /** @param {List} list @param {bigint} after @param {Map<string, bigint>} labels */
  #list(list, after, labels) {
    const lives = [];
    let live = after;
    for (let at = list.length - 1; at >= start(list) && start(list) >= 0; at--) {
      lives[at] = live;
      live = this.#before(/** @type {List} */ (list[at]), live, labels);
    }
    this.after.set(list, lives);
    this.labels.set(list, labels);
    return live;
  }
}

// ---- what runs

/** @param {List} module the list `(module ...)` */
export class Outliner {
  /** @param {List} module */
  constructor(module) {
    this.module = module;
    this.funcs = /** @type {List[]} */ (module.filter((node) => Array.isArray(node) && node[0] === "func"));
    for (const func of this.funcs) {
      normalize(func);
      walk(func, (node) => isBody(node) && this.#divide(node));
    }
  }

  /** @type {Map<List, Region[]>} */
  regions = new Map();
  #count = 0;

  /** @param {List} list */
  #divide(list) {
    const regions = [];
    let from = start(list);
    if (from < 0) return;
    for (let at = from; at < list.length; at++) {
      let leaves = at === list.length - 1;
      walk(/** @type {List} */ (list[at]), (node) => (leaves ||= targets(node).length > 0 || node[0] === "return" || node[0] === "unreachable"));
      if (!leaves) continue;
      regions.push({ list, from, to: at + 1, id: this.#count++ });
      from = at + 1;
    }
    this.regions.set(list, regions);
  }

  /** The module with a mark for every region, a byte of memory behind all that it uses. @returns {{ text: string, base: number, count: number }} */
  instrumented() {
    const memory = /** @type {List} */ (this.module.find((node) => Array.isArray(node) && node[0] === "memory"));
    const at = memory.findIndex((each, n) => n > 0 && /^\d+$/.test(String(each)));
    const pages = Number(memory[at]);
    memory[at] = String(pages + Math.ceil(this.#count / 65536));
    const starts = new Map([...this.regions].map(([list, regions]) => [list, new Map(regions.map(({ from, id }) => [from, id]))]));
    const text = print([this.module], (list, at) => {
      const id = starts.get(list)?.get(at);
      return id === undefined ? "" : `(i32.store8 offset=${pages * 65536 + id} (i32.const 0) (i32.const 1)) `;
    });
    memory[at] = String(pages);
    return { text, base: pages * 65536, count: this.#count };
  }

  // ---- moving

  #moved = 0;
  /** @type {Map<string, number>} how many global variables of each type carry values back */
  #carriers = new Map();

  /** @param {Uint8Array} ran for each region whether it did @returns {string} the module's text */
  outlined(ran) {
    /** @type {List[]} */
    const made = [];
    for (const node of this.funcs) {
      const regions = this.regions.get(node) ?? [];
      if (!regions.some(({ id }) => ran[id])) continue;
      const locals = new Map(node.filter((each) => Array.isArray(each) && (each[0] === "param" || each[0] === "local")).map((each) => /** @type {[string, string]} */ ([each[1], each[2]])));
      const func = { locals, result: resultOf(node), node, life: new Life(node, locals.keys()), ways: false };
      this.#visit(node, { labels: new Map(), func }, ran, made);
      if (func.ways) node.splice(start(node), 0, ["local", "$way", "i32"]);
    }
    const globals = [...this.#carriers].flatMap(([type, count]) =>
      Array.from({ length: count }, (_, n) => /** @type {List} */ (["global", `$carry_${type}_${n}`, ["mut", type], [`${type}.const`, "0"]])),
    );
    this.module.splice(this.module.indexOf(/** @type {List} */ (this.funcs[0])), 0, ...globals);
    this.module.push(...made);
    return print([this.module]);
  }

  /** @param {List} node @param {Around} around @param {Uint8Array} ran @param {List[]} made */
  #visit(node, around, ran, made) {
    const { func } = around;
    const label = (node[0] === "block" || node[0] === "loop") && typeof node[1] === "string" ? node[1] : null;
    const labels = label === null ? around.labels : new Map(around.labels).set(label, node[0] === "block" ? resultOf(node) : null);
    const here = { labels, func };
    const regions = this.regions.get(node);
    if (!regions) return inside(node).forEach((child) => this.#visit(child, here, ran, made));
    // From the end, so that places before it stay what they are.
    for (let last = regions.length - 1; last >= 0; last--) {
      const { id, from, to } = /** @type {Region} */ (regions[last]);
      let first = last;
      if (!ran[id]) {
        while (first > 0 && !ran[/** @type {Region} */ (regions[first - 1]).id]) first--;
        const begin = /** @type {Region} */ (regions[first]).from;
        if (this.#move(node, begin, to, here, made)) {
          last = first;
          continue;
        }
      }
      for (const child of node.slice(from, to)) this.#visit(/** @type {List} */ (child), here, ran, made);
    }
  }

  /** Moves statements of a list into a function. @param {List} list @param {number} from @param {number} to @param {Around} around @param {List[]} made */
  #move(list, from, to, { labels, func }, made) {
    if (to === list.length && resultOf(list) !== null && falls(/** @type {List} */ (list[to - 1]))) to--;
    const code = /** @type {List[]} */ (list.slice(from, to));
    if (code.reduce((sum, node) => sum + size(node), 0) < LEAST) return false;

    const [gets, sets, own, left] = [new Set(), new Set(), new Set(), new Set()];
    let returns = false;
    for (const node of code) {
      walk(node, (each) => {
        const name = /** @type {string} */ (each[1]);
        if (each[0] === "local.get") gets.add(name);
        if (each[0] === "local.set" || each[0] === "local.tee") sets.add(name);
        if ((each[0] === "block" || each[0] === "loop") && typeof name === "string") own.add(name);
        for (const target of targets(each)) left.add(target);
        returns ||= each[0] === "return";
      });
    }
    const exits = /** @type {string[]} */ ([...left].filter((label) => !own.has(label)));
    const on = code.every(falls);
    const { life } = func;
    const around = life.labels.get(list) ?? new Map();
    const after = life.after.get(list)?.[to - 1] ?? 0n;
    const later = exits.reduce((live, label) => live | (around.get(label) ?? 0n), on ? after : 0n);
    /** @type {string[]} */
    const back = life.of(later, sets);
    /** @type {string[]} */
    const params = life.of(new Life(["func"], func.locals.keys()).before(code, after, around), new Set([...gets, ...back]));
    if (params.length > PARAMS_MAX) return false;
    const typeOf = (/** @type {string} */ name) => func.locals.get(name) ?? "i32";
    const values = exits.map((label) => labels.get(label) ?? null).filter((type) => type !== null);
    if (![...[...params, ...sets].map(typeOf), ...values].every((type) => /^[if](32|64)$/.test(type))) return false;

    const ways = exits.length + (returns ? 1 : 0) + (on ? 1 : 0);
    const carriers = this.#carriersOf([...back.map(typeOf), ...values, ...(returns && func.result ? [func.result] : [])]);
    const carried = carriers.slice(0, back.length);
    const returned = returns && func.result ? /** @type {string} */ (carriers.at(-1)) : null;
    const valueOf = new Map(exits.filter((label) => labels.get(label)).map((label, n) => [label, /** @type {string} */ (carriers[back.length + n])]));
    const name = `$moved_${this.#moved++}`;
    /** @type {(code: number) => List[]} */
    const answer = (code) => [...(ways > 1 ? [/** @type {List} */ (["local.set", "$way", ["i32.const", String(code)]])] : []), ["br", "$end"]];
    const moved = returns ? code.map((node) => withoutReturns(node, returned)) : code;
    let body = /** @type {List[]} */ ([...moved, ...(on ? answer(0) : [])]);
    for (const [n, label] of [...exits, ...(returns ? ["$return"] : [])].entries()) {
      const value = valueOf.get(label);
      /** @type {List} */
      const block = value ? ["global.set", value, ["block", label, ["result", labels.get(label) ?? ""], ...body, ["unreachable"]]] : ["block", label, ...body];
      body = [block, ...answer(n + 1)];
    }
    made.push([
      "func",
      name,
      ...params.map((each) => /** @type {List} */ (["param", each, typeOf(each)])),
      ...(ways > 1 ? [/** @type {List} */ (["result", "i32"])] : []),
      ...[...new Set([...gets, ...sets])].filter((each) => !params.includes(each)).map((each) => /** @type {List} */ (["local", each, typeOf(each)])),
      ...(ways > 1 ? [/** @type {List} */ (["local", "$way", "i32"])] : []),
      ["block", "$end", ...body],
      ...back.map((each, n) => /** @type {List} */ (["global.set", carried[n] ?? "", ["local.get", each]])),
      ...(ways > 1 ? [/** @type {List} */ (["local.get", "$way"])] : []),
    ]);

    const call = /** @type {List} */ (["call", name, ...params.map((each) => /** @type {List} */ (["local.get", each]))]);
    func.ways ||= ways > 1;
    /** @type {List[]} */
    const leave = [
      ...exits.map((label) => /** @type {List} */ (["br", label, ...(valueOf.has(label) ? [["global.get", valueOf.get(label)]] : [])])),
      ...(returns ? [/** @type {List} */ (returned ? ["return", ["global.get", returned]] : ["return"])] : []),
    ];
    const dispatch = leave.map((exit, n) =>
      !on && n === leave.length - 1 ? exit : /** @type {List} */ (["if", ["i32.eq", ["local.get", "$way"], ["i32.const", String(n + 1)]], ["block", exit]]),
    );
    list.splice(
      from,
      to - from,
      ways > 1 ? ["local.set", "$way", call] : call,
      ...back.map((each, n) => /** @type {List} */ (["local.set", each, ["global.get", carried[n] ?? ""]])),
      ...dispatch,
      ...(ways === 0 ? [/** @type {List} */ (["unreachable"])] : []),
    );
    return true;
  }

  /** @param {string[]} types @returns {string[]} a global variable for each */
  #carriersOf(types) {
    const used = new Map();
    return types.map((type) => {
      const n = used.get(type) ?? 0;
      used.set(type, n + 1);
      this.#carriers.set(type, Math.max(this.#carriers.get(type) ?? 0, n + 1));
      return `$carry_${type}_${n}`;
    });
  }
}

/** @param {List} node @param {string | null} carrier of the value @returns {List} the same, leaving for the label `$return` where it returned */
function withoutReturns(node, carrier) {
  if (node[0] === "return") {
    const value = inside(node).map((each) => withoutReturns(each, carrier));
    return carrier ? ["block", ["global.set", carrier, ...value], ["br", "$return"]] : ["br", "$return"];
  }
  return node.map((each) => (isCode(each) ? withoutReturns(each, carrier) : each));
}

/** @param {List} node @returns {number} about so many bytes */
function size(node) {
  let sum = 1;
  for (const each of node.slice(1)) {
    if (isCode(each)) sum += size(each);
    else if (typeof each === "string") sum += /^-?\d{3,}$/.test(each) ? 3 : 1;
  }
  return sum;
}
