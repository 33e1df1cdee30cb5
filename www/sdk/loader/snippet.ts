/**
 * Script of the snippet. In: its `data-*` attributes, the page's `escaleOptions`, the stub's queue. Out: the one
 * `window.escale` of the page. Never: an error thrown into the page, a request before consent.
 */
import type { Command } from "../base/client-types.js";
import { safeCall } from "../base/safe-call.js";
import type { Options } from "../base/types.js";
import { bootstrap } from "./bootstrap.js";

/** Options as HTML attributes name them. */
type Attributes = Omit<Partial<Options>, "deadlineMs"> & {
  readonly deadlineMs?: number | string;
  readonly layer?: string;
};
type Escale = ((...command: Command) => void) & { q?: Iterable<unknown>[]; loaded?: boolean };

function adopt(script: HTMLScriptElement): void {
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
    ...(script.dataset as Attributes),
  };
  const options = {
    ...given,
    deadlineMs: Number(given.deadlineMs) || undefined,
    dataLayer: given.layer ?? given.dataLayer,
  };
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

safeCall(() => {
  const script = document.currentScript;
  // A named element can replace `currentScript`; only a script is adopted.
  if (script instanceof HTMLScriptElement) adopt(script);
});
