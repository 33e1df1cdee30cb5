/**
 * In: the three-step quote form, and `?voyage=slug` when the visitor comes from a trip. Out: `quote_start` once,
 * `quote_step` at each step, `quote_submit` at the end. Never reports a name, an e-mail or a free text.
 */
import { TRIPS, tripOf, topicsOf } from "./catalogue.js";
import { day, el, euros, filled, plusDays, say } from "./dom.js";

const form = document.querySelector("#quote");
const steps = [...form.querySelectorAll("[data-step]")];
const items = [...document.querySelectorAll(".steps li")];
let started = false;

function trip() {
  return tripOf(form.elements.voyage.value) ?? TRIPS[0];
}

function total() {
  const { adults, children } = form.elements;
  return Math.round(trip().price * (Number(adults.value) + Number(children.value) * 0.6));
}

function reported() {
  const { start_date, adults, children } = form.elements;
  const { destination, nights } = trip();
  const end_date = start_date.value && plusDays(start_date.value, nights);
  return filled({
    destination,
    start_date: start_date.value,
    end_date,
    adults: adults.value,
    children: children.value,
    topics: topicsOf(destination),
  });
}

function begin() {
  if (started) return;
  started = true;
  window.escale("track", "quote_start", reported());
}

function goTo(number) {
  steps.forEach((step, i) => {
    step.hidden = i !== number;
  });
  items.forEach((item, i) =>
    i === number ? item.setAttribute("aria-current", "step") : item.removeAttribute("aria-current"),
  );
  steps[number].querySelector("input, select, a")?.focus();
}

const complete = (step) =>
  [...step.querySelectorAll("input, select")].every((field) => field.reportValidity());

function next(number) {
  if (!complete(steps[number - 1])) return;
  begin();
  window.escale("track", "quote_step", { ...reported(), step: number + 1 });
  goTo(number);
}

function submit(event) {
  event.preventDefault();
  if (!complete(steps[2])) return;
  begin();
  window.escale("track", "quote_submit", { ...reported(), value: total(), currency: "EUR" });
  goTo(3);
  summary();
}

function summary() {
  const { start_date, adults, children } = form.elements;
  const from = start_date.value;
  const order = new URLSearchParams({
    voyage: trip().slug,
    start_date: from,
    end_date: plusDays(from, trip().nights),
    adults: adults.value,
    children: children.value,
    value: total(),
    id: reference(),
  });
  document
    .querySelector("#summary")
    .replaceChildren(
      el("h2", { tabindex: "-1" }, say("Votre devis est prêt", "Your quote is ready")),
      el(
        "p",
        { class: "lead" },
        say(
          `${trip().fr}, départ le ${day(from)} : ${euros(total())} tout compris.`,
          `${trip().en}, leaving on ${day(from)}: ${euros(total())} all in.`,
        ),
      ),
      el(
        "div",
        { class: "buttons" },
        el(
          "a",
          { class: "button", href: `/confirmation.html?${order}` },
          say("Réserver (démonstration)", "Book (demonstration)"),
        ),
        el("a", { class: "button plain", href: "/" }, say("J’y réfléchis", "I’ll think about it")),
      ),
    );
}

/** A booking reference: twice the same page, twice the same booking. */
function reference() {
  return `EV-${[...crypto.getRandomValues(new Uint8Array(4))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase()}`;
}

const wanted = tripOf(new URLSearchParams(location.search).get("voyage"));
if (wanted) form.elements.voyage.value = wanted.slug;
form.elements.start_date.min = new Date().toISOString().slice(0, 10);
form.addEventListener("input", begin, { once: true });
form.addEventListener("submit", submit);
for (const button of form.querySelectorAll("[data-to]")) {
  const to = Number(button.dataset.to);
  const forward = button.classList.contains("forward");
  button.addEventListener("click", () => (forward ? next(to) : goTo(to)));
}
// Who presses "quote" on a trip has begun one; who opens the empty form has not yet.
if (wanted) begin();
