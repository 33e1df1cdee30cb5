/**
 * The script of the snippet. Comes in: its own `data-*` attributes, the page's `escaleOptions`, the stub's queue. Goes out: the one
 * `window.escale` of the page. Must never throw into the page, and never fetch before consent.
 */
import { openDoor } from "./bootstrap.js";
import { quietly } from "../base/safe-call.js";
import type { Command, Options } from "../base/types.js";

/** The attributes, as they are called in HTML. */
type Given = Omit<Partial<Options>, "deadlineMs"> & {
  readonly deadlineMs?: number | string;
  readonly layer?: string;
};
type Escale = ((...command: Command) => void) & { q?: Iterable<unknown>[]; loaded?: boolean };

function adopt(script: HTMLScriptElement): void {
  const page = window as unknown as { escale?: Escale; escaleOptions?: Partial<Options> };
  // It may be a named element, which has neither.
  const stub = page.escale;
  // Pasted twice: the first one stays.
  if (stub?.loaded) return;
  // A tag manager may strip the attributes: the page can say the same beforehand.
  const given = {
    site: "",
    config: "/escale.bin",
    ...page.escaleOptions,
    ...(script.dataset as Given),
  };
  const options = {
    ...given,
    deadlineMs: Number(given.deadlineMs) || undefined,
    dataLayer: given.layer ?? given.dataLayer,
  };
  const take = openDoor(options, (file) => import(new URL(file, script.src).href));
  const escale: Escale = (...command) => take(command);
  escale.loaded = true;
  page.escale = escale;
  for (const command of stub?.q ?? []) escale(...(command as Command));
}

quietly(() => {
  const script = document.currentScript;
  // A named element can stand in for `currentScript`; only a script will do.
  if (script instanceof HTMLScriptElement) adopt(script);
});
