/**
 * In: the visitor's remembered choice and Escale's state on the page. Out: both in words, and the visitor's rights
 * as buttons: change, withdraw, export, forget. Never shows a right that is not one click away.
 */
import { choice, decide, open } from "./consent.js";
import { el, language, say } from "./dom.js";

const at = (id) => document.getElementById(id);
const STATES = {
  pending: say("en attente de votre choix", "waiting for your choice"),
  denied: say("refusé : rien n’est lu ni gardé", "refused: nothing is read or kept"),
  ready: say("actif", "active"),
  paused: say("en pause, à votre demande", "paused, as you asked"),
  memory: say("actif sans rien garder", "active, keeping nothing"),
  off: say("éteint", "off"),
};

function showChoice(made) {
  const yes = (agreed) => say(agreed ? "oui" : "non", agreed ? "yes" : "no");
  at("choice-date").textContent = made
    ? new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(
        new Date(made.at),
      )
    : say("pas encore fait", "not made yet");
  for (const purpose of ["personalise", "keep", "sync"])
    at(`choice-${purpose}`).textContent = made ? yes(made[purpose]) : "–";
}

function showState() {
  const state = document.documentElement.dataset.escale ?? "off";
  at("state").textContent = STATES[state] ?? state;
}

function exported(profile) {
  if (profile === undefined) return done(...NOTHING_TO_EXPORT);
  const text = typeof profile === "string" ? profile : JSON.stringify(profile, null, 2);
  const file = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  at("export").replaceChildren(
    el(
      "p",
      {},
      el(
        "a",
        { href: file, download: "escale-voyages.json" },
        say("Télécharger ce fichier", "Download this file"),
      ),
    ),
    el("pre", { class: "dump", tabindex: "0" }, text),
  );
}

/** Reports the outcome of an erasure. `failure` is an error with a code; falsy after a success. */
function forgotten(failure) {
  if (!failure)
    done(
      "Votre profil est effacé. Votre choix, lui, reste tel quel.",
      "Your profile is erased. Your choice stays as it is.",
    );
  else if (failure.code === "not_everywhere") {
    done(
      "Votre profil est effacé dans ce navigateur, mais le serveur n’a pas confirmé l’avoir fait pour vos autres appareils. Connectez-vous et effacez encore.",
      "Your profile is erased in this browser, but the server did not confirm it for your other devices. Log in and erase again.",
    );
  } else if (failure.code === "not_kept")
    done(
      "Rien n’est gardé : il n’y a rien à effacer.",
      "Nothing is kept: there is nothing to erase.",
    );
  else
    done(
      "Votre profil n’a pas pu être effacé. Rechargez la page et essayez encore.",
      "Your profile could not be erased. Load the page again and try once more.",
    );
}

const NOTHING_TO_EXPORT = [
  "Rien n’est gardé : il n’y a rien à exporter.",
  "Nothing is kept: there is nothing to export.",
];
const done = (fr, en) => {
  at("done").textContent = say(fr, en);
};

at("centre").addEventListener("click", () =>
  window.escale("centre", (opened) => {
    if (!opened)
      done(
        "Rien n’est gardé : il n’y a rien à voir ni à corriger.",
        "Nothing is kept: there is nothing to see or correct.",
      );
  }),
);
at("change").addEventListener("click", () => open(true));
at("withdraw").addEventListener("click", () => {
  decide(false);
  at("export").replaceChildren();
  done(
    "Votre accord est retiré, et tout ce qui était gardé est effacé.",
    "Your consent is withdrawn, and all that was kept is erased.",
  );
});
at("take").addEventListener("click", () => {
  if (!choice()?.personalise) done(...NOTHING_TO_EXPORT);
  else window.escale("profile.export", exported);
});
at("forget").addEventListener("click", () => {
  at("export").replaceChildren();
  done("Votre profil est en cours d’effacement…", "Your profile is being erased…");
  window.escale("profile.forget", forgotten);
});

document.addEventListener("voyages:consent", ({ detail }) => showChoice(detail));
new MutationObserver(showState).observe(document.documentElement, {
  attributeFilter: ["data-escale"],
});
showChoice(choice());
showState();
