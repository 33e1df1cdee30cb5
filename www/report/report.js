/** The page. Comes in: the key that a person types, a period; goes out: the report. Never keeps the key but in this tab's memory. */
import { element } from "./dom.js";
import { format } from "./format.js";
import { sections } from "./sections.js";
import { LANGUAGES, filled, preferred, words } from "./words.js";

/** @template {HTMLElement} E @param {string} id @returns {E} */
const found = (id) => /** @type {E} */ (document.getElementById(id));

const form = /** @type {HTMLFormElement} */ (found("ask"));
const key = /** @type {HTMLInputElement} */ (found("key"));
const days = /** @type {HTMLSelectElement} */ (found("days"));
const from = /** @type {HTMLInputElement} */ (found("from"));
const to = /** @type {HTMLInputElement} */ (found("to"));
const said = found("said");
const place = found("report");
const site = document.body.dataset["site"] ?? "";

/** @type {string} */
let language = preferred();
/** What was read last, to be told again in another language. @type {import("./sections.js").Report | undefined} */
let report;

function speak() {
  const spoken = words(language);
  document.documentElement.lang = language;
  document.title = `${spoken["title"]} · ${site}`;
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll("[data-word]")
  ))
    node.textContent = spoken[node.dataset["word"] ?? ""] ?? "";
  const other = LANGUAGES.find((one) => one !== language) ?? "en";
  found("language").textContent = spoken["other"] ?? other;
  found("language").lang = other;
  if (report) tell(report);
}

/** @param {import("./sections.js").Report} read */
function tell(read) {
  const spoken = words(language);
  const as = format(language, spoken);
  say(filled(spoken["shown"], { from: as.day(read.from), to: as.day(read.to) }));
  const csv = element("button", { type: "button" }, spoken["csv"]);
  csv.addEventListener("click", () => void download());
  place.replaceChildren(
    ...sections(read, { said: spoken, as }),
    element("p", { class: "actions" }, csv),
  );
}

/** @param {string | undefined} text */
function say(text, isWrong = false) {
  said.textContent = text ?? "";
  said.className = isWrong ? "wrong" : "";
}

/** @param {"json" | "csv"} wanted */
function ask(wanted) {
  const query = new URLSearchParams({ site, format: wanted });
  if (days.value) query.set("days", days.value);
  else for (const field of [from, to]) if (field.value) query.set(field.name, field.value);
  return fetch(`/v1/report?${query.toString()}`, {
    headers: { authorization: `Bearer ${key.value}` },
    cache: "no-store",
    credentials: "omit",
  });
}

async function show() {
  say(words(language)["loading"]);
  report = undefined;
  place.replaceChildren();
  try {
    const answer = await ask("json");
    const body = await answer.json();
    if (!answer.ok) return say(`${body.error.message}: ${body.error.hint}`, true);
    report = body;
    tell(body);
  } catch {
    say(words(language)["failed"], true);
  }
}

async function download() {
  const answer = await ask("csv").catch(() => undefined);
  if (!answer?.ok) return say(words(language)["failed"], true);
  const address = URL.createObjectURL(await answer.blob());
  element("a", {
    href: address,
    download: `escale-${site}-${report?.from ?? ""}-${report?.to ?? ""}.csv`,
  }).click();
  URL.revokeObjectURL(address);
}

found("site").textContent = site;
found("language").addEventListener("click", () => {
  language = LANGUAGES.find((one) => one !== language) ?? "en";
  speak();
});
days.addEventListener("change", () => {
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".own")))
    field.hidden = days.value !== "";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void show();
});
speak();
