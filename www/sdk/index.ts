/**
 * Escale as a package. Comes in: options. Goes out: one typed object with the words of the interface. Importing it
 * does nothing, reads nothing and needs no browser; `init` begins, and waits for consent.
 */
import { openDoor } from "./loader/bootstrap.js";
import { EscaleError } from "./base/error.js";
import { ChoiceStore } from "./slots/choice-store.js";
import type {
  Choice,
  Command,
  ConsentState,
  ExportedProfile,
  Explanation,
  Fields,
  Insight,
  Options,
  Question,
  SaidConsent,
  State,
  ToldProfile,
  WhatIf,
} from "./base/types.js";

export { EscaleError, type EscaleErrorCode } from "./base/error.js";
export type * from "./base/types.js";

/** The words of the interface. Nothing of it ever throws; before consent nothing about the visitor is kept. */
export interface Escale {
  /** What the visitor agreed to; to be asserted on every page, the site remembers it. */
  consent(said: ConsentState | SaidConsent): void;
  /** A page is looked at; needed only with `auto: "off"`. */
  page(facts?: { topics?: readonly string[] }): void;
  /** Something happened: `track("quote_start", { destination: "lisbonne" })`. */
  track(name: string, fields?: Fields): void;
  /** What the visitor says of themselves: `declare({ interests: ["trip.city"] })`. */
  declare(fields: Fields): void;
  /** The question whose answer would tell most about what to offer; `undefined`: none is left, or one was asked lately. */
  question(): Promise<Question | undefined>;
  /** Ties the visitor to a customer, by a token that the site's back end signed. */
  identify(token: string): void;
  /** Another person may come: an empty profile begins. */
  logout(): void;
  /** Chooses for a placement that the site draws itself. */
  choose(placement: string): Promise<Choice>;
  /** What a placement shows by now: the same object until it changes; `undefined` while it is not decided. */
  get(placement: string): Choice | undefined;
  /** Chooses for a placement, once a page, and calls back whenever `get` answers something else; returns the end of it. */
  subscribe(placement: string, changed: () => void): () => void;
  /** Why the last choice for a placement came out as it did, or how it would come out at another time. */
  explain(placement: string, whatIf?: WhatIf): Promise<Explanation | undefined>;
  /** How things stand on this page, for a developer: what it is about, what is kept, the talk with the server. */
  inspect(): Promise<Insight | undefined>;
  /** Calls back after each event of this name. */
  on(type: string, callback: (detail: unknown) => void): void;
  off(type: string, callback: (detail: unknown) => void): void;
  /** Resolves once it is decided whether there is anything to run. */
  ready(): Promise<State>;
  /** Commits, and hands in. */
  flush(): Promise<void>;
  /** Makes an element of the page a slot; what it holds is the default content. Answers the slot, `undefined` where Escale does not run. */
  render(placement: string, target: Element | string): Promise<Element | undefined>;
  /** What the visitor says of an offer that is shown: of a choice, or of a placement. */
  feedback(of: Choice | string, answer: "less" | "booked" | "never"): void;
  /** Erases here and on the server, and begins again with an empty profile; consent stands. Rejects with an `EscaleError`. */
  reset(): Promise<void>;
  /** Tells every command on the console, or no longer. */
  debug(isOn?: boolean): void;
  /** Opens the visitor's centre over the page; whether there was anything to open. */
  centre(): Promise<boolean>;
  readonly profile: {
    /** What Escale thinks of the visitor, in words; `undefined` without consent. */
    get(): Promise<ToldProfile | undefined>;
    /** Takes in what another browser exported, as text or as an object. Rejects with an `EscaleError`. */
    import(file: string | ExportedProfile): Promise<void>;
    /** Nothing is recorded, sent or chosen until `resume`, in this browser and on later pages. Rejects with an `EscaleError`. */
    pause(): Promise<void>;
    resume(): Promise<void>;
    /** Erases here and on the server. Rejects with an `EscaleError` where only this browser is sure to be erased. */
    forget(): Promise<void>;
    /** The whole profile, as JSON; `undefined` without consent. */
    export(): Promise<ExportedProfile | undefined>;
  };
}

type Profile = Escale["profile"];
type Said<W> = W extends `profile.${infer K extends keyof Profile}`
  ? Profile[K]
  : W extends keyof Escale
    ? Escale[W]
    : never;
type Args<F> = F extends (...args: infer A) => unknown ? A : never;
/** What a callback is given: what the promise answers, or what it fails by. */
type Told<F, W> = W extends
  "reset" | "profile.import" | "profile.forget" | "profile.pause" | "profile.resume"
  ? EscaleError | undefined
  : F extends (...args: never[]) => Promise<infer T>
    ? T
    : never;

/** `window.escale` of the snippet: a word, its arguments, and last a callback where the package answers a promise. */
export type EscaleSnippet = <
  W extends Exclude<keyof Escale, "profile" | "get" | "subscribe"> | `profile.${keyof Profile}`,
>(
  word: W,
  ...args: [...Args<Said<W>>] | [...Args<Said<W>>, callback: (told: Told<Said<W>, W>) => void]
) => void;

/** The files that are brought when they are needed; a bundler finds them here. */
const FILES: Readonly<Record<string, () => Promise<unknown>>> = {
  "client.js": () => import("./client/session.js"),
  // Another address is another instance.
  // @ts-expect-error an address, of which the compiler knows the file alone
  "client.js?afresh": () => import("./client/session.js?afresh"),
  "signals.js": () => import("./plugins/data-layer.js"),
  "inspector.js": () => import("./inspector/index.js"),
  "consent-tcf.js": () => import("./plugins/consent-tcf.js"),
  "consent-google.js": () => import("./plugins/consent-google.js"),
};
const bring = (file: string): Promise<unknown> =>
  FILES[file]?.() ?? Promise.reject(new Error(`there is no ${file}`));

const choices = new ChoiceStore();
let only: Escale | undefined;

/** As `get` of the object that `init` answers; before `init` nothing is decided. */
export const get = (placement: string): Choice | undefined => choices.get(placement);

/** As `subscribe` of the object that `init` answers; it may be called before. */
export const subscribe = (placement: string, changed: () => void): (() => void) =>
  choices.subscribe(placement, changed);

/** Begins, once a page: later calls answer the first one's object. Throws an `EscaleError` where the site has no name. */
export function init(options: Options): Escale {
  if (!options.site) throw new EscaleError("no_site", "init: the site has no name");
  only ??= open(options);
  return only;
}

/** What is no error of Escale's is a file that could not be had. */
const asEscaleError = (told: Error, verb: string): EscaleError =>
  told instanceof EscaleError ? told : new EscaleError("unavailable", `${verb}: ${told.message}`);

function open(options: Options): Escale {
  const take = openDoor(options, bring, (state) => choices.setState(state));
  const answer = <T>(...command: Command): Promise<T> =>
    new Promise((resolve, reject) =>
      take([
        ...command,
        (told: T) =>
          told instanceof Error ? reject(asEscaleError(told, command[0])) : resolve(told),
      ]),
    );
  choices.open((placement) => answer("choose", placement));
  return {
    get,
    subscribe,
    consent: (said) => take(["consent", said]),
    page: (facts) => take(["page", facts]),
    track: (name, fields) => take(["track", name, fields]),
    declare: (fields) => take(["declare", fields]),
    question: () => answer("question"),
    identify: (token) => take(["identify", token]),
    logout: () => take(["logout"]),
    choose: (placement) => answer("choose", placement),
    explain: (placement, whatIf) => answer("explain", placement, ...(whatIf ? [whatIf] : [])),
    inspect: () => answer("inspect"),
    on: (type, callback) => take(["on", type, callback]),
    off: (type, callback) => take(["off", type, callback]),
    ready: () => answer("ready"),
    flush: () => answer("flush"),
    render: (placement, target) => answer("render", placement, target),
    feedback: (of, said) => take(["feedback", of, said]),
    reset: () => answer("reset"),
    debug: (isOn) => take(["debug", isOn]),
    centre: async () => (await answer("centre")) === true,
    profile: {
      get: () => answer("profile.get"),
      import: (file) => answer("profile.import", file),
      pause: () => answer("profile.pause"),
      resume: () => answer("profile.resume"),
      forget: () => answer("profile.forget"),
      export: () => answer("profile.export"),
    },
  };
}
