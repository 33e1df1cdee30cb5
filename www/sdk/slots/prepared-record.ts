/**
 * Record of the decisions for the next page. The recorder writes it, the loader fills slots from it, the session takes
 * it over. Types only, but for the name of its key.
 */
import type { Language } from "../base/language.js";
import { databaseName } from "../storage/keys.js";
import type { VisitorHash } from "../base/hash.js";
import type { Content, VNode } from "./render.js";

/** Number of the record's form. A record of another form is ignored. */
export const RECORD_FORM = 1;

/** Key in `localStorage`. It is no unload buffer: their prefix ends in a colon. */
export const preparedKey = (site: string): string => `${databaseName(site)}=prepared`;

/** One slot of a page. */
export interface LayoutSlot {
  readonly placement: string;
  /** Indices of the placement's slots that the element takes. */
  readonly slots: readonly number[];
  /** `false` if the site's template renders it. */
  readonly isOwnBlock: boolean;
}

/** Slots of a page, in its order. */
export type Layout = readonly LayoutSlot[];

/** Decision for one element of a page, given the elements before it. */
export interface PreparedStep {
  /** Indices of the placement's slots that the element takes. */
  readonly slots: readonly number[];
  /** Ids of the offers, in order. Empty if the page's own content is right. */
  readonly offers: readonly string[];
  /** Keys of `nodes`, one for each offer. `undefined` if only the page itself can render them. */
  readonly blocks?: readonly string[] | undefined;
  /** Attributes of the filled element: its state, and the time of the decision. */
  readonly attributes: Content;
  readonly next: PreparedSteps;
}

/** Decisions by placement: which element comes first is known when the page is parsed. */
export type PreparedSteps = Readonly<Record<string, PreparedStep>>;

export interface PreparedRecord {
  readonly form: number;
  /** Time of the decisions by the session's clock, in milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Browser's clock at that time, and the last time at which the decisions hold. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Language of the texts. */
  readonly language: Language;
  /** Style sheet of a filled slot. */
  readonly style: string;
  /** Hash of the config that decided. */
  readonly config: number;
  readonly visitor: VisitorHash;
  /** Inputs of the decisions: the profile, and the state of the visitor's other devices, in base64. */
  readonly state: string;
  readonly remote: string;
  /** Pages of this site by their slots, newest first: the next page is likely one of them. */
  readonly layouts: readonly Layout[];
  /** Blocks by key. */
  readonly nodes: Readonly<Record<string, VNode>>;
  readonly first: PreparedSteps;
}

/** Slot that was filled from a record. */
export interface PreparedElement extends HTMLElement {
  escalePrepared?: { readonly record: PreparedRecord; readonly step: PreparedStep };
}
