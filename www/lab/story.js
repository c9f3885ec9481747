// @ts-check
/**
 * `<netsplit-story>`: the scenario's question, its steps, and what came of it. A step is done when its predicate holds in
 * the run, however that came about. The first open step is the page's only filled button.
 */
import { HOME, isLink, linkTo, parseAddress } from "./address.js";
import { h, redraw, setText } from "./dom.js";
import { icon } from "./icons.js";
import { language, t } from "./language.js";
import { Part } from "./part.js";

class Story extends Part {
  #head = h("div", { class: "story-head" });
  #guess = h("div", { class: "story-guess" });
  #steps = h("ol", { class: "steps" });
  #end = h("div", { class: "story-end" });
  /** Says that the goal is met to those who do not see the end appear. */
  #said = h("p", { role: "status", class: "hidden" });
  /** @type {number | null} the answer that was chosen, from 0 */
  #answer = null;
  #told = false;

  setUp() {
    // What stands there while the page loads is of the scenario that it opens with by itself, and in English.
    const { scenario } = parseAddress(location.hash);
    if ((scenario ?? HOME) !== HOME || isLink(location.hash) || language() !== "en") this.replaceChildren();
    this.append(this.#head, this.#guess, this.#steps, this.#end, this.#said);
    this.on(["open"], () => this.#opened());
    this.on(["open", "moment"], () => this.#draw(), { slow: true });
  }

  #opened() {
    const { scenario } = this.app;
    if (!scenario) return;
    this.#answer = null;
    this.#told = false;
    this.removeAttribute("data-unfolded");
    this.querySelector(".opening-head")?.remove();
    // Who comes from a link of the story before goes on reading at its successor's head.
    const focused = this.contains(document.activeElement);
    const other = redraw(this.#head, scenario.id, () => [
      h(
        "h2",
        { tabindex: -1 },
        h("button", { type: "button", class: "unfold", "aria-expanded": "false", onclick: () => this.#unfold() }, scenario.question),
        h("span", { class: "question" }, scenario.question),
      ),
      h("p", null, scenario.sentences),
    ]);
    if (focused && other) this.#head.querySelector("h2")?.focus();
  }

  #unfold() {
    const open = this.toggleAttribute("data-unfolded");
    this.querySelector(".unfold")?.setAttribute("aria-expanded", String(open));
    if (open && document.activeElement?.matches(".told, body")) this.#toEnd();
  }

  #draw() {
    const { lab, scenario } = this.app;
    if (!lab || !scenario) return;
    const steps = lab.steps();
    const done = steps.map((step) => step.done);
    const goal = lab.goal();
    const open = done.indexOf(false);
    const focused = this.#steps.contains(document.activeElement);
    const watched = this.app.playing && this.app.watched !== null;
    redraw(this.#steps, [scenario.id, done, goal, steps[open]?.action !== null, watched], () =>
      steps.map((step, n) => {
        if (done[n]) return h("li", { class: "done" }, icon("tick"), h("span", null, step.text), h("span", { class: "hidden" }, " ", t("Done.")));
        if (n !== open || goal) return h("li", null, h("span", null, step.text));
        const primary = { type: "button", class: "primary", key: "step", onclick: () => (watched ? this.app.pause() : this.app.doStep(n)) };
        if (step.action) return h("li", { "aria-current": "step" }, h("div", null, h("button", primary, step.text)));
        return h("li", { "aria-current": "step" }, h("div", null, h("p", null, step.text), h("button", primary, watched ? t("Stop") : t("Play until then"))));
      }),
    );
    this.#drawGuess(scenario, goal);
    this.#drawEnd(scenario, goal, done.includes(true));
    setText(this.#said, goal ? t("All steps are done; the story tells what happened.") : "");
    // Its button is gone with the last step.
    if (focused && document.activeElement === document.body) this.#toEnd();
  }

  #toEnd() {
    const [strip, heading] = /** @type {NodeListOf<HTMLElement>} */ (this.#end.querySelectorAll(".told, h3"));
    (strip?.checkVisibility() ? strip : heading)?.focus();
  }

  /** @param {import("../netsplit.js").ScenarioText} scenario @param {boolean} goal */
  #drawGuess({ id, prediction }, goal) {
    redraw(this.#guess, [id, this.#answer, goal], () => {
      if (!prediction) return [];
      if (this.#answer !== null && goal) {
        const right = this.#answer === prediction.right;
        const answer = prediction.answers[prediction.right];
        return [h("p", null, right ? t("You expected this: {answer}.", { answer: answer ?? "" }) : t("You expected: {guess}. It is: {answer}.", { guess: prediction.answers[this.#answer] ?? "", answer: answer ?? "" }))];
      }
      return [
        h(
          "details",
          { open: this.#answer !== null },
          h("summary", { key: "guess" }, t("Guess first")),
          h(
            "fieldset",
            { class: "choice" },
            h("legend", null, prediction.question),
            prediction.answers.map((answer, n) =>
              h(
                "label",
                null,
                h("input", { type: "radio", name: "guess", key: `guess${n}`, checked: this.#answer === n, onchange: () => this.#guessed(n) }),
                answer,
              ),
            ),
          ),
        ),
      ];
    });
  }

  /** @param {number} n */
  #guessed(n) {
    this.#answer = n;
    this.#draw();
  }

  /** @param {import("../netsplit.js").ScenarioText} scenario @param {boolean} goal @param {boolean} begun */
  #drawEnd(scenario, goal, begun) {
    const told = goal || this.#told;
    redraw(this.#end, [scenario.id, told && this.app.catalogue.length, begun], () => {
      if (!told) {
        const tell = () => {
          this.#told = true;
          this.#draw();
        };
        return begun ? [h("button", { type: "button", class: "quiet", onclick: tell }, t("Tell what happens"))] : [];
      }
      const next = this.app.catalogue.filter((card) => scenario.next.includes(card.id));
      return [
        // Where the story is a strip, this unfolds it.
        h("button", { type: "button", class: "primary told", onclick: () => this.#unfold() }, t("What happened")),
        h("h3", { tabindex: -1 }, t("What happened")),
        h("p", null, scenario.happened),
        next.length > 0 &&
          h("p", null, t("Next:"), " ", ...next.flatMap((card, n) => [n > 0 && ", ", h("a", { href: linkTo(card.id) }, card.title)]), "."),
        scenario.sources.length > 0 && h("p", { class: "sources" }, scenario.sources.join(" ")),
      ];
    });
  }
}
customElements.define("netsplit-story", Story);
