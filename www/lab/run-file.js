// @ts-check
/** Files of runs: what Save writes, and how much of it is read. */
import { h } from "./dom.js";

/** Longest file of a run that is read, bytes: a plan of the 16 million characters that the lab takes, each of three bytes, is shorter. */
export const SIZE_MAX = 64 << 20;
/** Plans up to so many characters are written for people, each thing in a line of its own; longer ones are not. */
const FOR_PEOPLE_MAX = 1 << 20;

/** @param {object} plan @returns {string} its file */
export function runText(plan) {
  const text = JSON.stringify(plan);
  return text.length > FOR_PEOPLE_MAX ? text : JSON.stringify(plan, null, 2);
}

/** @param {string} name of a scenario, or nothing @returns {string} what its files are called, without an ending */
export const fileName = (name) => (name || "run").replaceAll("/", "-");

/** @param {string} name @param {string} type @param {BlobPart} content */
export function save(name, type, content) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
