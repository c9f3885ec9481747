// @ts-check
/** An embed of this run for a page of one's own: what it holds, how it looks, and the lines to copy. Loaded when asked for. */
import { formatAddress } from "./address.js";
import { isOrigin } from "./embed-options.js";
import { h } from "./dom.js";
import { language, t } from "./language.js";
import { field, select } from "./fields.js";
import { copyable } from "./share-copy.js";
import { count } from "./words.js";

/** Width and height of the frame, CSS pixels: the smallest that works, one beside text, one across a page. */
const SIZES = /** @type {const} */ ({ small: [320, 280], medium: [640, 420], large: [960, 600] });
/** What the lab needs of a frame: its modules, its own origin (static hosts serve modules to it alone), forms, the full lab. */
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox";

/** @param {import("./app.js").App} app @param {string} link the run as it stands, with its `#` @returns {HTMLElement} */
export function embedOptions(app, link) {
  const { lab, scenario } = app;
  const id = scenario?.id ?? "";
  /** @type {[string, string][]} */
  const places = [["here", t("This run, at event {n}", { n: count(lab?.cursor().event ?? 0) })]];
  if (id) places.push(["start", t("The scenario, from its opening")]);
  const start = select("start", places, "here");
  const size = select("size", [["small", t("Small")], ["medium", t("Medium")], ["large", t("Large")]].map(([name, label]) => [name ?? "", `${label}, ${SIZES[/** @type {keyof typeof SIZES} */ (name)].join(" x ")}`]), "medium");
  const theme = select("theme", [["", t("As the reader's system")], ["light", t("Light")], ["dark", t("Dark")]], "");
  const flags = [check("story", t("Question and steps")), check("actions", t("Actions")), check("views", t("Choice of views"))];
  const parent = h("input", { type: "url", name: "parent", placeholder: "https://course.example", autocomplete: "off", spellcheck: "false", "aria-describedby": "embed-parent" });
  const wrong = h("p", { role: "status", class: "muted" });
  const preview = h("div", { class: "embed-preview" });
  const snippet = h("textarea", { readonly: true, rows: 5, onfocus: () => snippet.select() });

  const address = () => {
    const url = new URL("../embed.html", import.meta.url);
    for (const { input } of flags) if (input.checked) url.searchParams.set(input.name, "1");
    if (theme.value) url.searchParams.set("theme", theme.value);
    if (language() !== "en") url.searchParams.set("lang", language());
    if (app.view !== scenario?.view) url.searchParams.set("view", app.view);
    if (isOrigin(parent.value)) url.searchParams.set("parent", parent.value);
    if (start.value === "here" && id) url.searchParams.set("picture", id);
    const seed = lab?.seed() ?? null;
    url.hash = start.value === "here" ? link : formatAddress(id, seed);
    // As a person would write them: both are allowed in a query.
    return url.href.replace(url.search, url.search.replaceAll("%2F", "/").replaceAll("%3A", ":"));
  };

  const draw = () => {
    const [width, height] = SIZES[/** @type {keyof typeof SIZES} */ (size.value)];
    const bad = parent.value !== "" && !isOrigin(parent.value);
    wrong.textContent = bad ? t("An origin is a scheme, a host and perhaps a port, such as {origin}.", { origin: "https://course.example" }) : "";
    snippet.value = frameOf({ src: address(), title: t("Netsplit: {scenario}", { scenario: scenario?.title ?? "" }), width, height });
    const scale = Math.min(1, (preview.clientWidth || width) / width);
    // A new frame each time: one that is sent elsewhere leaves an entry in the history.
    const frame = h("iframe", { title: t("Preview of the embed"), sandbox: SANDBOX, src: address() });
    Object.assign(frame.style, { width: `${width}px`, height: `${height}px`, scale: String(scale) });
    preview.replaceChildren(frame);
    preview.style.height = `${Math.ceil(height * scale)}px`;
  };
  const form = h(
    "div",
    { class: "embed-options", onchange: draw },
    h("div", { class: "fields" }, field(t("Opens with"), start), field(t("Size"), size), field(t("Theme"), theme)),
    h("div", { class: "row" }, flags.map(({ label }) => label)),
    field(t("Origin of the page that sends it messages, if any"), parent),
    wrong,
    preview,
    copyable(t("Snippet"), snippet),
  );
  requestAnimationFrame(draw);
  return form;
}

/** @param {string} name @param {string} text */
function check(name, text) {
  const input = h("input", { type: "checkbox", name });
  return { input, label: h("label", { class: "toggle" }, input, text) };
}

/** @param {{ src: string, title: string, width: number, height: number }} frame @returns {string} as a page holds it */
function frameOf({ src, title, width, height }) {
  const attributes = { src, title, width, height, loading: "lazy", sandbox: SANDBOX, allow: "clipboard-write", style: "border: 0; max-width: 100%" };
  const text = Object.entries(attributes).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return `<iframe ${text.join("\n  ")}></iframe>`;
}

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
