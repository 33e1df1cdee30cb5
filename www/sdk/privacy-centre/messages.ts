/**
 * The centre's words in both languages. Comes in: a language, what is known. Goes out: sentences. Numbers become words
 * here: a share is "above all", a confidence is "almost sure".
 */
import type { Language } from "../base/language.js";
import type { ConsentReceipt, ToldProfile } from "../base/types.js";

export type Frequency = "any" | "weekly" | "monthly" | "seasonal" | "never";
export const FREQUENCIES: readonly Frequency[] = ["any", "weekly", "monthly", "seasonal", "never"];

type Trip = ToldProfile["trips"][number];

const FR = {
  title: "Mes préférences de voyage",
  lead: "Voici ce que ce site croit savoir de vous. Vous pouvez le corriger, le faire taire, l’emporter ou l’effacer.",
  close: "Fermer",
  likes: "Ce que nous pensons que vous aimez",
  noLikes: "Rien encore : nous ne connaissons pas vos goûts.",
  notMe: "Ce n’est pas moi",
  denied: "Ce que vous avez rayé",
  giveBack: "Remettre",
  trips: "Vos projets de voyage",
  noTrips: "Aucun projet connu.",
  stage: "Où vous en êtes",
  declared: "Ce qui a été dit de vous",
  noDeclared: "Rien n’a été dit.",
  remove: "Retirer",
  frequency: "À quelle fréquence voulez-vous nous entendre ?",
  pause: "Mettre en pause",
  resume: "Reprendre",
  paused:
    "En pause : rien n’est noté, rien n’est envoyé, et les pages montrent leur contenu habituel. Les corrections attendent la reprise.",
  agreed: "Votre accord",
  data: "Vos données",
  export: "Télécharger mes données",
  import: "Rapporter un fichier",
  erase: "Tout effacer",
  eraseSure: "Tout effacer, vraiment ?",
  eraseYes: "Oui, effacer",
  eraseNo: "Non, garder",
  done: "C’est noté.",
  exported: "Votre fichier est prêt : escale-profil.json.",
  imported: "Le fichier est pris en compte.",
  erased: "Tout est effacé.",
  missing: "Rien n’est gardé sur vous pour le moment.",
  other: "une autre destination",
  without: "destination pas encore choisie",
} as const;

const EN: Readonly<Record<keyof typeof FR, string>> = {
  title: "My travel preferences",
  lead: "This is what this site believes it knows about you. You can correct it, silence it, take it along or erase it.",
  close: "Close",
  likes: "What we think you like",
  noLikes: "Nothing yet: we do not know your tastes.",
  notMe: "This is not me",
  denied: "What you have struck out",
  giveBack: "Put back",
  trips: "Your travel plans",
  noTrips: "No plan is known.",
  stage: "Where you stand",
  declared: "What was said of you",
  noDeclared: "Nothing was said.",
  remove: "Remove",
  frequency: "How often do you want to hear from us?",
  pause: "Pause",
  resume: "Resume",
  paused:
    "Paused: nothing is noted, nothing is sent, and pages show their usual content. Corrections wait until you resume.",
  agreed: "Your consent",
  data: "Your data",
  export: "Download my data",
  import: "Bring a file back",
  erase: "Erase everything",
  eraseSure: "Erase everything, really?",
  eraseYes: "Yes, erase",
  eraseNo: "No, keep it",
  done: "Noted.",
  exported: "Your file is ready: escale-profile.json.",
  imported: "The file has been taken in.",
  erased: "Everything is erased.",
  missing: "Nothing is kept about you at the moment.",
  other: "another destination",
  without: "no destination chosen yet",
};

export type Words = Readonly<Record<keyof typeof FR, string>>;
export const WORDS: Readonly<Record<Language, Words>> = { fr: FR, en: EN };

const SHARES = {
  fr: ["un peu", "souvent", "surtout"],
  en: ["a little", "often", "above all"],
} as const;
const SURE = {
  fr: ["ce n’est qu’une impression", "nous en sommes assez sûrs", "nous en sommes presque sûrs"],
  en: ["only an impression", "we are fairly sure", "we are almost sure"],
} as const;
const SOURCES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: { self: "dit par vous", shop: "noté en agence", crm: "connu de notre service clients" },
  en: { self: "said by you", shop: "noted in a shop", crm: "known to our customer service" },
};
const PURPOSES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: {
    personalise: "choisir selon ce que vous regardez",
    keep: "le retenir dans ce navigateur",
    sync: "le transmettre à ce site",
  },
  en: {
    personalise: "to choose by what you look at",
    keep: "to remember it in this browser",
    sync: "to hand it to this site",
  },
};
const PLACES: Readonly<Record<Language, Readonly<Record<ConsentReceipt["source"], string>>>> = {
  fr: {
    site: "donné sur ce site",
    tcf: "donné par la fenêtre de consentement (TCF)",
    google: "donné par la fenêtre de consentement",
  },
  en: {
    site: "given on this site",
    tcf: "given in the consent window (TCF)",
    google: "given in the consent window",
  },
};
const OFTEN: Readonly<Record<Language, Readonly<Record<Frequency, string>>>> = {
  fr: {
    any: "Aussi souvent que vous voulez",
    weekly: "Une fois par semaine",
    monthly: "Une fois par mois",
    seasonal: "À chaque saison",
    never: "Jamais",
  },
  en: {
    any: "As often as you like",
    weekly: "Once a week",
    monthly: "Once a month",
    seasonal: "Every season",
    never: "Never",
  },
};
const STAGES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: {
    unknown: "Nous ne savons pas encore.",
    visitor: "Vous découvrez le site.",
    prospect: "Un voyage semble vous tenter.",
    quoting: "Vous préparez un voyage avec nous.",
    new: "Vous avez réservé votre premier voyage.",
    occasional: "Vous voyagez parfois avec nous.",
    regular: "Vous voyagez souvent avec nous.",
    lapsed: "Nous ne vous avons pas vu depuis longtemps.",
  },
  en: {
    unknown: "We do not know yet.",
    visitor: "You are discovering the site.",
    prospect: "A trip seems to tempt you.",
    quoting: "You are preparing a trip with us.",
    new: "You have booked your first trip.",
    occasional: "You travel with us sometimes.",
    regular: "You travel with us often.",
    lapsed: "We have not seen you for a long time.",
  },
};
const MOMENTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: {
    dreaming: "une envie",
    planning: "en préparation",
    quoted: "devis demandé",
    booked: "réservé",
    before_departure: "bientôt le départ",
    travelling: "en voyage",
    returned: "de retour",
  },
  en: {
    dreaming: "a wish",
    planning: "being planned",
    quoted: "quote asked for",
    booked: "booked",
    before_departure: "about to leave",
    travelling: "travelling",
    returned: "back home",
  },
};
const FAILURES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  fr: {
    bad_file: "Ce fichier n’est pas un profil exporté d’ici, ou il a été modifié.",
    already_here: "Ce que dit ce fichier compte déjà.",
    not_kept: "Rien ne peut être gardé : il faut votre accord pour cela.",
    unavailable: "Ce n’est pas possible pour le moment.",
    not_everywhere:
      "Tout est effacé dans ce navigateur, mais le serveur n’a pas confirmé l’avoir fait pour vos autres appareils. Connectez-vous et effacez encore, ou écrivez-nous.",
  },
  en: {
    bad_file: "This file is no profile exported from here, or it was changed.",
    already_here: "What this file says counts already.",
    not_kept: "Nothing can be kept: that needs your consent.",
    unavailable: "This is not possible at the moment.",
    not_everywhere:
      "Everything is erased in this browser, but the server did not confirm it for your other devices. Log in and erase again, or write to us.",
  },
};

const third = (value: number): 0 | 1 | 2 => (value < 0.34 ? 0 : value < 0.67 ? 1 : 2);

/** How much of a taste, and how sure: "often · we are fairly sure". */
export const tasteInWords = (language: Language, affinity: number, confidence: number): string =>
  `${SHARES[language][third(affinity)]} · ${SURE[language][third(confidence)]}`;

export const sourceInWords = (language: Language, source: string): string =>
  SOURCES[language][source] ?? source;
export const frequencyInWords = (language: Language, frequency: Frequency): string =>
  OFTEN[language][frequency];
export const stageInWords = (language: Language, stage: string): string =>
  STAGES[language][stage] ?? stage;
export const failureInWords = (language: Language, code: string): string =>
  FAILURES[language][code] ?? FAILURES[language].unavailable ?? code;

/** A day in words, of a time in milliseconds. */
export const dayInWords = (language: Language, atMs: number): string =>
  new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(atMs);

/** A consent in a line: for what, when, where, to which words. */
export function consentInWords(
  language: Language,
  { at_ms, version, source, purposes }: ConsentReceipt,
): string {
  const [what, where] = [PURPOSES[language], PLACES[language]];
  const words = version === "" ? [] : [`version ${version}`];
  return [
    purposes.map((purpose) => what[purpose]).join(", "),
    dayInWords(language, at_ms),
    where[source],
    ...words,
  ].join(" · ");
}

const dateInWords = (language: Language, date: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${date}T00:00:00Z`),
  );

/** A trip in a line: where to, when, who, how far it is. */
export function tripInWords(language: Language, trip: Trip, labels: ToldProfile["labels"]): string {
  const words = WORDS[language];
  const { destination, start_date, end_date, adults, children, moment } = trip;
  const place =
    destination === null
      ? words.without
      : destination === "other"
        ? words.other
        : (labels[destination] ?? destination);
  const when = [start_date, end_date]
    .filter((date) => date !== null)
    .map((date) => dateInWords(language, date))
    .join(" – ");
  const count = (n: number, one: string, many: string): string =>
    n === 0 ? "" : `${n} ${n === 1 ? one : many}`;
  const who =
    language === "fr"
      ? [count(adults, "adulte", "adultes"), count(children, "enfant", "enfants")]
      : [count(adults, "adult", "adults"), count(children, "child", "children")];
  return [place, when, who.filter(Boolean).join(", "), MOMENTS[language][moment] ?? moment]
    .filter(Boolean)
    .join(" · ");
}
