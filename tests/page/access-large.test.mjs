// @ts-check
// Large windows; a file of its own, because a file has a time limit.
import { axeFindsNothing } from "./axe.mjs";
import { laboratory, sizes } from "./harness.mjs";

const lab = laboratory();

axeFindsNothing(lab, "1440", { size: sizes.desktop });
axeFindsNothing(lab, "1920", { size: sizes.wide });
