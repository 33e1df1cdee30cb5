/**
 * Sentences of the privacy centre. In: a language, facts about the visitor. Out: text. Never: a number that a visitor
 * must interpret; a share becomes "above all", a confidence "almost sure".
 */
import { centre as en } from "../../messages/en.json";
import { centre as fr } from "../../messages/fr.json";
import { formatMessage } from "../../shared/format-message.js";
import type { ConsentReceipt, ProfileSummary } from "../base/types.js";
import type { Language } from "../base/language.js";

/** Contact frequencies that a visitor may choose, in the order shown. */
export const FREQUENCIES = ["any", "weekly", "monthly", "seasonal", "never"] as const;
/** A contact frequency that a visitor may choose. */
export type Frequency = (typeof FREQUENCIES)[number];

/** Messages of the privacy centre in one language. */
export type CentreMessages = typeof en;
/** Messages of the privacy centre by language. */
export const MESSAGES: Readonly<Record<Language, CentreMessages>> = { en, fr };

type Trip = ProfileSummary["trips"][number];

/** A message of a group whose names come from the engine; the name itself if the catalogue lacks it. */
const named = (group: Readonly<Record<string, string>>, name: string): string =>
  group[name] ?? name;

const levelOf = (value: number): "low" | "medium" | "high" =>
  value < 0.34 ? "low" : value < 0.67 ? "medium" : "high";

/** Returns a taste and its confidence: "often · we are fairly sure". */
export function formatTaste(language: Language, affinity: number, confidence: number): string {
  const messages = MESSAGES[language];
  return `${messages.shares[levelOf(affinity)]} · ${messages.confidence[levelOf(confidence)]}`;
}

/** Returns the source of a declared fact. */
export const formatSource = (language: Language, source: string): string =>
  named(MESSAGES[language].sources, source);

/** Returns the label of a contact frequency. */
export const formatFrequency = (language: Language, frequency: Frequency): string =>
  MESSAGES[language].frequencies[frequency];

/** Returns a lifecycle stage as a sentence. */
export const formatStage = (language: Language, stage: string): string =>
  named(MESSAGES[language].stages, stage);

/** Returns the message for an error code; unknown codes are reported as `unavailable`. */
export function formatFailure(language: Language, code: string): string {
  const { failures } = MESSAGES[language];
  return (failures as Readonly<Record<string, string>>)[code] ?? failures.unavailable;
}

/** Returns the day of a time in milliseconds. */
export const formatTime = (language: Language, atMs: number): string =>
  new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(atMs);

const formatDate = (language: Language, date: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${date}T00:00:00Z`),
  );

/** Returns a consent receipt in one line: purposes, day, source, version. */
export function formatConsent(
  language: Language,
  { at_ms, version, source, purposes }: ConsentReceipt,
): string {
  const messages = MESSAGES[language];
  return [
    purposes.map((purpose) => messages.purposes[purpose]).join(", "),
    formatTime(language, at_ms),
    messages.consentSources[source],
    ...(version === "" ? [] : [formatMessage(messages.version, { version })]),
  ].join(" · ");
}

/** Returns a trip in one line: destination, dates, travellers, moment. */
export function formatTrip(
  language: Language,
  trip: Trip,
  labels: ProfileSummary["labels"],
): string {
  const { moments, other, without } = MESSAGES[language];
  const { destination, start_date, end_date } = trip;
  const place =
    destination === null
      ? without
      : destination === "other"
        ? other
        : (labels[destination] ?? destination);
  const dates = [start_date, end_date]
    .filter((date) => date !== null)
    .map((date) => formatDate(language, date))
    .join(" – ");
  return [place, dates, formatTravellers(language, trip), named(moments, trip.moment)]
    .filter(Boolean)
    .join(" · ");
}

function formatTravellers(language: Language, { adults, children }: Trip): string {
  const { travellers } = MESSAGES[language];
  const counted = (count: number, one: string, several: string): string[] =>
    count === 0 ? [] : [formatMessage(count === 1 ? one : several, { count })];
  return [
    ...counted(adults, travellers.adult, travellers.adults),
    ...counted(children, travellers.child, travellers.children),
  ].join(", ");
}
