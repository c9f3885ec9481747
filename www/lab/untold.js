// @ts-check
/** A run that belongs to no scenario: from a plan, or from a link of one. Loaded when such a run is opened. */
import { t } from "./language.js";

/** @param {import("../netsplit.js").Lab} lab @returns {import("../netsplit.js").ScenarioText} what is told of it */
export function untold(lab) {
  const { id: system, views } = lab.system();
  return {
    id: "",
    system,
    title: t("A run of its own"),
    question: t("What happens in this run?"),
    sentences: t("It belongs to no scenario: play it, step through it, change it."),
    looks_for: "",
    steps: [],
    prediction: null,
    happened: "",
    next: [],
    sources: [],
    level: "first",
    minutes: 0,
    view: views[0] ?? "cluster",
    pace: lab.cursor().speed,
    start_us: 0,
    end_us: lab.cursor().end_us,
  };
}
