/** Interface of Escale: the object that `init` returns, and the function of the snippet. Types only. */
import type { EscaleError } from "./base/error.js";
import type {
  DeclareFields,
  EventMap,
  EventName,
  ListenableEvent,
  TrackFields,
} from "./base/events.js";
import type {
  Choice,
  ConsentInput,
  ConsentState,
  ExportedProfile,
  Explanation,
  Insight,
  ProfileSummary,
  Question,
  State,
  WhatIf,
} from "./base/types.js";

/** Facts of a page view. */
export interface PageView {
  /** Topics of the page, besides those of its `data-escale-topics` attributes. At most 16. */
  readonly topics?: readonly string[];
}

/** Feedback of the visitor on an offer. */
export type Feedback = "less" | "booked" | "never";

/** Detail that a listener of `on` receives. */
export type DetailOf<E extends ListenableEvent> = E extends "error"
  ? EscaleError
  : E extends keyof EventMap
    ? EventMap[E] extends { readonly offer?: unknown }
      ? EventMap[E]
      : EventMap[E] | undefined
    : undefined;

/** Listener of `on`. What it throws is reported on the console. */
export type Listener<E extends ListenableEvent> = (detail: DetailOf<E>) => void;

/** Commands about the profile as a whole. */
export interface EscaleProfile {
  /**
   * Summarises the profile in the names of the config.
   *
   * @returns the summary; `undefined` without consent
   */
  get(): Promise<ProfileSummary | undefined>;
  /**
   * Imports a profile that another browser exported. Each file counts once.
   *
   * @param file - the exported profile, as text or as an object
   * @throws {@link EscaleError} with the code `bad_file`, `already_here`, `not_kept` or `unavailable`
   */
  import(file: string | ExportedProfile): Promise<void>;
  /**
   * Pauses Escale in this browser: nothing is recorded, sent or chosen until `resume`, on later pages too.
   *
   * @throws {@link EscaleError} with the code `not_kept`, `unavailable` or `failed`
   */
  pause(): Promise<void>;
  /**
   * Ends a pause.
   *
   * @throws {@link EscaleError} with the code `not_kept`, `unavailable` or `failed`
   */
  resume(): Promise<void>;
  /**
   * Erases the profile here and on the server. It needs no consent.
   *
   * @throws {@link EscaleError} with the code `not_everywhere` if only this browser is sure to be erased
   */
  forget(): Promise<void>;
  /**
   * Exports the whole profile.
   *
   * @returns an object to be stored as JSON; `undefined` without consent
   */
  export(): Promise<ExportedProfile | undefined>;
}

/** Commands of Escale. None throws synchronously. Before consent nothing about the visitor is kept. */
export interface Escale {
  /**
   * Asserts the visitor's consent. The site remembers it, and asserts it on every page.
   *
   * @param consent - one state for all purposes, or each purpose by itself
   * @example
   * escale.consent({ personalise: true, keep: true, sync: false });
   */
  consent(consent: ConsentState | ConsentInput): void;
  /**
   * Records a page view. Only a site with `auto: "off"` needs it.
   *
   * @param view - topics of the page
   */
  page(view?: PageView): void;
  /**
   * Records an event. An event without topics is about the page at hand.
   *
   * @param name - an event of Escale, or of Google Analytics 4
   * @param fields - the fields of the event
   * @example
   * escale.track("quote_start", { destination: "lisbon", adults: 2 });
   */
  track<E extends EventName>(name: E, ...fields: TrackFields<E>): void;
  /**
   * Records a declaration of the visitor; the same as `track("declare", fields)`.
   *
   * @param fields - interests, an answer to a question, or a preference
   */
  declare(fields: DeclareFields): void;
  /**
   * Finds the question whose answer would improve the choices most.
   *
   * @returns the question; `undefined` if none is left, or one was asked lately
   */
  question(): Promise<Question | undefined>;
  /**
   * Identifies the visitor as a customer. Another customer starts with an empty profile.
   *
   * @param token - a token that the site's back end signed
   */
  identify(token: string): void;
  /** Starts an empty profile for another person. */
  logout(): void;
  /**
   * Chooses for a placement that the site renders itself.
   *
   * @param placement - the name of the placement
   * @returns the choice; without an offer the page's own content is right
   */
  choose(placement: string): Promise<Choice>;
  /**
   * Reads the current choice for a placement. The object stays the same until the choice changes.
   *
   * @param placement - the name of the placement
   * @returns the choice; `undefined` until there is one
   */
  get(placement: string): Choice | undefined;
  /**
   * Chooses for a placement once a page, and reports each change of `get`.
   *
   * @param placement - the name of the placement
   * @param changed - called after each change
   * @returns a function that ends the subscription
   */
  subscribe(placement: string, changed: () => void): () => void;
  /**
   * Explains the last choice for a placement.
   *
   * @param placement - the name of the placement
   * @param whatIf - other circumstances to explain it under
   * @returns the explanation; `undefined` if nothing was chosen there
   */
  explain(placement: string, whatIf?: WhatIf): Promise<Explanation | undefined>;
  /**
   * Reports the state of this page for a developer: page facts, storage, sync.
   *
   * @returns the state; `undefined` without consent
   */
  inspect(): Promise<Insight | undefined>;
  /**
   * Calls back after each event of a name, `identify` after an identification, and `error` after each wrong call.
   *
   * @param name - the name of the event
   * @param listener - called with the fields of the event
   */
  on<E extends ListenableEvent>(name: E, listener: Listener<E>): void;
  /**
   * Removes a listener.
   *
   * @param name - the name given to `on`
   * @param listener - the function given to `on`
   */
  off<E extends ListenableEvent>(name: E, listener: Listener<E>): void;
  /**
   * Waits until consent is decided, and the engine runs or cannot.
   *
   * @returns the state
   */
  ready(): Promise<State>;
  /** Commits recorded events, and syncs them. */
  flush(): Promise<void>;
  /**
   * Makes an element of the page a slot. Its content becomes the default content.
   *
   * @param placement - the name of the placement
   * @param target - the element, or a selector that finds it
   * @returns the slot; `undefined` if Escale does not run, or finds no element
   */
  render(placement: string, target: Element | string): Promise<Element | undefined>;
  /**
   * Records the visitor's feedback on an offer.
   *
   * @param of - the choice that has the offer, or the placement that shows it
   * @param feedback - less of this, booked already, or never again
   */
  feedback(of: Choice | string, feedback: Feedback): void;
  /**
   * Erases the profile here and on the server, and starts an empty one. Consent stays in force.
   *
   * @throws {@link EscaleError} with the code `not_kept`, `unavailable` or `failed`
   */
  reset(): Promise<void>;
  /**
   * Logs every command on the console.
   *
   * @param isOn - `false` ends it
   * @defaultValue `isOn` is `true`
   */
  debug(isOn?: boolean): void;
  /**
   * Opens the visitor's privacy centre over the page.
   *
   * @returns `true` once it is open; `false` if Escale does not run
   */
  centre(): Promise<boolean>;
  /** Commands about the profile as a whole. */
  readonly profile: EscaleProfile;
}

/** Callback of a command that changes the profile: no argument once it is done. */
export type DoneCallback = (error: EscaleError | undefined) => void;

/**
 * Function of the snippet, `window.escale`: the name of a command, its arguments, and an optional callback for its
 * result.
 *
 * @example
 * escale("choose", "sidebar", (choice) => draw(choice));
 */
export interface EscaleSnippet {
  (command: "consent", consent: ConsentState | ConsentInput): void;
  (command: "page", view?: PageView): void;
  <E extends EventName>(command: "track", name: E, ...fields: TrackFields<E>): void;
  (command: "declare", fields: DeclareFields): void;
  (command: "question", callback: (question: Question | undefined) => void): void;
  (command: "identify", token: string): void;
  (command: "logout"): void;
  (command: "choose", placement: string, callback: (choice: Choice) => void): void;
  (
    command: "explain",
    placement: string,
    callback: (explanation: Explanation | undefined) => void,
  ): void;
  (
    command: "explain",
    placement: string,
    whatIf: WhatIf,
    callback: (explanation: Explanation | undefined) => void,
  ): void;
  (command: "inspect", callback: (insight: Insight | undefined) => void): void;
  <E extends ListenableEvent>(command: "on" | "off", name: E, listener: Listener<E>): void;
  (command: "ready", callback: (state: State) => void): void;
  (command: "flush", callback?: () => void): void;
  (
    command: "render",
    placement: string,
    target: Element | string,
    callback?: (slot: Element | undefined) => void,
  ): void;
  (command: "feedback", of: Choice | string, feedback: Feedback): void;
  (command: "debug", isOn?: boolean): void;
  (command: "centre", callback?: (isOpen: boolean | undefined) => void): void;
  (command: "profile.get", callback: (profile: ProfileSummary | undefined) => void): void;
  (command: "profile.export", callback: (profile: ExportedProfile | undefined) => void): void;
  (command: "profile.import", file: string | ExportedProfile, callback?: DoneCallback): void;
  (
    command: "profile.pause" | "profile.resume" | "profile.forget" | "reset",
    callback?: DoneCallback,
  ): void;
}
