/**
 * Options of the site. In: the options of `init`, or of the script's `data-*` attributes. Out: a sentence for each name
 * or value that Escale does not read. Never: an attribute of another tool taken for a mistake.
 */
import { nearest, suggest } from "./nearest.js";

const ON_OFF = ["on", "off", ""];
const NUMBER = /^\d+(?:\.\d+)?$/;
const CONSENT = /^(?:tcf|gpp|google)(?::.*)?$/;

/** Values of each option: the allowed ones, or their form. */
const VALUES: Readonly<Record<string, readonly string[] | RegExp>> = {
  site: /./,
  config: /./,
  server: /^/,
  bots: ["allow"],
  auto: ["off"],
  routes: ["hash"],
  deadlineMs: NUMBER,
  preparedMinutes: NUMBER,
  consent: CONSENT,
  consentElsewhere: ["granted"],
  dataLayer: /^/,
  layer: /^/,
  cookie: ON_OFF,
  lifetimeDays: NUMBER,
  inspect: ON_OFF,
};
const FORMS = new Map<RegExp, string>([
  [NUMBER, "a number"],
  [CONSENT, '"tcf", "gpp" or "google", perhaps with names after a colon'],
]);
const NAMES = Object.keys(VALUES);

/** Returns `true` if an option has a value that Escale does not read. */
function isWrongValue(name: string, value: unknown): boolean {
  const allowed = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  if (!allowed || value === undefined) return false;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "?";
  return allowed instanceof RegExp ? !allowed.test(text) : !allowed.includes(text);
}

/** Returns `true` if the page's options are attributes of the script. */
export const isSnippet = (): boolean =>
  (globalThis as { escale?: { loaded?: boolean } }).escale?.loaded === true;

/** Returns the name of an option as the site writes it. */
const written = (name: string, isTag: boolean): string =>
  isTag ? `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` : name;

/** Describes each mistake of the options. `isTag` says that they are attributes of the script. */
export function describeOptions(options: object, isTag: boolean): string[] {
  const site = (options as { site?: unknown }).site;
  const noSite = site
    ? []
    : [`the site has no name. Give it: ${isTag ? 'data-site="voyages"' : 'site: "voyages"'}`];
  return [
    ...noSite,
    ...Object.entries(options).flatMap(([name, value]) => describeOption([name, value], isTag)),
  ];
}

function describeOption([name, value]: [name: string, value: unknown], isTag: boolean): string[] {
  const asWritten = written(name, isTag);
  if (!NAMES.includes(name)) {
    const near = nearest(name, NAMES);
    // Other tools have attributes of their own.
    if (isTag && near === undefined) return [];
    const hint =
      near === undefined ? suggest(name, NAMES) : `Did you mean ${written(near, isTag)}?`;
    return [`there is no option ${asWritten}. ${hint}`];
  }
  if (name === "site" || !isWrongValue(name, value)) return [];
  return [`${asWritten} is "${String(value).slice(0, 64)}". ${hintFor(name, value, isTag)}`];
}

function hintFor(name: string, value: unknown, isTag: boolean): string {
  const allowed = VALUES[name];
  if (!allowed || allowed instanceof RegExp)
    return name === "consent" && nearest(String(value), ["tcf", "gpp", "google"]) !== undefined
      ? `Did you mean "${nearest(String(value), ["tcf", "gpp", "google"]) ?? ""}"?`
      : `It must be ${(allowed && FORMS.get(allowed)) ?? "a text"}.`;
  const values = allowed.filter(Boolean).map((one) => `"${one}"`);
  return `It must be ${values.join(" or ")}, or left out${isTag ? "" : ` (undefined)`}.`;
}
