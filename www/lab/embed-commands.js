// @ts-check
/**
 * What a page may ask of the embed in it: reads a message without trusting anything about it.
 *
 * Every message is `{ netsplit: 1, type, id?, ... }`; `id` comes back in the answer.
 *
 * @typedef {string | number | null} MessageId
 * @typedef {{ type: "play" } | { type: "pause" } | { type: "state" }
 *   | { type: "seek", time_us: number } | { type: "seek", event: number }
 *   | { type: "step", kind: "event" | "story", way: 1 | -1 }
 *   | { type: "open", address: string }} Command
 * @typedef {"malformed" | "version" | "unknown-type" | "too-long"} Wrong
 * @typedef {{ ok: true, id: MessageId, command: Command } | { ok: false, id: MessageId, code: Wrong, place: string }} Read
 */

/** The version of the messages. */
export const VERSION = 1;
/** Longest address that is opened, characters: far above every link that the lab makes. */
export const ADDRESS_MAX = 1 << 18;
const ID_MAX = 64;
const KEYS_MAX = 8;

/** @type {Record<Command["type"], string[]>} what each may say besides `netsplit`, `type` and `id` */
const FIELDS = { play: [], pause: [], state: [], seek: ["time_us", "event"], step: ["kind", "way"], open: ["address"] };

/** @param {unknown} data as it came; of any shape @returns {Read} */
export function readCommand(data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return refuse(null, "malformed", "");
  const message = /** @type {Record<string, unknown>} */ (data);
  const keys = Object.keys(message);
  if (keys.length > KEYS_MAX) return refuse(null, "too-long", "");
  const { id = null, netsplit, type } = message;
  if (!isId(id)) return refuse(null, "malformed", "id");
  if (netsplit !== VERSION) return refuse(id, "version", "netsplit");
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type)) return refuse(id, "unknown-type", "type");
  const fields = FIELDS[/** @type {Command["type"]} */ (type)];
  const strange = keys.find((key) => !["netsplit", "type", "id", ...fields].includes(key));
  if (strange !== undefined) return refuse(id, "malformed", strange.slice(0, ID_MAX));
  return fieldsOf(/** @type {Command["type"]} */ (type), message, id);
}

/** @param {Command["type"]} type @param {Record<string, unknown>} message @param {MessageId} id @returns {Read} */
function fieldsOf(type, message, id) {
  switch (type) {
    case "seek": {
      const { time_us, event } = message;
      if (event === undefined && isCount(time_us)) return { ok: true, id, command: { type, time_us } };
      if (time_us === undefined && isCount(event)) return { ok: true, id, command: { type, event } };
      return refuse(id, "malformed", event === undefined ? "time_us" : "event");
    }
    case "step": {
      const { kind = "event", way = 1 } = message;
      if (kind !== "event" && kind !== "story") return refuse(id, "malformed", "kind");
      if (way !== 1 && way !== -1) return refuse(id, "malformed", "way");
      return { ok: true, id, command: { type, kind, way } };
    }
    case "open": {
      const { address } = message;
      if (typeof address !== "string" || address === "") return refuse(id, "malformed", "address");
      if (address.length > ADDRESS_MAX) return refuse(id, "too-long", "address");
      return { ok: true, id, command: { type, address: address.startsWith("#") ? address : `#${address}` } };
    }
    default:
      return { ok: true, id, command: { type } };
  }
}

/** @param {MessageId} id @param {Wrong} code @param {string} place @returns {Read} */
const refuse = (id, code, place) => ({ ok: false, id, code, place });

/** @param {unknown} value @returns {value is MessageId} */
const isId = (value) => value === null || Number.isSafeInteger(value) || (typeof value === "string" && value.length <= ID_MAX);

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
