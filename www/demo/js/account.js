/**
 * In: an e-mail address. Out: a token signed by the demo site's own back end, handed to Escale by `identify`.
 * Never keeps the address or the token: the session lasts as long as the page.
 */
import { say } from "./dom.js";

const form = document.querySelector("#login");
const message = document.querySelector("#message");
const logout = document.querySelector("#logout");

async function tokenFor(email) {
  const answer = await fetch("/demo/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  });
  if (!answer.ok) throw new Error(`login: ${answer.status}`);
  return (await answer.json()).token;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const email = form.elements.email.value;
  try {
    window.escale("identify", await tokenFor(email));
    message.textContent = say(
      `Bonjour ${email} : ce que vous aimez vous suit d’un appareil à l’autre.`,
      `Hello ${email}: what you like follows you from one device to the next.`,
    );
  } catch {
    message.textContent = say(
      "La connexion n’a pas répondu. Essayez dans un moment.",
      "Signing in did not answer. Please try again in a moment.",
    );
  }
});

logout.addEventListener("click", () => {
  window.escale("logout");
  form.reset();
  message.textContent = say(
    "Vous êtes déconnecté de ce navigateur.",
    "You are signed out of this browser.",
  );
});
