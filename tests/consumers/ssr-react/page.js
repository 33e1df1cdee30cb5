/** A page that is drawn twice: by a server without a browser, and by the browser that takes it over. */
import { Offer, useOffer } from "escale/react";
import { createElement } from "react";

function Own() {
  const choice = useOffer("sidebar");
  return createElement(
    "p",
    { id: "own" },
    choice?.content?.title ?? `default: ${choice?.reason ?? "waiting"}`,
  );
}

export const Page = () =>
  createElement(
    "div",
    { "data-turn": 0 },
    createElement(
      Offer,
      { placement: "home-hero", id: "slot" },
      createElement("p", null, "Where to next?"),
    ),
    createElement(Own),
  );
