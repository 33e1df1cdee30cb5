/**
 * In: the visitor's choice. Out: the banner, the choice kept under the site's own key, and the same choice
 * asserted to Escale on every page. Never assumes a choice: until there is one, the answer is "pending".
 */
import { el, say } from "./dom.js";

const KEY = "voyages-consent";
/** Which words the banner has: named in the receipt of a consent. */
const VERSION = "2026-11";
const PURPOSES = ["personalise", "keep", "sync"];
let banner = null;

/** The remembered choice `{personalise, keep, sync, at}`, or null when none was made or storage is refused. */
export function choice() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept && PURPOSES.every((purpose) => typeof kept[purpose] === "boolean") ? kept : null;
  } catch {
    return null;
  }
}

/** Remembers a choice, tells Escale and the page, and closes the banner. */
export function decide(personalise, keep = personalise, sync = keep) {
  const made = {
    personalise,
    keep: personalise && keep,
    sync: personalise && keep && sync,
    version: VERSION,
    at: new Date().toISOString(),
  };
  remember(JSON.stringify(made));
  tell(made);
  close();
}

/** Forgets the choice, so that the question is asked again. */
export function askAgain() {
  remember(null);
  tell(null);
  open();
}

/** Asserts the remembered choice to Escale, and asks when there is none. */
export function start() {
  const made = choice();
  tell(made);
  if (!made) setTimeout(open);
}

/** Opens the banner, on its purposes when `detailed`. */
export function open(detailed = false) {
  close();
  banner = build();
  document.body.append(banner);
  if (detailed) reveal();
}

function tell(made) {
  window.escale("consent", asCommand(made));
  setTimeout(() => document.dispatchEvent(new CustomEvent("voyages:consent", { detail: made })));
}

function asCommand(made) {
  if (!made) return "pending";
  const { personalise, keep, sync, version } = made;
  return personalise ? { personalise, keep, sync, version } : "denied";
}

function remember(text) {
  try {
    if (text === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
  } catch {
    // Storage refused: the choice holds for this page, and will be asked again.
  }
}

function close() {
  banner?.remove();
  banner = null;
}

function build() {
  const more = el(
    "button",
    { type: "button", class: "link", onclick: reveal },
    say("Choisir en détail", "Choose in detail"),
  );
  return el(
    "section",
    { class: "consent", "aria-labelledby": "consent-title" },
    el(
      "h2",
      { id: "consent-title" },
      say("Des idées de voyage qui vous ressemblent ?", "Travel ideas that suit you?"),
    ),
    el(
      "p",
      {},
      say(
        "Avec votre accord, ce site retient dans votre navigateur ce que vous regardez, pour vous proposer les bons voyages. Sans accord, rien n’est gardé et le site marche tout aussi bien.",
        "If you agree, this site remembers in your browser what you look at, to suggest the right trips. If not, nothing is kept and the site works just as well.",
      ),
    ),
    purposes(),
    el(
      "div",
      { class: "buttons" },
      el(
        "button",
        { type: "button", class: "button", id: "consent-refuse", onclick: () => decide(false) },
        say("Refuser", "Refuse"),
      ),
      el(
        "button",
        { type: "button", class: "button", id: "consent-accept", onclick: () => decide(true) },
        say("Accepter", "Accept"),
      ),
      el(
        "button",
        { type: "button", class: "button plain", id: "consent-save", hidden: true, onclick: save },
        say("Enregistrer ce choix", "Save this choice"),
      ),
      more,
      el("a", { href: "/vie-privee.html", class: "small" }, say("Vie privée", "Privacy")),
    ),
  );
}

function purposes() {
  const made = choice();
  const labels = {
    personalise: say(
      ["Personnaliser", "Choisir les offres d’après les pages vues."],
      ["Personalise", "Choose offers from the pages you view."],
    ),
    keep: say(
      ["Garder un profil", "S’en souvenir d’une visite à l’autre, dans ce navigateur."],
      ["Keep a profile", "Remember it from one visit to the next, in this browser."],
    ),
    sync: say(
      ["Synchroniser", "Le retrouver sur vos autres appareils, par notre serveur."],
      ["Synchronise", "Find it on your other devices, through our server."],
    ),
  };
  return el(
    "fieldset",
    { hidden: true, id: "consent-purposes" },
    el("legend", {}, say("Ce que vous acceptez", "What you accept")),
    PURPOSES.map((purpose) =>
      el(
        "label",
        { class: "choice" },
        el("input", { type: "checkbox", name: purpose, checked: made?.[purpose] ?? false }),
        el(
          "span",
          {},
          el("strong", {}, labels[purpose][0]),
          el("span", { class: "small" }, labels[purpose][1]),
        ),
      ),
    ),
  );
}

function reveal() {
  for (const id of ["consent-purposes", "consent-save"])
    banner.querySelector(`#${id}`).hidden = false;
  banner.querySelector(".link").hidden = true;
  banner.querySelector("input").focus();
}

function save() {
  const [personalise, keep, sync] = PURPOSES.map(
    (purpose) => banner.querySelector(`[name=${purpose}]`).checked,
  );
  decide(personalise, keep, sync);
}
