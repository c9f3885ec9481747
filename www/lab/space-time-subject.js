// @ts-check
/**
 * Whose diagram it is: a run (`space-time-run.js`), or a trace of another program (`space-time-trace.js`).
 *
 * @typedef {import("../netsplit.js").SpaceTimeLook} Look
 * @typedef {{
 *   readonly source: import("../netsplit.js").SpaceTimeSource | null,
 *   readonly key: string,
 *   readonly name: string,
 *   isAnother: (before: string) => boolean,
 *   look: () => Partial<Look>,
 *   begins: () => number,
 *   latest: () => number,
 *   cursor: () => { event: number, at: number } | null,
 *   selection: () => number | null | undefined,
 *   select: (event: number, lane: number | null) => void,
 *   unselect: () => void,
 *   chooseLane: (lane: number) => void,
 *   choosePlace: (axis: "time" | "order", place: number, event: number) => void,
 *   hover: (lane: number | null) => void,
 *   tell: (text: string) => boolean,
 *   timeOf: (event: number) => number | undefined,
 *   others: () => { id: number, name: string }[],
 *   free: () => void,
 * }} Subject
 *   `key`: with another one, what was selected is not here, and with `isAnother` nor is the window; `begins`: an event that the
 *   first window ends with; `latest`: where the keyboard begins; `cursor`: null if nothing is played; `selection`: undefined if it
 *   is the diagram's own; `choosePlace`: `event` is the number of events before it; `tell`: false if it has nowhere to; `others`:
 *   what it can be compared with
 */
export {};
