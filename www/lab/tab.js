// @ts-check
/** A tab of the panel: it is made when it is opened, and hears of changes only while it is open. */
import { Part } from "./part.js";

export class TabPart extends Part {
  /**
   * @param {import("./app.js").Change[]} changes
   * @param {() => void} draw
   */
  keep(changes, draw) {
    this.on(["open", "moment", ...changes], draw, { slow: true });
    draw();
  }
}
