/**
 * In: nothing. Out: the trips the agency sells, with their price per person in euros, and how to find them.
 * Never the place for page text: each trip has its own page under /voyages/.
 */
import { say } from "./dom.js";

export const TRIPS = [
  { slug: "lisbonne-3-nuits", destination: "lisbonne", family: "city", nights: 3, price: 289, image: "lisbonne", fr: "Lisbonne, trois nuits sur les collines", en: "Lisbon, three nights on the hills" },
  { slug: "porto-week-end", destination: "porto", family: "city", nights: 2, price: 219, image: "porto", fr: "Porto, le week-end au bord du Douro", en: "Porto, a weekend on the Douro" },
  { slug: "seville-3-nuits", destination: "seville", family: "city", nights: 3, price: 319, image: "seville", fr: "Séville, trois nuits sous les orangers", en: "Seville, three nights under the orange trees" },
  { slug: "prague-week-end", destination: "prague", family: "city", nights: 2, price: 239, image: "prague", fr: "Prague, le week-end des cent clochers", en: "Prague, a weekend of a hundred spires" },
  { slug: "berlin-4-jours", destination: "berlin", family: "city", nights: 3, price: 269, image: "berlin", fr: "Berlin, quatre jours à vélo", en: "Berlin, four days by bicycle" },
  { slug: "bali-9-nuits", destination: "bali", family: "exotic", nights: 9, price: 1490, image: "bali", fr: "Bali, neuf nuits entre rizières et lagon", en: "Bali, nine nights from rice fields to lagoon" },
  { slug: "zanzibar-8-nuits", destination: "zanzibar", family: "exotic", nights: 8, price: 1390, image: "zanzibar", fr: "Zanzibar, huit nuits d’épices et de lagon", en: "Zanzibar, eight nights of spice and lagoon" },
  { slug: "maurice-7-nuits", destination: "maurice", family: "exotic", nights: 7, price: 1590, image: "maurice", fr: "Île Maurice, sept nuits face au Morne", en: "Mauritius, seven nights facing Le Morne" },
  { slug: "martinique-8-nuits", destination: "martinique", family: "exotic", nights: 8, price: 1090, image: "martinique", fr: "Martinique, huit nuits côté Caraïbes", en: "Martinique, eight nights on the Caribbean side" },
  { slug: "crete-7-nuits", destination: "crete", family: "beach", nights: 7, price: 590, image: "crete", fr: "Crète, une semaine à La Canée", en: "Crete, a week in Chania" },
  { slug: "sardaigne-7-nuits", destination: "sardaigne", family: "beach", nights: 7, price: 640, image: "sardaigne", fr: "Sardaigne, une semaine de criques", en: "Sardinia, a week of coves" },
  { slug: "minorque-7-nuits", destination: "minorque", family: "beach", nights: 7, price: 540, image: "minorque", fr: "Minorque, une semaine au calme", en: "Menorca, a quiet week" },
  { slug: "chamonix-6-nuits", destination: "chamonix", family: "ski", nights: 6, price: 690, image: "chamonix", fr: "Chamonix, six nuits face au mont Blanc", en: "Chamonix, six nights facing Mont Blanc" },
  { slug: "val-thorens-7-nuits", destination: "val-thorens", family: "ski", nights: 7, price: 740, image: "val-thorens", fr: "Val Thorens, sept nuits skis aux pieds", en: "Val Thorens, seven nights on the slopes" },
  { slug: "la-clusaz-5-nuits", destination: "la-clusaz", family: "ski", nights: 5, price: 490, image: "la-clusaz", fr: "La Clusaz, cinq nuits au village", en: "La Clusaz, five nights in the village" },
  { slug: "baden-baden-2-nuits", destination: "baden", family: "wellness", nights: 2, price: 359, image: "baden-baden", fr: "Baden-Baden, deux nuits aux thermes", en: "Baden-Baden, two nights at the baths" },
  { slug: "quiberon-thalasso", destination: "quiberon", family: "wellness", nights: 4, price: 690, image: "quiberon", fr: "Quiberon, quatre nuits de thalasso", en: "Quiberon, four nights of sea-water spa" },
  { slug: "budapest-bains", destination: "budapest", family: "wellness", nights: 3, price: 279, image: "budapest", fr: "Budapest, trois nuits de bains", en: "Budapest, three nights of baths" },
  { slug: "disneyland-famille", destination: "disneyland", family: "family", nights: 2, price: 389, image: "disneyland", fr: "Disneyland Paris, deux nuits en famille", en: "Disneyland Paris, two nights with the family" },
  { slug: "landes-village-famille", destination: "landes", family: "family", nights: 7, price: 520, image: "landes", fr: "Les Landes, une semaine sous les pins", en: "The Landes, a week under the pines" },
  { slug: "perigord-cabane-famille", destination: "perigord", family: "family", nights: 3, price: 310, image: "perigord", fr: "Périgord, trois nuits dans les arbres", en: "Périgord, three nights in the trees" },
];

/** The trip of that slug, or undefined. */
export const tripOf = (slug) => TRIPS.find((trip) => trip.slug === slug);

/** "3 nights", in the page's language. */
export const nightsText = ({ nights }) => say(`${nights} nuits`, `${nights} nights`);

/** The topics a destination stands for, as Escale's fields take them; empty when the place is unknown. */
export function topicsOf(destination) {
  const trip = TRIPS.find((candidate) => candidate.destination === destination);
  return trip ? `trip.${trip.family},stay.${stay(trip.nights)},destination.${destination}` : "";
}

function stay(nights) {
  if (nights <= 4) return "short";
  return nights <= 7 ? "week" : "long";
}
