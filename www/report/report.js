/** The page. In: the key that a person types, a period. Out: the report. Never: the key outside this tab's memory. */
import { createButton, createElement } from "../shared/dom.js";
import { formatMessage } from "../shared/format-message.js";
import { createFormat } from "./format.js";
import { MESSAGES, otherLanguage, preferredLanguage } from "./messages.js";
import { createSections } from "./sections.js";

/** @template {HTMLElement} E @param {string} id @returns {E} */
const byId = (id) => /** @type {E} */ (document.getElementById(id));

const form = /** @type {HTMLFormElement} */ (byId("ask"));
const key = /** @type {HTMLInputElement} */ (byId("key"));
const days = /** @type {HTMLSelectElement} */ (byId("days"));
const from = /** @type {HTMLInputElement} */ (byId("from"));
const to = /** @type {HTMLInputElement} */ (byId("to"));
const status = byId("status");
const container = byId("report");
const { site = "", access } = document.body.dataset;

let language = preferredLanguage();
let messages = MESSAGES[language];
/** The last report, to be rendered again in the other language. @type {import("./sections.js").Report | undefined} */
let report;

/** Writes the page's own texts in its language. */
function translate() {
  document.documentElement.lang = language;
  document.title = `${messages.title} · ${site}`;
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-message]")
  ))
    node.textContent =
      messages[/** @type {keyof typeof messages & "title"} */ (node.dataset["message"])];
  byId("language").textContent = messages.otherLanguage;
  byId("language").lang = otherLanguage(language);
  if (report) render(report);
}

/** @param {import("./sections.js").Report} report */
function render(report) {
  const format = createFormat(language, messages);
  setStatus(
    formatMessage(messages.shown, { from: format.day(report.from), to: format.day(report.to) }),
  );
  container.replaceChildren(
    ...createSections(report, { messages, format }),
    createElement("p", { class: "actions" }, createButton(messages.csv, {}, download)),
  );
}

/** @param {string} text */
function setStatus(text, isError = false) {
  status.textContent = text;
  status.className = isError ? "wrong" : "";
}

/** @param {"json" | "csv"} format */
function request(format) {
  const query = new URLSearchParams({ site, format });
  if (days.value) query.set("days", days.value);
  else for (const field of [from, to]) if (field.value) query.set(field.name, field.value);
  return fetch(`/v1/report?${query.toString()}`, {
    headers: key.value ? { authorization: `Bearer ${key.value}` } : {},
    cache: "no-store",
    credentials: "omit",
  });
}

async function load() {
  setStatus(messages.loading);
  report = undefined;
  container.replaceChildren();
  try {
    const response = await request("json");
    const body = await response.json();
    if (!response.ok) return setStatus(`${body.error.message}: ${body.error.hint}`, true);
    report = body;
    render(body);
  } catch {
    setStatus(messages.failed, true);
  }
}

async function download() {
  const response = await request("csv").catch(() => undefined);
  if (!response?.ok) return setStatus(messages.failed, true);
  const href = URL.createObjectURL(await response.blob());
  const file = `escale-${site}-${report?.from ?? ""}-${report?.to ?? ""}.csv`;
  createElement("a", { href, download: file }).click();
  URL.revokeObjectURL(href);
}

function switchLanguage() {
  language = otherLanguage(language);
  messages = MESSAGES[language];
  translate();
}

/** Shows the report of a demo at once, which needs no key and says that its visitors are simulated. */
function openDemo() {
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".keyed")))
    node.hidden = true;
  key.required = false;
  byId("simulated").hidden = false;
  void load();
}

byId("site").textContent = site;
byId("language").addEventListener("click", switchLanguage);
days.addEventListener("change", () => {
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".own")))
    field.hidden = days.value !== "";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void load();
});
translate();
if (access === "open") openDemo();
