/**
 * The script of the snippet. Comes in: its own `data-*` attributes and the stub's queue. Goes out: the one
 * `window.escale` of the page. Must never throw into the page, and never fetch before consent.
 */
import { openDoor } from "./door.js";
import type { Command } from "./types.js";

type Escale = ((...command: Command) => void) & { q?: ArrayLike<unknown>[]; loaded?: boolean };

function adopt(script: HTMLScriptElement): void {
  const page = window as unknown as { escale?: Escale };
  const stub = typeof page.escale === "function" ? page.escale : undefined;
  // Pasted twice: the first one stays.
  if (stub?.loaded) return;
  const { site = "", config = "/escale.bin", deadlineMs, layer: dataLayer, ...others } = script.dataset;
  const options = { ...others, site, config, deadlineMs: Number(deadlineMs) || undefined, dataLayer };
  const take = openDoor(options, (file) => import(new URL(file, script.src).href));
  const escale: Escale = (...command) => take(command);
  escale.loaded = true;
  page.escale = escale;
  for (const command of stub?.q ?? []) take(Array.from(command) as [string, ...unknown[]]);
}

try {
  const script = document.currentScript;
  // A named element can stand in for `currentScript`; only a script will do.
  if (script instanceof HTMLScriptElement) adopt(script);
} catch (error) {
  console.error("escale", error);
}
