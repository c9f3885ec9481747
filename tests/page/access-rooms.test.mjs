// @ts-check
// A telephone on its side, and a lecture hall.
import { axeFindsNothing } from "./axe.mjs";
import { laboratory } from "./harness.mjs";

const lab = laboratory();

axeFindsNothing(lab, "sideways", { size: { width: 740, height: 360 }, touch: true });
axeFindsNothing(lab, "lecture", { size: { width: 1280, height: 720 }, path: "?present=1" });
