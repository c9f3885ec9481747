// @ts-check
/** `<netsplit-lab>`: one laboratory with all its regions. */
import { App } from "./app.js";

export class LabRoot extends HTMLElement {
  app = new App();
}
customElements.define("netsplit-lab", LabRoot);
