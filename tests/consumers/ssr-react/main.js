/** Takes the server's page over, and only then begins: before, what Escale shows would not be what React expects to find. */
import { init } from "escale";
import { createElement, useEffect } from "react";
import { hydrateRoot } from "react-dom/client";
import { Page } from "./page.js";

function Site() {
  useEffect(() => {
    const escale = init({
      site: "consumers",
      config: "/escale.bin",
      bots: "allow",
      deadlineMs: 20_000,
    });
    window.escaleOfPage = escale;
    escale.consent("granted");
  }, []);
  return createElement(Page);
}

hydrateRoot(document.getElementById("root"), createElement(Site), {
  onRecoverableError: (error) => console.error("hydration", error),
});
