// @ts-check
/**
 * What stands in the table for a function that was put off, as long as its part is not there.
 *
 * Binaryen's `wasm-split` has the first part import a placeholder for each, and list them all in what it puts into its table:
 * numbers that no compression makes smaller, a tenth of the first load. So they are taken out again; the glue makes a module
 * of them when the page runs, which imports every placeholder and puts it where it belongs (parts-glue.mjs).
 *
 * @typedef {import("./outline.mjs").List} List
 * @typedef {{ part: number, place: number, signature: string }} Placeholder   place: in the table; signature: a letter for each value that it takes, a colon, and one for each that it gives
 */

/** The letters of signatures. @type {Record<string, string>} */
const LETTERS = { i32: "i", i64: "j", f32: "f", f64: "d" };

/** @param {List} module of which functions were split off; is changed @returns {Placeholder[]} what was taken out of it, in the order of their places */
export function takePlaceholders(module) {
  /** @type {Map<string, Placeholder>} */
  const found = new Map();
  for (const each of module) {
    if (!Array.isArray(each) || each[0] !== "import") continue;
    const [part, place, func] = [unquoted(each[1]), unquoted(each[2]), /** @type {List} */ (each[3])];
    if (/^\d+$/.test(part)) found.set(String(func[1]), { part: Number(part), place: Number(place), signature: signatureOf(func) });
  }
  const isPlaceholder = (/** @type {string | List} */ each) => Array.isArray(each) && each[0] === "import" && found.has(String(/** @type {List} */ (each[3])[1]));
  const kept = module.filter((each) => !isPlaceholder(each)).flatMap((each) => (Array.isArray(each) && each[0] === "elem" ? elements(each, found) : [each]));
  module.splice(0, module.length, ...kept);
  return [...found.values()].sort((a, b) => a.place - b.place);
}

/** @param {List} func as it is imported */
function signatureOf(func) {
  const of = (/** @type {string} */ kind) =>
    func.filter((each) => Array.isArray(each) && each[0] === kind).flatMap((each) =>
      each.slice(1).map((type) => {
        const letter = LETTERS[String(type)];
        if (!letter) throw new Error(`a placeholder with a value of type ${type}`);
        return letter;
      }),
    );
  return `${of("param").join("")}:${of("result").join("")}`;
}

/** @param {List} elem functions from a place of the table on @param {Map<string, Placeholder>} left those that are left out @returns {List[]} the same without them */
function elements(elem, left) {
  const offset = elem.findIndex((each) => Array.isArray(each) && each[0] === "i32.const");
  const first = Number(/** @type {List} */ (elem[offset])[1]);
  /** @type {{ from: number, names: string[] }[]} */
  const runs = [];
  for (const [n, name] of /** @type {string[]} */ (elem.slice(offset + 1)).entries()) {
    const place = first + n;
    const placeholder = left.get(name);
    if (placeholder && placeholder.place !== place) throw new Error("a placeholder is not where its name says");
    if (placeholder) continue;
    const last = runs.at(-1);
    if (last && last.from + last.names.length === place) last.names.push(name);
    else runs.push({ from: place, names: [name] });
  }
  return runs.map((run) => ["elem", ["i32.const", String(run.from)], ...run.names]);
}

/** @param {unknown} text */
const unquoted = (text) => String(text).slice(1, -1);

/**
 * @param {Placeholder[]} placeholders in the order of their places
 * @returns {{ signatures: string[], runs: [part: number, from: number, letters: string][] }} for the glue: the signatures, the most frequent first; and for places one after the other, of functions of one part, the letter of the signature of each
 */
export function packed(placeholders) {
  const counts = new Map();
  for (const { signature } of placeholders) counts.set(signature, (counts.get(signature) ?? 0) + 1);
  const signatures = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  /** @type {[number, number, string][]} */
  const runs = [];
  for (const { part, place, signature } of placeholders) {
    const letter = String.fromCharCode(FIRST_LETTER + signatures.indexOf(signature));
    const last = runs.at(-1);
    if (last && last[0] === part && last[1] + last[2].length === place) last[2] += letter;
    else runs.push([part, place, letter]);
  }
  return { signatures, runs };
}

/** Behind the quotation mark. */
export const FIRST_LETTER = 35;
