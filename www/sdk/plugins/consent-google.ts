/**
 * Consent from Google's consent mode. Comes in: `gtag("consent", …)` as it stands in the page's dataLayer, past and
 * to come. Goes out: `granted`, `denied` or `pending`. Runs before consent: must store and send nothing, and look at
 * no other entry of the layer. A default is the site's word, not the visitor's: only an update decides.
 */
import { followLayer } from "./data-layer-follow.js";
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";

/** What must be granted, unless the site names others: `google:ad_personalization,ad_user_data`. */
const NEEDED = ["personalization_storage"];

/** Follows the layer. */
export function install(take: Dispatch, { consent, dataLayer }: Options): void {
  const read = readGoogle(consent ?? "");
  followLayer(dataLayer, (entry) => {
    const state = read(entry);
    if (state) take(["consent", state]);
  });
}

/** A reader of entries: what each says of consent, together with those before; `undefined` for all others. */
export function readGoogle(consent: string): (entry: unknown) => ConsentState | undefined {
  const named = consent.split(":")[1]?.split(",").filter(Boolean) ?? [];
  const needed = named.length > 0 ? named : NEEDED;
  const updated = new Map<string, unknown>();
  return (entry) => {
    const command = entry as ArrayLike<unknown> | null | undefined;
    if (command?.[0] !== "consent" || command[1] !== "update") return undefined;
    const said = command[2];
    if (typeof said !== "object" || said === null) return undefined;
    for (const name of needed)
      if (Object.hasOwn(said, name)) updated.set(name, (said as Record<string, unknown>)[name]);
    return stateOf(needed.map((name) => updated.get(name)));
  };
}

function stateOf(answers: readonly unknown[]): ConsentState {
  if (answers.every((answer) => answer === "granted")) return "granted";
  return answers.includes("denied") ? "denied" : "pending";
}
