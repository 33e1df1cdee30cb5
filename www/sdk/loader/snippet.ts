/**
 * Script of the snippet. In: its `data-*` attributes, the page's `escaleOptions`, the stub's queue. Out: the one
 * `window.escale` of the page. Never: an error thrown into the page, a request before consent.
 */
import type { Command } from "../base/client-types.js";
import { safeCall } from "../base/safe-call.js";
import type { Options } from "../base/types.js";
import { bootstrap } from "./bootstrap.js";

/** Options as HTML attributes name them. */
type Attributes = Partial<Options> & { readonly layer?: string };
type Escale = ((...command: Command) => void) & { q?: Iterable<unknown>[]; loaded?: boolean };

/** Starts. `script` is the running file, `described` the tag with the options. */
function adopt(script: HTMLScriptElement, described: HTMLElement): void {
  const page = window as unknown as { escale?: Escale; escaleOptions?: Partial<Options> };
  // A named element may stand here; it has neither property.
  const stub = page.escale;
  // The snippet was pasted twice: the first one stays.
  if (stub?.loaded) return;
  // A tag manager may strip the attributes: the page can set `escaleOptions` instead.
  const given = {
    site: "",
    config: "/escale.bin",
    ...page.escaleOptions,
    ...(described.dataset as Attributes),
  };
  const options = { ...given, dataLayer: given.layer ?? given.dataLayer };
  const locate = (file: string): string => new URL(file, script.src).href;
  const dispatch = bootstrap(
    options,
    (file) => import(locate(file)),
    () => locate("escale_bg.wasm"),
  );
  const escale: Escale = (...command) => dispatch(command);
  escale.loaded = true;
  page.escale = escale;
  for (const command of stub?.q ?? []) escale(...(command as Command));
}

const tag = (selector: string): HTMLScriptElement | null =>
  document.querySelector<HTMLScriptElement>(`script${selector}`);

safeCall(() => {
  const { currentScript } = document;
  // A named element can replace `currentScript`. It is null where another script delays or rewrites this one.
  const isKnown = currentScript instanceof HTMLScriptElement;
  const script = isKnown ? currentScript : tag('[src*="escale.js"]');
  // The tag that another script runs may lack the attributes. The inline form's tag is not empty.
  if (script) adopt(script, isKnown ? script : (tag("[data-site]:empty") ?? script));
  else console.warn("escale: no tag of escale.js");
});
