// @ts-check
/**
 * Calls from one part to a function that went into another.
 *
 * Binaryen's `wasm-split` takes one part off after the other. A function that an earlier part calls, and that goes into a later
 * one, leaves a thunk behind: a function of the first part which does nothing but call it through the table. Most of what the
 * first part shares with others would be thunks, and so they are taken out again: the calling part goes through the table itself.
 *
 * @typedef {import("./outline.mjs").List} List
 * @typedef {{ place: string, type: string }} Thunk   place: in the table; type: its signature, as in `signatureOf`
 */
import { walk } from "./outline.mjs";

/** @param {List} module @returns {Map<string, Thunk>} by the name under which each is exported */
export function thunksOf(module) {
  const types = typesOf(module);
  /** @type {Map<string, Thunk>} */
  const found = new Map();
  for (const func of functions(module)) {
    const [call, ...rest] = func.filter((each) => Array.isArray(each) && !["param", "result", "local", "type"].includes(/** @type {string} */ (each[0])));
    const place = Array.isArray(call) && call[0] === "call_indirect" && rest.length === 0 ? call.at(-1) : null;
    if (!Array.isArray(call) || !Array.isArray(place) || place[0] !== "i32.const") continue;
    const passed = call.filter((each) => Array.isArray(each) && each[0] === "local.get").map((each) => /** @type {List} */ (each)[1]);
    const params = func.filter((each) => Array.isArray(each) && each[0] === "param").map((each) => /** @type {List} */ (each)[1]);
    if (passed.join(" ") !== params.join(" ") || call.filter((each) => Array.isArray(each)).length !== passed.length + 2) continue;
    const type = /** @type {List | undefined} */ (call.find((each) => Array.isArray(each) && each[0] === "type"));
    found.set(/** @type {string} */ (func[1]), { place: String(place[1]), type: types.get(String(type?.[1])) ?? "" });
  }
  const exported = lists(module, "export").filter((each) => /** @type {List} */ (each[2])[0] === "func");
  return new Map(exported.flatMap((each) => /** @type {[string, Thunk][]} */ (thunkOf(each).map((thunk) => [unquoted(each[1]), thunk]))));

  /** @param {List} each */
  function thunkOf(each) {
    const thunk = found.get(String(/** @type {List} */ (each[2])[1]));
    return thunk ? [thunk] : [];
  }
}

/**
 * Calls thunks through the table, in a part; the imports that nothing uses any more are left out when the part is written.
 *
 * @param {List} part is changed @param {Map<string, Thunk>} thunks
 */
export function callThroughTable(part, thunks) {
  const types = new Map([...typesOf(part)].map(([name, signature]) => [signature, name]));
  /** @type {Map<string, Thunk>} */
  const imported = new Map();
  for (const each of lists(part, "import")) {
    const what = /** @type {List} */ (each[3]);
    const thunk = what[0] === "func" && thunks.get(unquoted(each[2]));
    if (thunk && types.has(thunk.type)) imported.set(String(what[1]), thunk);
  }
  const rewrite = (/** @type {List} */ node) => {
    const thunk = node[0] === "call" ? imported.get(String(node[1])) : undefined;
    if (!thunk) return;
    node.splice(0, 2, "call_indirect", ["type", types.get(thunk.type) ?? ""]);
    node.push(["i32.const", thunk.place]);
  };
  for (const func of functions(part)) walk(func, rewrite);
  const used = new Set(part.filter((each) => Array.isArray(each) && each[0] !== "import").flatMap((each) => names(/** @type {List} */ (each))));
  const unused = (/** @type {string | List} */ each) => Array.isArray(each) && each[0] === "import" && imported.has(nameOf(each)) && !used.has(nameOf(each));
  part.splice(0, part.length, ...part.filter((each) => !unused(each)));
}

/** @param {List} module is changed @param {(name: string) => boolean} unused exports no function of such a name any more */
export function exportNot(module, unused) {
  const goes = (/** @type {string | List} */ each) =>
    Array.isArray(each) && each[0] === "export" && /** @type {List} */ (each[2])[0] === "func" && unused(unquoted(each[1]));
  module.splice(0, module.length, ...module.filter((each) => !goes(each)));
}

/** @param {List} module @returns {Set<string>} what it imports of the first part */
export const importedNames = (module) => new Set(lists(module, "import").filter((each) => each[1] === '"primary"').map((each) => unquoted(each[2])));

/** @param {List} module @param {string} kind */
const lists = (module, kind) => /** @type {List[]} */ (module.filter((each) => Array.isArray(each) && each[0] === kind));

/** @param {List} module */
const functions = (module) => lists(module, "func");

/** @param {List} imported */
const nameOf = (imported) => String(/** @type {List} */ (imported[3])[1]);

/** @param {List} list @returns {string[]} all names that stand in it */
function names(list) {
  return list.flatMap((each) => (Array.isArray(each) ? names(each) : each.startsWith("$") ? [each] : []));
}

/** @param {unknown} text */
const unquoted = (text) => String(text).slice(1, -1);

/** @param {List} module @returns {Map<string, string>} the signature of each named type of a function */
function typesOf(module) {
  return new Map(
    lists(module, "type").flatMap((type) => {
      const func = /** @type {List} */ (type[2]);
      return func[0] === "func" ? [/** @type {[string, string]} */ ([String(type[1]), func.slice(1).map((each) => /** @type {List} */ (each).join(" ")).join(", ")])] : [];
    }),
  );
}
