/**
 * Inline form of the snippet, for the page's own HTML. In: the site's name in `data-site`, consent as the page asserts
 * it. Out: the queue of `window.escale`, and slots filled from the record of prepared decisions in the first frame.
 * Never: a request, or a read of storage before consent. The loader handles everything else, a withdrawal included.
 */
import type { ConsentInput } from "../base/types.js";
import { fillPrepared } from "../slots/prepared-fill.js";

const page = window as unknown as {
  escale: { (...command: unknown[]): void; q?: unknown[][] } | undefined;
};
const { dataset } = document.currentScript ?? document.documentElement;

page.escale ??= Object.assign(
  (...command: unknown[]): void => {
    page.escale?.q?.push(command);
    try {
      if (command[0] === "consent" && allowsKeeping(command[1]))
        fillPrepared(dataset["site"] ?? "");
    } catch {
      // The engine decides.
    }
  },
  { q: [] },
);

/** Returns `true` for a clear yes to keeping a profile. Global Privacy Control forbids it. */
function allowsKeeping(consent: unknown): boolean {
  const { globalPrivacyControl } = navigator as { readonly globalPrivacyControl?: boolean };
  const { personalise, keep } = (consent ?? {}) as ConsentInput;
  return (
    !globalPrivacyControl && (consent === "granted" || (personalise === true && keep === true))
  );
}
