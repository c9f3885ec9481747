// @ts-check
/**
 * Reading what a diagram shows, a slice at a time, and comparing it with another branch: how much of a frame that may take, what is
 * said meanwhile, and when what is there so far is worth a picture.
 *
 * @typedef {import("../netsplit.js").SpaceTimeSource} Source
 * @typedef {import("../netsplit.js").SpaceTimeRead} Read
 */
import { t } from "./language.js";
import { count } from "./words.js";

/** Longest reading within a frame, milliseconds: with a picture and what else is to do, less than 50. */
const READING_MS = 16;
/** Between two pictures of what is read so far, milliseconds. */
const PICTURE_MS = 200;
/** What `compared` says when nothing is left to compare. */
const COMPARED = 1000;

export class Reading {
  #paintedAt = 0;

  /** Reads on: a slice; while nothing plays, as many as a frame has room for. @param {Source} source @param {boolean} playing */
  on(source, playing) {
    const end = performance.now() + READING_MS;
    let read = source.spaceTimeRead();
    while (!playing && read.ok && !isWhole(read.value) && performance.now() < end) read = source.spaceTimeRead();
    return read;
  }

  /** A picture has been painted. */
  painted() {
    this.#paintedAt = performance.now();
  }

  /** What is read so far is seen from time to time; the rest of the time is for reading. */
  get isDue() {
    return performance.now() - this.#paintedAt >= PICTURE_MS;
  }
}

/** @param {Read} read nothing is left to do until the run goes on */
export const isWhole = ({ read, all, compared }) => read >= all && compared >= COMPARED;

/** @param {Read} read @returns {string} what it is at; empty if nothing is left to do */
export function busyWith({ read, all, compared }) {
  if (read < all) return t("Reading events: {read} of {all}.", { read: count(read), all: count(all) });
  return compared < COMPARED ? t("Comparing the branches: {percent} %.", { percent: Math.floor((compared * 100) / COMPARED) }) : "";
}
