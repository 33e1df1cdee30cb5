/**
 * In: the booking written in the address by the quote form. Out: the confirmation, and one `booking` event, which
 * carries its reference so that a reload counts once. Never reports what is not a well-formed booking.
 */
import { tripOf, topicsOf } from "./catalogue.js";
import { day, el, euros, isDay, say } from "./dom.js";

function booking() {
  const given = Object.fromEntries(new URLSearchParams(location.search));
  const trip = tripOf(given.voyage);
  const sound =
    trip &&
    isDay(given.start_date) &&
    isDay(given.end_date) &&
    /^EV-[0-9A-F]{8}$/.test(given.id ?? "") &&
    Number(given.value) > 0;
  return sound ? { ...given, trip } : null;
}

function row(name, value) {
  return [el("dt", {}, name), el("dd", {}, value)];
}

function show({ trip, id, value, start_date, end_date, adults, children }) {
  document.querySelector("h1").textContent = say(
    "C’est réservé. Bon voyage\u00a0!",
    "It is booked. Have a good trip!",
  );
  document
    .querySelector("#booking")
    .replaceChildren(
      el(
        "dl",
        { class: "facts" },
        row(say("Référence", "Reference"), id),
        row(say("Voyage", "Trip"), say(trip.fr, trip.en)),
        row(say("Départ", "Leaving"), day(start_date)),
        row(say("Retour", "Return"), day(end_date)),
        row(
          say("Voyageurs", "Travellers"),
          say(
            `${adults} adulte(s), ${children} enfant(s)`,
            `${adults} adult(s), ${children} child(ren)`,
          ),
        ),
        row("Total", euros(Number(value))),
      ),
    );
}

const made = booking();
if (made) {
  show(made);
  const { trip, id, value, start_date, end_date, adults, children } = made;
  window.escale("track", "booking", {
    id,
    value: Number(value),
    currency: "EUR",
    destination: trip.destination,
    start_date,
    end_date,
    adults,
    children,
    topics: topicsOf(trip.destination),
  });
}
