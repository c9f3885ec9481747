// @ts-check
/** @param {import("../netsplit.js").EventRow} event whether there is more to say of it than its sentence: then *Why?* is offered */
export const hasReason = (event) => event.rule !== null || event.cause_n !== null || event.notes.some((note) => note.text !== event.text);
