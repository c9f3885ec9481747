// @ts-check
/** Starts the page: loads the wasm and says so on the root element (`data-lab`). */
import init from "../netsplit.js";

await init();
document.documentElement.dataset.lab = "ready";
