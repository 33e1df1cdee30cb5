/** What the page says, in French and in English. Comes in: a language; goes out: words. Never a number: those are `format.js`'s. */

/** @typedef {Record<string, string>} Words */

/** @type {Words} */
const en = {
  title: "Does it work?", site: "Site:", other: "Français", key: "API key", period: "Period", days7: "Last 7 days", days30: "Last 30 days",
  days90: "Last 90 days", days365: "Last 365 days", daysOwn: "From … to …", from: "From", to: "To", show: "Show",
  keyNote: "The key for reports, as the server has it (--report-key-file), or that of your back end. It stays in this tab's memory and is gone when you close or reload it.",
  loading: "Reading…", shown: "{from} to {to}", failed: "The server cannot be reached. Try again.",
  empty: "Nothing was handed in for these days. Visitors count once they agree to sync; a first report needs a few days.",
  uplift: "Does personalising help?",
  upliftNote: "{personalised} people saw personalised content, {held_out} were held out and saw your own content. {left_out} were seen in both and are left out. They count from the first day they were seen, which lies in this period, with all they have done since, in every channel you tell the server of.",
  quoted: "Quotes", booked: "Bookings", revenue: "Revenue per person",
  quotedOf: "of people asked for a quote", bookedOf: "of people booked", revenueOf: "a person",
  more: "More with personalising.", less: "Less with personalising.", no_difference_seen: "No difference seen so far.", too_few: "Too few people so far to say.",
  versus: "{personalised} personalised, {held_out} held out", between: "between {low} and {high}", difference: "difference",
  relative: "that is {value} ({low} to {high})", points: "points",
  total: "What was shown", exposures: "Seen", viewable_rate: "Viewable", clicks: "Clicks", click_rate: "Click rate", quotes: "Quotes", bookings: "Bookings", revenue_sum: "Revenue",
  totalNote: "Seen: half of the block in view for a second. Quotes and bookings: within {days} days after a click; one booking may follow clicks on two offers and then stands with both. Viewable: of the decisions that were seen or clicked; one that never came into view leaves no trace.",
  days: "Day by day", daysLabel: "Seen and clicked by day: {exposures} seen, {clicks} clicked, from {from} to {to}", asTable: "As a table", day: "Day",
  offers: "Offers", offer: "Offer", placement: "Placement", family: "Family", toAll: "Click rate if shown to all",
  offersNote: "An offer is shown to those who are likely to click it, so its click rate flatters it. “If shown to all” takes that out, using the recorded chance with which each offer was drawn; the bar is its 95 % interval, by visitor.",
  families: "Families", placements: "Placements", stages: "Stages", value_classes: "Value classes", arms: "Arms", name: "Name",
  "arms.personalised": "personalised", "arms.held_out": "held out",
  "stages.unknown": "unknown", "stages.visitor": "visitor", "stages.prospect": "prospect", "stages.quoting": "quoting", "stages.new": "new customer",
  "stages.occasional": "occasional customer", "stages.regular": "regular customer", "stages.lapsed": "lapsed customer",
  experiments: "Experiments", experiment: "Experiment: {name}", arm: "Arm", people: "People",
  experimentNote: "Among personalised people first seen in this period. {left_out} were seen in two arms and are left out.",
  armsBeside: "{arm}, beside {first}", armsVersus: "{value} with {arm}, {other} with {first}", armMore: "More with {arm}.", armLess: "Less with {arm}.",
  "value_classes.none": "no booking", "value_classes.standard": "standard", "value_classes.high": "high", csv: "Download as CSV", none: "–",
};

/** @type {Words} */
const fr = {
  title: "Est-ce que ça marche ?", site: "Site :", other: "English", key: "Clé d’API", period: "Période", days7: "7 derniers jours", days30: "30 derniers jours",
  days90: "90 derniers jours", days365: "365 derniers jours", daysOwn: "Du … au …", from: "Du", to: "Au", show: "Afficher",
  keyNote: "La clé des rapports, telle que le serveur l’a reçue (--report-key-file), ou celle de votre système. Elle reste dans la mémoire de cet onglet et disparaît quand vous le fermez ou le rechargez.",
  loading: "Lecture…", shown: "Du {from} au {to}", failed: "Le serveur est injoignable. Réessayez.",
  empty: "Rien n’a été transmis pour ces jours. Un visiteur compte dès qu’il accepte la synchronisation ; un premier rapport demande quelques jours.",
  uplift: "La personnalisation aide-t-elle ?",
  upliftNote: "{personalised} personnes ont vu du contenu personnalisé, {held_out} ont été mises à part et ont vu votre propre contenu. {left_out} ont été vues des deux côtés et sont laissées de côté. Chacune compte à partir du premier jour où elle a été vue, qui est dans cette période, avec tout ce qu’elle a fait depuis, par tous les canaux que vous racontez au serveur.",
  quoted: "Devis", booked: "Réservations", revenue: "Chiffre d’affaires par personne",
  quotedOf: "des personnes ont demandé un devis", bookedOf: "des personnes ont réservé", revenueOf: "par personne",
  more: "Davantage avec la personnalisation.", less: "Moins avec la personnalisation.", no_difference_seen: "Aucune différence visible jusqu’ici.", too_few: "Encore trop peu de personnes pour le dire.",
  versus: "{personalised} avec, {held_out} sans", between: "entre {low} et {high}", difference: "différence",
  relative: "soit {value} ({low} à {high})", points: "points",
  total: "Ce qui a été montré", exposures: "Vues", viewable_rate: "Visibilité", clicks: "Clics", click_rate: "Taux de clic", quotes: "Devis", bookings: "Réservations", revenue_sum: "Chiffre d’affaires",
  totalNote: "Vue : la moitié du bloc à l’écran pendant une seconde. Devis et réservations : dans les {days} jours après un clic ; une réservation peut suivre des clics sur deux offres et compte alors pour les deux. Visibilité : parmi les décisions vues ou cliquées ; celle qui n’est jamais venue à l’écran ne laisse pas de trace.",
  days: "Jour par jour", daysLabel: "Vues et clics par jour : {exposures} vues, {clicks} clics, du {from} au {to}", asTable: "En tableau", day: "Jour",
  offers: "Offres", offer: "Offre", placement: "Emplacement", family: "Famille", toAll: "Taux de clic si montrée à tous",
  offersNote: "Une offre est montrée à ceux qui ont des chances de cliquer : son taux de clic la flatte. « Si montrée à tous » corrige cela, d’après la probabilité enregistrée avec laquelle chaque offre a été tirée ; la barre est son intervalle à 95 %, par visiteur.",
  families: "Familles", placements: "Emplacements", stages: "Étapes", value_classes: "Classes de valeur", arms: "Groupes", name: "Nom",
  "arms.personalised": "personnalisé", "arms.held_out": "mis à part",
  "stages.unknown": "inconnu", "stages.visitor": "visiteur", "stages.prospect": "prospect", "stages.quoting": "devis en cours", "stages.new": "nouveau client",
  "stages.occasional": "client occasionnel", "stages.regular": "client régulier", "stages.lapsed": "client perdu",
  experiments: "Expériences", experiment: "Expérience : {name}", arm: "Groupe", people: "Personnes",
  experimentNote: "Parmi les personnes personnalisées vues pour la première fois dans cette période. {left_out} ont été vues dans deux groupes et sont laissées de côté.",
  armsBeside: "{arm}, face à {first}", armsVersus: "{value} avec {arm}, {other} avec {first}", armMore: "Davantage avec {arm}.", armLess: "Moins avec {arm}.",
  "value_classes.none": "sans réservation", "value_classes.standard": "standard", "value_classes.high": "élevée", csv: "Télécharger en CSV", none: "–",
};

/** The languages, the page's own first. */
export const LANGUAGES = /** @type {const} */ (["en", "fr"]);

/** The browser's language if it is one of ours. */
export const preferred = () => LANGUAGES.find((language) => navigator.languages.some((wanted) => wanted.startsWith(language)) && navigator.language.startsWith(language)) ?? "en";

/** @param {string} language @returns {Words} */
export const words = (language) => (language === "fr" ? fr : en);

/** A sentence with its blanks filled. @param {string | undefined} sentence @param {Record<string, string>} blanks */
export const filled = (sentence = "", blanks) => sentence.replace(/\{(\w+)\}/g, (blank, name) => blanks[name] ?? blank);
