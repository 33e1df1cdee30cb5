/**
 * In: the wish-list button of a trip's page. Out: `add_to_wishlist`, and the button's new words.
 * Never keeps a list: the demo has no basket.
 */
import { topicsOf } from "./catalogue.js";
import { say } from "./dom.js";

const button = document.querySelector("#wish");

button.addEventListener("click", () => {
  const { destination } = button.dataset;
  window.escale("track", "add_to_wishlist", { destination, topics: topicsOf(destination) });
  button.textContent = say("Dans vos envies ✓", "On your wish list ✓");
  button.disabled = true;
});
