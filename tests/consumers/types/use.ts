/** Uses of the package's types, as in a site written in TypeScript. Compiled, never run. */
import {
  EscaleError,
  get,
  init,
  subscribe,
  type Choice,
  type Escale,
  type EscaleSnippet,
} from "escale";
import { openCentre } from "escale/centre";
import { define, type OfferElement } from "escale/element";
import { openInspector } from "escale/inspector";
import { Offer, useOffer } from "escale/react";
import * as vue from "escale/vue";

const escale: Escale = init({
  site: "consumers",
  config: "/escale.bin",
  consent: "tcf",
  dataLayer: "",
});
const choice: Promise<Choice> = escale.choose("home-hero");
const now: Choice | undefined = get("home-hero");
const leave: () => void = subscribe("home-hero", () => undefined);
const close: () => void = openInspector(escale);
const closeCentre: () => void = openCentre(escale);
const failure: EscaleError | undefined = undefined;
declare const snippet: EscaleSnippet;
snippet("track", "search", { destination: "lisbon" });
const slot: OfferElement | null = document.querySelector("escale-offer");
const drawn = Offer({ placement: "home-hero", className: "wide" });
const inReact: Choice | undefined = useOffer("home-hero");
const inVue: Choice | undefined = vue.useOffer("home-hero").value;

// @ts-expect-error a site has a name
init({ config: "/escale.bin" });
// @ts-expect-error only these words are consent
escale.consent("yes");

export { choice, close, closeCentre, define, failure, drawn, inReact, inVue, leave, now, slot };
