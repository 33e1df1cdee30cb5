/**
 * Escale as a package. Comes in: options. Goes out: one typed object with the words of the interface. Importing it
 * does nothing, reads nothing and needs no browser; `init` begins, and waits for consent.
 */
import { browserHost } from "./browser.js";
import { openQueue } from "./queue.js";
import type { Choice, ClientModule, Command, ConsentState, ExportedProfile, Explanation, Fields, Options, Purposes, State } from "./types.js";

export type * from "./types.js";

/** The words of the interface. Nothing of it ever throws; before consent nothing about the visitor is kept. */
export interface Escale {
  /** What the visitor agreed to; to be asserted on every page, the site remembers it. */
  consent(said: ConsentState | Partial<Purposes>): void;
  /** A page is looked at; needed only with `auto: "off"`. */
  page(facts?: { topics?: readonly string[] }): void;
  /** Something happened: `track("quote_start", { destination: "lisbonne" })`. */
  track(name: string, fields?: Fields): void;
  /** What the visitor says of themselves: `declare({ interests: ["trip.city"] })`. */
  declare(fields: Fields): void;
  /** Ties the visitor to a customer, by a token that the site's back end signed. */
  identify(token: string): void;
  /** Another person may come: an empty profile begins. */
  logout(): void;
  /** Chooses for a placement that the site draws itself. */
  choose(placement: string): Promise<Choice>;
  /** Why the last choice for a placement came out as it did. */
  explain(placement: string): Promise<Explanation | undefined>;
  /** Calls back after each event of this name. */
  on(type: string, callback: (detail: unknown) => void): void;
  off(type: string, callback: (detail: unknown) => void): void;
  /** Resolves once it is decided whether there is anything to run. */
  ready(): Promise<State>;
  /** Commits, and hands in. */
  flush(): Promise<void>;
  readonly profile: {
    /** Erases here and on the server. */
    forget(): Promise<void>;
    /** The whole profile, as JSON; `undefined` without consent. */
    export(): Promise<ExportedProfile | undefined>;
  };
}

const CLIENT: string = "./client.js";

let only: Escale | undefined;

/** Begins, once a page: later calls answer the first one's object. */
export function init(options: Options): Escale {
  only ??= open(options);
  return only;
}

function open(options: Options): Escale {
  // By its address: the types of the client are not the package's.
  const load = (afresh: boolean): Promise<ClientModule> => import(afresh ? `${CLIENT}?afresh` : CLIENT) as Promise<ClientModule>;
  const take = openQueue(browserHost(options, load));
  const answer = <T>(...command: Command): Promise<T> => new Promise((resolve) => take([...command, resolve]));
  return {
    consent: (said) => take(["consent", said]),
    page: (facts) => take(["page", facts]),
    track: (name, fields) => take(["track", name, fields]),
    declare: (fields) => take(["declare", fields]),
    identify: (token) => take(["identify", token]),
    logout: () => take(["logout"]),
    choose: (placement) => answer("choose", placement),
    explain: (placement) => answer("explain", placement),
    on: (type, callback) => take(["on", type, callback]),
    off: (type, callback) => take(["off", type, callback]),
    ready: () => answer("ready"),
    flush: () => answer("flush"),
    profile: { forget: () => answer("profile.forget"), export: () => answer("profile.export") },
  };
}
