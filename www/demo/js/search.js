/**
 * In: the search form, or the address that carries its fields. Out: the trips that match, and one `search` event
 * per search. Never asks a server: the catalogue is in the page's own files.
 */
import { TRIPS, nightsText, topicsOf } from "./catalogue.js";
import { el, euros, filled, plusDays, say } from "./dom.js";

const form = document.querySelector("#search");
const results = document.querySelector("#results");
const count = document.querySelector("#count");

/** Reads a form's fields as the search they describe. */
function asked() {
  const { destination, start_date, end_date, adults, children } = Object.fromEntries(
    new FormData(form),
  );
  return { destination, start_date, end_date, adults, children };
}

/** A destination is either one trip's, or a whole family's, written `family:ski`. */
function matches(trip, { destination, start_date, end_date }) {
  const family = destination?.startsWith("family:") ? destination.slice(7) : null;
  if (family ? trip.family !== family : destination && trip.destination !== destination)
    return false;
  return !start_date || !end_date || plusDays(start_date, trip.nights) <= end_date;
}

/** Fields of the search event for Escale: a family is a topic, a place is a destination. */
function reported(search) {
  const family = search.destination?.startsWith("family:") ? search.destination.slice(7) : null;
  return filled({
    ...search,
    destination: family ? "" : search.destination,
    topics: family ? `trip.${family}` : topicsOf(search.destination),
  });
}

function card(trip) {
  return el(
    "article",
    { class: "card" },
    el("img", { src: `/img/${trip.image}.svg`, alt: "", width: 800, height: 600, loading: "lazy" }),
    el(
      "div",
      { class: "card-body" },
      el("h3", {}, el("a", { href: `/voyages/${trip.slug}.html` }, say(trip.fr, trip.en))),
      el("p", {}, nightsText(trip)),
      el(
        "div",
        { class: "card-foot" },
        el("span", { class: "price" }, el("small", {}, say("dès ", "from ")), euros(trip.price)),
      ),
    ),
  );
}

function show(search) {
  const found = TRIPS.filter((trip) => matches(trip, search));
  results.replaceChildren(...found.map(card));
  count.textContent = found.length
    ? say(
        `${found.length} voyage${found.length > 1 ? "s" : ""}`,
        `${found.length} trip${found.length > 1 ? "s" : ""}`,
      )
    : say(
        "Aucun voyage ne tient dans ces dates : élargissez-les un peu.",
        "No trip fits these dates: widen them a little.",
      );
}

function run() {
  const search = asked();
  show(search);
  window.escale("track", "search", reported(search));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.elements.start_date.addEventListener("change", ({ target }) => {
  form.elements.end_date.min = target.value;
});

const fromAddress = new URLSearchParams(location.search);
for (const [name, value] of fromAddress)
  if (name in form.elements) form.elements[name].value = value;
if (fromAddress.has("destination") || fromAddress.has("start_date")) run();
else show({});
