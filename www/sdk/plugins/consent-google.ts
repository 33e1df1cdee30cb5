/**
 * Consent from Google's consent mode. In: `gtag("consent", …)` entries of the page's dataLayer,
 * past and future. Out: `granted`, `denied` or `pending`. A default is the site's, not the
 * visitor's: only an update counts. Never: a write, a request, or a read of another entry.
 */
import { followLayer } from "./data-layer-follow.js";
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";

/**
 * Storage types that must be granted, unless the site names others:
 * `google:ad_personalization,ad_user_data`.
 */
const NEEDED = ["personalization_storage"];

/** Follows the dataLayer. */
export function install(dispatch: Dispatch, { consent, dataLayer }: Options): void {
  const read = readGoogle(consent ?? "");
  followLayer(dataLayer, (entry) => {
    const state = read(entry);
    if (state) dispatch(["consent", state]);
  });
}

/**
 * Returns a reader of entries. It returns the consent after each entry; `undefined` if the entry is
 * about something else.
 */
export function readGoogle(consent: string): (entry: unknown) => ConsentState | undefined {
  const named = consent.split(":")[1]?.split(",").filter(Boolean) ?? [];
  const needed = named.length > 0 ? named : NEEDED;
  const updated = new Map<string, unknown>();
  return (entry) => {
    const command = entry as ArrayLike<unknown> | null | undefined;
    if (command?.[0] !== "consent" || command[1] !== "update") return undefined;
    const update = command[2];
    if (typeof update !== "object" || update === null) return undefined;
    for (const name of needed)
      if (Object.hasOwn(update, name)) updated.set(name, (update as Record<string, unknown>)[name]);
    return stateOf(needed.map((name) => updated.get(name)));
  };
}

function stateOf(answers: readonly unknown[]): ConsentState {
  if (answers.every((answer) => answer === "granted")) return "granted";
  return answers.includes("denied") ? "denied" : "pending";
}
