// @ts-check
// A desktop at 200 %, everything or text alone.
import { axeFindsNothing } from "./axe.mjs";
import { laboratory, sizes } from "./harness.mjs";

const lab = laboratory();

axeFindsNothing(lab, "zoom 200 %", { size: { width: 720, height: 450 }, zoom: 2 });
axeFindsNothing(lab, "text 200 %", { size: sizes.desktop, text: "200%" });
