/** A small site in React: a slot, an offer drawn by itself, and a button that draws everything a hundred times over. */
import { init } from "escale";
import { Offer, useOffer } from "escale/react";
import { StrictMode, createElement, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

const escale = init({
  site: "consumers",
  config: "/escale.bin",
  bots: "allow",
  deadlineMs: 20_000,
});
window.escaleOfPage = escale;
window.draws = 0;

function Own() {
  const choice = useOffer("sidebar");
  window.draws += 1;
  return createElement(
    "p",
    { id: "own" },
    choice?.content?.title ?? `default: ${choice?.reason ?? "waiting"}`,
  );
}

function Page() {
  const [turn, setTurn] = useState(0);
  const storm = () => {
    for (let time = 0; time < 100; time++) flushSync(() => setTurn((before) => before + 1));
  };
  const list = Array.from({ length: turn % 4 }, (_, index) =>
    createElement("li", { key: index }, `line ${index}`),
  );
  return createElement(
    "div",
    { "data-turn": turn },
    createElement("button", { id: "storm", type: "button", onClick: storm }, "Draw"),
    createElement(
      Offer,
      { placement: "home-hero", id: "slot" },
      createElement("p", null, `Where to next? ${turn}`),
      createElement("ul", null, list),
    ),
    createElement(Own),
    createElement(Own),
  );
}

createRoot(document.getElementById("root")).render(
  createElement(StrictMode, null, createElement(Page)),
);
escale.consent("granted");
