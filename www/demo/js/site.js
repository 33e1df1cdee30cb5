/**
 * In: the page as written. Out: the header, the footer, the page's other language, the banner and the strip.
 * Never holds page content: a page reads well with this file blocked.
 */
import { start } from "./consent.js";
import { el, language, say } from "./dom.js";
import { strip } from "./strip.js";

const FAMILIES = [
  ["/city-trips/", say("City-trips", "City breaks")],
  ["/exotique/", say("Exotique", "Exotic")],
  ["/plage/", say("Plage", "Beach")],
  ["/ski/", "Ski"],
  ["/bien-etre/", say("Bien-être", "Wellness")],
  ["/famille/", say("Famille", "Family")],
];
const AGENCY = [
  ["/recherche.html", say("Chercher un voyage", "Find a trip")],
  ["/devis.html", say("Demander un devis", "Ask for a quote")],
  ["/guides/city-trip-au-printemps.html", say("Nos guides", "Our guides")],
  ["/services/assurance.html", say("Assurance", "Insurance")],
];
const PERSONAL = [
  ["/compte.html", say("Mon compte", "My account")],
  ["/newsletter.html", say("Lettre de voyage", "Newsletter")],
  ["/vie-privee.html", say("Vie privée", "Privacy")],
  // Where Escale does not run this leads to the page that says so.
  [
    "/vie-privee.html#rights",
    say("Ce que le site pense de moi", "What the site thinks of me"),
    { "data-escale-open": "centre" },
  ],
];

const links = (list) =>
  list.map(([href, name, more = {}]) =>
    el("a", { href, "aria-current": location.pathname === href ? "page" : null, ...more }, name),
  );
const listed = (title, list) =>
  el(
    "div",
    {},
    el("h2", {}, title),
    el(
      "ul",
      {},
      links(list).map((link) => el("li", {}, link)),
    ),
  );

function header() {
  document.querySelector(".site-header > .wrap").append(
    el("nav", { class: "site-nav", "aria-label": say("Voyages", "Trips") }, links(FAMILIES)),
    el(
      "div",
      { class: "site-tools" },
      el("a", { href: "/recherche.html", class: "optional" }, say("Chercher", "Search")),
      el("a", { href: "/compte.html" }, say("Compte", "Account")),
      el(
        "button",
        {
          type: "button",
          class: "language",
          lang: say("en", "fr"),
          onclick: switchLanguage,
          "aria-label": say("EN : read in English", "FR : lire en français"),
        },
        say("EN", "FR"),
      ),
    ),
  );
}

function footer() {
  document
    .querySelector(".site-footer > .wrap")
    .append(
      el(
        "div",
        { class: "columns" },
        el(
          "div",
          {},
          el("p", { class: "brand" }, "Escale Voyages"),
          el(
            "p",
            { class: "small" },
            say(
              "Une agence inventée, pour montrer Escale. Rien n’est à vendre ici, aucun courrier n’est envoyé.",
              "An invented agency that shows Escale. Nothing is for sale here, and no mail is sent.",
            ),
          ),
        ),
        listed(say("Voyages", "Trips"), FAMILIES),
        listed(say("L’agence", "The agency"), AGENCY),
        listed(say("Vous", "You"), PERSONAL),
      ),
    );
}

/** The offers are drawn in the page's language, so the page is read again rather than patched. */
function switchLanguage() {
  try {
    localStorage.setItem("voyages-lang", say("en", "fr"));
  } catch {
    // Storage refused: the address alone carries the language.
  }
  const here = new URL(location.href);
  here.searchParams.set("lang", say("en", "fr"));
  location.replace(here);
}

/** Translates text and attributes that cannot hold spans in two languages. */
function translate() {
  if (language !== "en") return;
  for (const node of document.querySelectorAll("body [data-en]"))
    node.textContent = node.dataset.en;
  for (const node of document.querySelectorAll("[data-en-alt]")) node.alt = node.dataset.enAlt;
  for (const node of document.querySelectorAll("[data-en-label]"))
    node.setAttribute("aria-label", node.dataset.enLabel);
}

/** In a task of its own, so that a slow machine answers in between. */
const soon = (work) => setTimeout(work);

// First, and at once: what other scripts of the page report is only heard with consent.
start();
translate();
header();
soon(footer);
soon(strip);
