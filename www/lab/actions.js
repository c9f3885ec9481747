// @ts-check
/** `<netsplit-actions>`: what can be broken, and mended, from the stage. */
import { startCut } from "./cutting.js";
import { h, redraw } from "./dom.js";
import { openMenu } from "./menu.js";
import { Part } from "./part.js";
import { openRequest } from "./request.js";

class Actions extends Part {
  setUp() {
    this.app.on(["open", "moment", "mode"], () => this.#draw(), { slow: true });
  }

  #draw() {
    const { lab, cut } = this.app;
    this.classList.toggle("away", cut !== null);
    if (!lab) return;
    const hurt = lab.cuts().length > 0;
    const down = lab.nodes().filter((node) => node.status === "crashed" || node.status === "halted").length > 0;
    redraw(this, [hurt, down], () => [
      this.#button("crash", "Crash..", (at) => this.#crash(at)),
      this.#button("cut", "Cut the network..", () => startCut(this.app)),
      this.#button("request", "Send a request..", () => openRequest(this.app)),
      this.#button("faults", "More faults", () => this.app.openPanel("faults")),
      hurt && this.#button("heal", "Heal the network", () => void this.app.act({ heal: [] })),
      down && this.#button("restart", "Restart..", (at) => this.#restart(at)),
    ]);
  }

  /** @param {string} key @param {string} label @param {(at: HTMLElement) => void} run */
  #button(key, label, run) {
    const button = h("button", { type: "button", key, onclick: () => run(button) }, label);
    return button;
  }

  /** @param {HTMLElement} at */
  #crash(at) {
    const up = this.app.lab?.nodes().filter((node) => node.status === "running" || node.status === "paused") ?? [];
    openMenu(
      "Crash",
      up.map((node) => ({
        label: node.client ? node.name : `${node.name}, ${node.role.name}`,
        run: () => void this.app.act({ crash: node.id }),
      })),
      at,
    );
  }

  /** @param {HTMLElement} at */
  #restart(at) {
    const down = this.app.lab?.nodes().filter((node) => node.status === "crashed" || node.status === "halted") ?? [];
    openMenu(
      "Restart",
      down.flatMap((node) => [
        { label: node.name, run: () => void this.app.act({ restart: { node: node.id, empty: false } }) },
        { label: `${node.name} with an empty disk`, run: () => void this.app.act({ restart: { node: node.id, empty: true } }) },
      ]),
      at,
    );
  }
}
customElements.define("netsplit-actions", Actions);
