/**
 * In: nothing but the page's own state. Out: the demo strip, which says what to try and gives shortcuts.
 * Never part of a real site: it is there for whoever shows the demo.
 */
import { askAgain, decide } from "./consent.js";
import { el, say } from "./dom.js";

/** Appends the strip to the page and keeps its state line up to date. */
export function strip() {
  const state = el("output", {});
  const show = () => {
    state.value = document.documentElement.dataset.escale ?? "off";
  };
  new MutationObserver(show).observe(document.documentElement, {
    attributeFilter: ["data-escale"],
  });
  show();
  document.body.append(
    el(
      "details",
      { class: "strip" },
      el(
        "summary",
        {},
        el("span", { class: "light-dot" }),
        el("span", {}, say("Démo Escale : ", "Escale demo: "), state),
      ),
      el("div", { class: "strip-body" }, steps(), shortcuts()),
    ),
  );
}

function steps() {
  const link = (href, fr, en) => el("a", { href }, say(fr, en));
  return el(
    "ol",
    {},
    el(
      "li",
      {},
      say("Acceptez, puis regardez trois city-trips : ", "Accept, then view three city breaks: "),
      link("/voyages/lisbonne-3-nuits.html", "Lisbonne", "Lisbon"),
      ", ",
      link("/voyages/porto-week-end.html", "Porto", "Porto"),
      ", ",
      link("/voyages/prague-week-end.html", "Prague", "Prague"),
      ".",
    ),
    el(
      "li",
      {},
      say("Commencez un ", "Start a "),
      link("/devis.html?voyage=seville-3-nuits", "devis pour Séville", "quote for Seville"),
      say(", sans le finir.", ", and leave it unfinished."),
    ),
    el(
      "li",
      {},
      say("Revenez à l’", "Go back "),
      link("/", "accueil", "home"),
      say(" : la une a changé.", ": the front page has changed."),
    ),
    el(
      "li",
      {},
      say(
        "Demandez « pourquoi ? » sur l’offre, ou dites « moins de cela ».",
        "Ask “why this?” on the offer, or say “less of this”.",
      ),
    ),
    el(
      "li",
      {},
      say("Ouvrez l’", "Open the "),
      link("?escale=inspect", "inspecteur", "inspector"),
      say(" ou exportez tout depuis ", " or export it all from "),
      link("/vie-privee.html", "Vie privée", "Privacy"),
      ".",
    ),
    el(
      "li",
      {},
      say("Lisez le ", "Read the "),
      link("/report", "rapport", "report"),
      say(
        ", avec des visiteurs simulés des deux dernières semaines.",
        ", with simulated visitors of the last two weeks.",
      ),
    ),
  );
}

function shortcuts() {
  const button = (label, act) => el("button", { type: "button", onclick: act }, label);
  return el(
    "div",
    { class: "buttons" },
    button(say("Accepter", "Accept"), () => decide(true)),
    button(say("Refuser", "Refuse"), () => decide(false)),
    button(say("Reposer la question", "Ask again"), askAgain),
    button(say("Tout oublier", "Forget it all"), () => window.escale("profile.forget")),
  );
}
