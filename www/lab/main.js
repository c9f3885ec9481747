// @ts-check
/** Starts the page: defines its elements, loads the lab, opens what the address names. */
import { silenceStopped } from "./core.js";
import { LabRoot } from "./root.js";
import "./header.js";
import "./story.js";
import "./views.js";
import "./stage.js";
import "./actions.js";
import "./caption.js";
import "./time-bar.js";
import "./panel.js";
import "./failure.js";
import { listenToDrops } from "./drop.js";
import { listenToKeys } from "./keys.js";
import { loadAhead } from "./on-demand.js";

silenceStopped();
const root = document.querySelector("netsplit-lab");
if (root instanceof LabRoot) {
  listenToKeys(root.app);
  listenToDrops(root.app);
  loadAhead(root.app);
  // Not awaited: what is loaded on demand may import this module, and would wait for its end.
  void root.app.start();
}
