/** A site of several pages in React: a layout, routes of React Router, and pages that stay in the DOM while hidden. */
import { init } from "escale";
import { Offer, useOffer } from "escale/react";
import { Activity, StrictMode, createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Link, Route, Routes, useLocation } from "react-router";
import { watchPainted } from "../painted.js";

const escale = init({
  site: "consumers",
  config: "/escale.bin",
  bots: "allow",
  deadlineMs: 20_000,
});
window.escaleOfPage = escale;
watchPainted("own", "#own");
watchPainted("aside", "#aside");

const KEPT = ["/kept/a", "/kept/b"];
const PATHS = ["/", "/trips", "/plain", ...KEPT];

function Own() {
  const choice = useOffer("sidebar");
  return h("p", { id: "own" }, choice?.content?.title ?? "");
}

const Page = ({ name }) =>
  h(
    "article",
    { id: `page${name.replaceAll("/", "-")}` },
    h("h1", null, name),
    h(Offer, { placement: "home-hero" }, h("p", null, `Where to next? ${name}`)),
  );

/** Pages as Next keeps them: hidden, with their state, until somebody returns. */
function KeptPages() {
  const { pathname } = useLocation();
  return KEPT.map((path) =>
    h(
      Activity,
      { key: path, mode: path === pathname ? "visible" : "hidden" },
      h(Page, { name: path }),
    ),
  );
}

function Site() {
  return h(
    "div",
    null,
    h(
      "nav",
      null,
      PATHS.map((path) => h(Link, { key: path, to: path }, path)),
    ),
    h(
      Routes,
      null,
      h(Route, { path: "/", element: h(Page, { key: "a", name: "/" }) }),
      h(Route, { path: "/trips", element: h(Page, { key: "b", name: "/trips" }) }),
      h(Route, { path: "/plain", element: h("p", { id: "plain" }, "No offer here") }),
      h(Route, { path: "/kept/*", element: h(KeptPages) }),
    ),
    h("aside", { id: "aside" }, h(Offer, { placement: "home-row" }, h("p", null, ""))),
    h(Own),
  );
}

createRoot(document.getElementById("root")).render(
  h(StrictMode, null, h(BrowserRouter, null, h(Site))),
);
escale.consent("granted");
