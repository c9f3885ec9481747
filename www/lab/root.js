// @ts-check
/** `<netsplit-lab>`: one laboratory with all its regions. */
import { App } from "./app.js";
import { nameRegions } from "./language.js";
import { Part } from "./part.js";

export class LabRoot extends HTMLElement {
  app = new App();

  connectedCallback() {
    nameRegions(this);
  }

  /** Makes every part anew, in the language of now; what they show is kept by the app. */
  rebuild() {
    nameRegions(this);
    const compareAgain = this.app.comparing?.leavePage();
    for (const part of this.querySelectorAll("*")) {
      if (part instanceof Part && part.isConnected) part.replaceWith(part.cloneNode());
    }
    compareAgain?.();
    this.app.changed("open", "branches", "caption", "look", "panel", "mode", "failed");
  }
}
customElements.define("netsplit-lab", LabRoot);
