/**
 * Consent from a platform of the IAB's Global Privacy Platform, 1.1. In: events of `__gpp`. Out: `granted`, `denied` or
 * `pending`. Every section that applies must allow. What is missing, unclear or of an unknown section is `pending`.
 * Never: a write, a request, or a read of other data.
 */
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";
import { followPlatform, reporter } from "./consent-source.js";
import { findIab, type IabApi } from "./iab-api.js";

/** Sections by their numbers: those of the United States have opt-outs, the European one has purposes. */
const SECTIONS: Readonly<Record<number, string>> = {
  2: "tcfeuv2",
  7: "usnat",
  8: "usca",
  9: "usva",
  10: "usco",
  11: "usut",
  12: "usct",
  13: "usfl",
  14: "usmt",
  15: "usor",
  16: "ustx",
  17: "usde",
  18: "usia",
  19: "usne",
  20: "usnh",
  21: "usnj",
  22: "ustn",
};
/** Opt-outs of a section: 1 is an opt-out, 2 is none, 0 does not apply. */
const OPT_OUTS = ["SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut"];
/** Purposes: to store on the device, to create a content profile, to choose content by it. */
const PURPOSES = [1, 5, 6];
const OPTED_OUT = 1;
const NOT_OPTED_OUT = 2;

/** Follows the platform. It may load later, replace its own stub, and be replaced. */
export function install(dispatch: Dispatch, { consentElsewhere }: Options): void {
  const api: IabApi = {
    name: "__gpp",
    version: "1.1",
    call: (gpp, listener) => gpp("addEventListener", listener),
    read: (answer, success, report) =>
      report(readGpp(answer, success, consentElsewhere === "granted")),
  };
  followPlatform(api.name, (value) => findIab(api, value), reporter(dispatch));
}

/** Parses an event of the platform. `grantsElsewhere`: no consent is needed where no section applies. */
export function readGpp(answer: unknown, success: unknown, grantsElsewhere: boolean): ConsentState {
  try {
    const { pingData } = answer as { pingData?: Record<string, unknown> };
    if (success !== true || pingData?.["signalStatus"] !== "ready") return "pending";
    const applicable = pingData["applicableSections"];
    if (!Array.isArray(applicable)) return "pending";
    // -1: no section applies. 0: the platform does not know.
    const sections = (applicable as unknown[]).filter((section) => section !== -1);
    if (sections.length === 0)
      return grantsElsewhere && applicable.includes(-1) ? "granted" : "pending";
    const states = sections.map((section) => stateOf(section, pingData["parsedSections"]));
    if (states.includes("denied")) return "denied";
    return states.every((state) => state === "granted") ? "granted" : "pending";
  } catch {
    return "pending";
  }
}

function stateOf(section: unknown, parsed: unknown): ConsentState {
  const name = SECTIONS[section as number];
  const given = name === undefined ? undefined : (parsed as Record<string, unknown>)[name];
  if (typeof given !== "object" || given === null) return "pending";
  // A section is an object, or a list of its segments.
  const segments = (Array.isArray(given) ? given : [given]) as readonly object[];
  const fields = Object.fromEntries(segments.flatMap(Object.entries)) as Params;
  return name === "tcfeuv2" ? european(fields) : american(fields);
}

type Params = Readonly<Record<string, unknown>>;

/** Reads consent by purpose: a list of numbers, or a boolean for each purpose. */
function european(fields: Params): ConsentState {
  const given = fields["PurposeConsents"] ?? fields["PurposeConsent"];
  if (!Array.isArray(given)) return "pending";
  const isGranted = (purpose: number): boolean =>
    typeof given[0] === "number" ? given.includes(purpose) : given[purpose - 1] === true;
  return PURPOSES.every(isGranted) ? "granted" : "denied";
}

/** Reads opt-outs. The browser's Global Privacy Control and a child without consent opt out as well. */
function american(fields: Params): ConsentState {
  const answers = OPT_OUTS.map((name) => fields[name]).filter((answer) => answer !== undefined);
  const children = fields["KnownChildSensitiveDataConsents"];
  const isChildDenied = (Array.isArray(children) ? children : [children]).includes(OPTED_OUT);
  if (answers.includes(OPTED_OUT) || fields["Gpc"] === true || isChildDenied) return "denied";
  return answers.length > 0 && answers.every((answer) => answer === NOT_OPTED_OUT)
    ? "granted"
    : "pending";
}
