/**
 * The words a site and the parts of the SDK share: options, purposes, choices, commands.
 * Types only: nothing of this file reaches the bundle.
 */

import type { Explanation, Knowledge } from "#accounts";

export type { Explanation, Knowledge };

/** What the snippet's `data-*` attributes, or `init`, tell. */
export interface Options {
  /** The site's key, e.g. `demo`. */
  readonly site: string;
  /** Where the compiled config lies; a `.json` one works too, at the cost of the full module. */
  readonly config: string;
  /** The origin of the sync server; without it nothing is ever sent. */
  readonly server?: string | undefined;
  /** `"allow"` serves bots and webdrivers like people. */
  readonly bots?: string | undefined;
  /** `"off"`: the site sends its page views itself. */
  readonly auto?: string | undefined;
  /** How long a slot may wait for its offer before the default content stays, in milliseconds; 300 unless said. */
  readonly deadlineMs?: number | undefined;
  /** Who says what the visitor agreed to: `"tcf"` (a consent platform) or `"google"` (consent mode); unless said, the site itself. */
  readonly consent?: string | undefined;
  /** The name of the page's dataLayer, `""` for the usual one: its events are counted. */
  readonly dataLayer?: string | undefined;
  /** Anything but `"off"`: the profile is also kept in a first-party cookie, for a server that renders with `escale/edge`. */
  readonly cookie?: string | undefined;
  /** How long a profile lives after consent, in days: at most 395, which is 13 months, and as long unless said. */
  readonly lifetimeDays?: number | string | undefined;
  /** Anything but `"off"` allows the inspector, at `?escale=inspect`. */
  readonly inspect?: string | undefined;
}

/** What the visitor agreed to: an offer chosen here, a profile kept here, a profile handed to the server. */
export interface Purposes {
  readonly personalise: boolean;
  readonly keep: boolean;
  readonly sync: boolean;
}

/** What a site says of consent, purpose by purpose; `version` names the words that were agreed to, for the receipt. */
export interface SaidConsent extends Partial<Purposes> {
  readonly version?: string;
}

/** What was agreed to, when and where: kept with the profile, sent with it, shown to the visitor. It names no one. */
export interface ConsentReceipt {
  readonly at_ms: number;
  /** Of the words that were agreed to, as the site or the platform told it; may be empty. */
  readonly version: string;
  /** `site`: the page's own call; or a platform, `tcf` or `google`. */
  readonly source: "site" | "tcf" | "google";
  readonly purposes: readonly (keyof Purposes)[];
}

export type ConsentState = "granted" | "denied" | "pending";

/** Fields of an event: `destination`, `start_date`, `topics`, `value`… Lists are joined with commas. */
export type Fields = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** A question to the visitor, in the page's language. Whoever asks it hands the answer in: `declare({ fact, value })`. */
export interface Question {
  readonly fact: string;
  readonly text: string;
  readonly answers: readonly { readonly value: string; readonly text: string }[];
}

/** Why a slot kept its default content. */
export type DefaultReason =
  | "consent" // not granted, or withdrawn
  | "paused" // the visitor asked for a pause
  | "off" // a bot, or the engine could not be had
  | "placement" // the config knows no such placement
  | "deadline" // the engine came too late for this slot
  | "engine"; // no offer is eligible or convincing; `code` says which

/** What was chosen for a placement. Without an offer the page's own default content is right. */
export interface Choice {
  readonly placement: string;
  readonly offer?: string;
  /** The offer's strings in the page's language: `title`, `text`, `url`, `cta`, `image`, `alt`, `badge`, `price`. */
  readonly content?: Readonly<Record<string, string>>;
  readonly propensity?: number;
  /** Which of the offer's variants; 0: its own words. */
  readonly variant?: number;
  readonly arm?: number;
  readonly reason?: DefaultReason;
  /** The engine's own reason, a small number, where `reason` is `"engine"`. */
  readonly code?: number;
}

/** Another situation to explain a choice in; nothing of it reaches the profile. */
export interface WhatIf {
  /** Milliseconds since the Unix epoch; the moment of the choice, unless said. */
  readonly nowMs?: number | undefined;
  /** A persona of the config, by its name. */
  readonly persona?: string | undefined;
  /** `"page"`: as if it were agreed to choose by this page alone, and nothing were kept. */
  readonly consent?: "page" | undefined;
}

/** Where the profile lives: in this browser's storage, or in this page's memory alone; or that it rests, by the visitor's wish. */
export type Mode = "ready" | "memory" | "paused";

/** What `<html data-escale>` says. */
export type State = Mode | "pending" | "denied" | "off";

/** One call of the site, as the snippet's stub queues it. */
export type Command = readonly [verb: string, ...args: unknown[]];

/** Takes a command of the site; never throws. */
export type Take = (command: Command) => void;

/** What each file exports that is brought because an option asks for it. */
export interface Extra {
  attend(take: Take, options: Options): void;
}

/** A client at work, seen from the queue. */
export interface Client {
  readonly mode: Mode;
  /** Resolves once it is known where the profile lives, and everything that happens is recorded. Never rejects. */
  readonly settled: Promise<Mode>;
  run(command: Command): void;
  /** Ends: nothing more is read, stored or sent; the default content is back. */
  stop(): void;
}

/** What the client is given at its start. */
export interface Start {
  readonly options: Options;
  readonly purposes: Purposes & { readonly said?: unknown };
  /** `performance.now()` after which slots that are waiting keep their default content. */
  readonly deadlineAt: number;
  /** What became of the client by itself. A mode: it goes on so. Anything else: it has ended. */
  readonly report: (state: State) => void;
  /** Whether this start is still wanted: consent may be withdrawn while the engine is on its way. */
  readonly still: () => boolean;
}

/** What `client.js` exports. */
export interface ClientModule {
  start(start: Start): Promise<Client>;
  /**
   * Answers a command for which there is no client. `profile.forget` empties the site's stores and asks the server once to
   * erase; a failed request is owed until acknowledged. Never rejects.
   */
  undone(options: Options, command: Command): Promise<void>;
}

/** What Escale thinks of a visitor, and what the topics are called in the page's language, by their names. */
export interface ToldProfile extends Knowledge {
  /** What was agreed to; `null` where nothing is kept beyond the page. */
  readonly consent: ConsentReceipt | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** How things stand on a page, for the site's developer. Times are milliseconds since the Unix epoch. */
export interface Insight {
  /** What says what the page is about: the site itself, the address, the tokens of its schema.org data. */
  readonly page: { readonly explicit: string; readonly url: string; readonly tokens: string };
  /** What is kept here; `null`: nothing beyond the page. Sizes are in bytes. */
  readonly storage: {
    readonly since_ms: number;
    readonly version: number;
    readonly own_bytes: number;
    readonly others_bytes: number;
  } | null;
  /** The talk with the server; `null`: there is none. `told_version`: the last one that it took. */
  readonly sync: {
    readonly told_version: number;
    readonly told_ms: number;
    readonly failures: number;
    readonly not_before_ms: number;
  } | null;
}

/** A profile as its owner may take it along. */
export interface ExportedProfile {
  readonly format: "escale-profile/1";
  /** This browser's counts have a name: what comes back to it counts once. */
  readonly replica_id: string;
  /** A hash of the customer the visitor was identified as. */
  readonly customer: number | null;
  readonly exported_ms: number;
  /** What was agreed to; `null` where nothing is kept beyond the page. */
  readonly consent: ConsentReceipt | null;
  readonly knowledge: Knowledge;
  /** This browser's own counts, as stored: base64url. */
  readonly replica: string;
  /** What the server told of the visitor's other browsers. */
  readonly others: string;
  /** Events that wait to be taken up, by document: base64url. */
  readonly pending: readonly { readonly document: string; readonly events: string }[];
}
