/**
 * In: the sign-up form. Out: `newsletter_signup` with the interests ticked and the frequency chosen.
 * Never reports the e-mail address, and sends it nowhere: this is a demonstration.
 */
import { filled, say } from "./dom.js";

const form = document.querySelector("#newsletter");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = new FormData(form);
  window.escale(
    "track",
    "newsletter_signup",
    filled({ interests: given.getAll("interests").join(","), frequency: given.get("frequency") }),
  );
  document.querySelector("#thanks").textContent = say(
    "Merci ! Vos goûts sont pris en compte (dans ce navigateur, si vous l’avez accepté).",
    "Thank you! Your tastes are taken into account (in this browser, if you agreed to it).",
  );
  form.reset();
});
