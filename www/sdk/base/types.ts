/** Public types: options, consent, choices, profiles. Types only: nothing of this file reaches a bundle. */
import type { Explanation, Knowledge } from "#accounts";

export type { Explanation, Knowledge };

/** Consent platform, or interface of one, whose answer counts. */
export type ConsentSource = "tcf" | "gpp" | "google";

/** Options of `init`, and of the snippet's `data-*` attributes. */
export interface Options {
  /** Key of the site, such as `demo`. */
  readonly site: string;
  /** Address of the compiled config. A `.json` config works too, and loads the full module. */
  readonly config: string;
  /** Origin of the sync server. Without it nothing is ever sent. */
  readonly server?: string | undefined;
  /** `"allow"` serves bots and webdrivers like visitors. @defaultValue bots see the default content */
  readonly bots?: "allow" | undefined;
  /** `"off"`: the site sends its page views itself. @defaultValue page views are recorded automatically */
  readonly auto?: "off" | undefined;
  /** `"hash"`: the page's address is the route in its fragment, as in `#/ski`. @defaultValue path and query */
  readonly routes?: "hash" | undefined;
  /** Time that a slot may wait for its offer, in milliseconds. @defaultValue `300` */
  readonly deadlineMs?: number | `${number}` | undefined;
  /** Longest time in minutes for which a choice that was prepared for the next page holds. `0` prepares none. @defaultValue `240` */
  readonly preparedMinutes?: number | `${number}` | undefined;
  /**
   * Source of consent: a consent platform (`"tcf"`), or Google's consent mode (`"google"`). Names after a colon are
   * needed besides, as in `"tcf:3,4"`. @defaultValue the site itself, by `consent`
   */
  readonly consent?: ConsentSource | `${ConsentSource}:${string}` | undefined;
  /** `"granted"`: no consent is needed where the platform says that its law does not apply. @defaultValue consent stays undecided there */
  readonly consentElsewhere?: "granted" | undefined;
  /** Name of the page's dataLayer, `""` for the usual one. @defaultValue no dataLayer is read */
  readonly dataLayer?: string | undefined;
  /** `"on"` keeps the profile in a first-party cookie too, for `escale/edge`; `"off"` removes it. @defaultValue no cookie is touched */
  readonly cookie?: "on" | "off" | "" | undefined;
  /** Lifetime of a profile after consent, in days: at most 395. @defaultValue `395` */
  readonly lifetimeDays?: number | `${number}` | undefined;
  /** `"on"` allows the inspector, at `?escale=inspect`. @defaultValue `"off"` */
  readonly inspect?: "on" | "off" | "" | undefined;
}

/** Purposes that a visitor may consent to. */
export interface Purposes {
  /** Choosing offers on this page. */
  readonly personalise: boolean;
  /** Keeping a profile in this browser. */
  readonly keep: boolean;
  /** Sending the profile to the site's server. */
  readonly sync: boolean;
}

/** Consent by purpose. A purpose that is not `true` is refused. */
export interface ConsentInput extends Partial<Purposes> {
  /** Version of the consent text, for the receipt. */
  readonly version?: string;
}

/** Receipt of a consent. It is kept with the profile, sent with it and shown to the visitor. It names no one. */
export interface ConsentReceipt {
  /** Milliseconds since the Unix epoch. */
  readonly at_ms: number;
  /** Version of the consent text; may be empty. */
  readonly version: string;
  /** Origin: the page's own call (`site`), or a platform. */
  readonly source: "site" | ConsentSource;
  readonly purposes: readonly (keyof Purposes)[];
}

/** Consent as one value for all purposes. */
export type ConsentState = "granted" | "denied" | "pending";

/** Question to the visitor, in the page's language. Pass the answer on: `declare({ fact, value })`. */
export interface Question {
  readonly fact: string;
  readonly text: string;
  readonly answers: readonly { readonly value: string; readonly text: string }[];
}

/** Reason for a default content. */
export type DefaultReason =
  | "consent" // not granted, or withdrawn
  | "paused" // the visitor asked for a pause
  | "off" // a bot, or the engine could not be loaded
  | "placement" // the config has no such placement
  | "slots" // other elements have all slots of the placement
  | "deadline" // the engine was too late for this slot
  | "engine"; // no offer is eligible or convincing; `code` has the engine's reason

/** Texts of an offer in the page's language: `title`, `text`, `url`, `cta`, `image`, `alt`, `badge`, `price`. */
export type OfferContent = Readonly<Record<string, string>>;

/** Choice with an offer. */
export interface OfferChoice {
  readonly placement: string;
  /** Id of the offer. */
  readonly offer: string;
  readonly content: OfferContent;
  /** Exact probability of this draw. */
  readonly propensity: number;
  /** Index of the offer's variant; 0 is the offer's own text. */
  readonly variant: number;
  /** Index of the experiment's arm; 0 without an experiment. */
  readonly arm: number;
  readonly reason?: undefined;
  readonly code?: undefined;
}

/** Choice without an offer: the page's own content is right. */
export interface DefaultChoice {
  readonly placement: string;
  readonly offer?: undefined;
  readonly content?: undefined;
  readonly propensity?: undefined;
  readonly variant?: undefined;
  /** Index of the experiment's arm, if the engine decided. 1 is the control group. */
  readonly arm?: number;
  readonly reason: DefaultReason;
  /** Code of the engine's reason, if `reason` is `"engine"`. */
  readonly code?: number;
}

/**
 * Decision for a placement. A test of `offer` narrows it.
 *
 * @example
 * const choice = await escale.choose("sidebar");
 * if (choice.offer) show(choice.content.title);
 * else console.info(choice.reason);
 */
export type Choice = OfferChoice | DefaultChoice;

/** Other circumstances to explain a choice under. Nothing of it reaches the profile. */
export interface WhatIf {
  /** Milliseconds since the Unix epoch. @defaultValue the moment of the choice */
  readonly nowMs?: number | undefined;
  /** Name of a persona of the config. */
  readonly persona?: string | undefined;
  /** `"page"`: consent to choose by this page alone, with nothing kept. */
  readonly consent?: "page" | undefined;
}

/** Place of the profile: the browser's storage, or the page's memory; or `paused` by the visitor. */
export type Mode = "ready" | "memory" | "paused";

/** State of Escale, as `<html data-escale>` shows it. */
export type State = Mode | "pending" | "denied" | "off";

/** Summary of a profile, with the labels of its topics in the page's language, by their names. */
export interface ProfileSummary extends Knowledge {
  /** Consent in force; `null` if nothing is kept beyond the page. */
  readonly consent: ConsentReceipt | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** State of Escale on a page, for the site's developer. Times are milliseconds since the Unix epoch, sizes are bytes. */
export interface Insight {
  /** Page facts: explicit topics, address, tokens of the schema.org data. */
  readonly page: {
    readonly explicit: string;
    readonly url: string;
    readonly tokens: string;
    /** Scripts of the page that cannot be read, with their places. */
    readonly errors: readonly string[];
  };
  /** Stored profile; `null` if nothing is kept beyond the page. */
  readonly storage: {
    readonly since_ms: number;
    readonly version: number;
    readonly own_bytes: number;
    readonly remote_bytes: number;
  } | null;
  /** State of the sync; `null` if there is none. */
  readonly sync: {
    /** Last version that the server acknowledged. */
    readonly acknowledged_version: number;
    readonly acknowledged_ms: number;
    readonly failures: number;
    readonly not_before_ms: number;
  } | null;
}

/** Profile as a file that its owner may take along. */
export interface ExportedProfile {
  readonly format: "escale-profile/1";
  /** Id of this browser's replica, so that an import into it counts once. */
  readonly replica_id: string;
  /** Hash of the customer that the visitor was identified as. */
  readonly customer: number | null;
  readonly exported_ms: number;
  /** Consent in force; `null` if nothing is kept beyond the page. */
  readonly consent: ConsentReceipt | null;
  readonly knowledge: Knowledge;
  /** This browser's own counts, as stored: base64url. */
  readonly replica: string;
  /** Merged counts of the visitor's other browsers, from the server: base64url. */
  readonly remote: string;
  /** Events that are not applied yet, by document: base64url. */
  readonly pending: readonly { readonly document: string; readonly events: string }[];
  /** Record of the choices for the next page, as stored: JSON. `null` if there is none. */
  readonly prepared: string | null;
}
