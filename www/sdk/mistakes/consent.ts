/**
 * Consent that cannot be read. In: the argument of `consent`. Out: a sentence with the remedy. Never: a value of the
 * page beyond a short word: an object may hold anything.
 */
import { nearest } from "./nearest.js";

const PURPOSES = ["personalise", "keep", "sync"];
const YES =
  /^(?:granted|grant|accepted|accept|accept-?all|all|yes|allow|allowed|agreed|ok|true|1|on|opt-?in)$/i;
const NO =
  /^(?:denied|deny|declined|decline|refus\w+|rejected|reject|reject-?all|no|none|false|0|off|opt-?out)$/i;
/** Names of other tools and languages for the purposes. */
const ALIASES: readonly (readonly [name: RegExp, purpose: string])[] = [
  [/^personn?ali[sz]\w*$/i, "personalise"],
  [/^(?:kep|keeps?|store|storage|personali[sz]ation_storage)$/i, "keep"],
  [/^(?:synch?|syncronise|synchroni[sz]e|share|server)$/i, "sync"],
];
const FORM = '"granted", "denied", "pending" or { personalise, keep, sync }';
const END = "Consent stays undecided, and nothing is erased";

/** Describes an argument of `consent` that cannot be read. */
export function describeConsent(input: unknown): string {
  if (typeof input === "object" && input !== null)
    return describePurposes(input as Record<string, unknown>);
  const text = String(input).slice(0, 32);
  const shown = typeof input === "string" ? `"${text}"` : text;
  const state = YES.test(text)
    ? "granted"
    : NO.test(text)
      ? "denied"
      : nearest(text, ["granted", "denied", "pending"]);
  const hint = state === undefined ? `Write ${FORM}` : `Write consent("${state}")`;
  return `consent(${shown}) says nothing. ${hint}. ${END}`;
}

function describePurposes(input: Record<string, unknown>): string {
  const wrong = Object.keys(input)
    .slice(0, 16)
    .flatMap((name) => {
      const value = input[name];
      if (PURPOSES.includes(name))
        return value === undefined || typeof value === "boolean"
          ? []
          : [`${name} must be true or false`];
      if (name === "version") return [];
      const alias = ALIASES.find(([pattern]) => pattern.test(name))?.[1] ?? nearest(name, PURPOSES);
      return [
        `there is no purpose "${name.slice(0, 32)}"${alias === undefined ? "" : ` (did you mean ${alias}?)`}`,
      ];
    });
  return `consent({ … }): ${wrong.join("; ") || "it cannot be read"}. The purposes are ${PURPOSES.join(", ")}. ${END}`;
}
