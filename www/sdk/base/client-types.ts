/** Types that the parts of the SDK share. Sites do not see them. Types only: nothing of this file reaches a bundle. */
import type { Mode, Options, Purposes, State } from "./types.js";

/** Fields of an event before they are packed. Lists are joined with commas. */
export type Fields = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** One call of the site, as the snippet's stub queues it. */
export type Command = readonly [name: string, ...args: unknown[]];

/** Accepts a command of the site. Never throws. */
export type Dispatch = (command: Command) => void;

/** Exports of each file that an option asks for. */
export interface Plugin {
  install(dispatch: Dispatch, options: Options): void;
}

/** Mistake of the site, by its code. `mistakes.js` has the words. */
export type Mistake =
  /** A consent that cannot be read. */
  | readonly [code: "consent", input: unknown]
  /** `options`: names or values that are not read. `again`: the snippet's tag stands twice. `both`: two instances run. */
  | readonly [code: "options" | "again" | "both"]
  /** A file that an option asks for could not be loaded. */
  | readonly [code: "file", file: string]
  /** A name that the config lacks. */
  | readonly [code: "placement" | "topic", name: string, known: readonly string[]]
  /** A field that its event does not read. */
  | readonly [code: "field", name: string, event: string]
  /** A slot that waited for the engine in vain. */
  | readonly [code: "deadline", placement: string];

/** Reports a mistake of the site. */
export type ReportMistake = (...mistake: Mistake) => void;

/** Exports of `mistakes.js`. */
export interface MistakesModule {
  report(mistake: Mistake, options: Options): void;
}

/** Running client, as the consent gate sees it. */
export interface Client {
  readonly mode: Mode;
  /** Resolves once the mode is final and events are recorded. Never rejects. */
  readonly recording: Promise<Mode>;
  run(command: Command): void;
  /** Stops the client. Nothing more is read, stored or sent, and slots show their default content. */
  stop(): void;
}

/** Purposes of a consent, with the site's own input for the receipt. */
export interface GrantedPurposes extends Purposes {
  readonly input?: unknown;
}

/** Files of the engine, requested while the client itself still loads. Each is read once. */
export interface EngineFiles {
  readonly config: Promise<Response>;
  /** Compiled while it loads. */
  readonly module: Promise<WebAssembly.Module>;
}

/** Start parameters of a client. */
export interface Start {
  readonly options: Options;
  readonly files: EngineFiles;
  readonly purposes: GrantedPurposes;
  /** Time by `performance.now()` after which waiting slots keep their default content. */
  readonly deadlineAt: number;
  /** Reports a state that the client enters by itself. After a state that is no mode it has ended. */
  readonly report: (state: State) => void;
  /** Returns `false` once this start is obsolete: consent may be withdrawn while the engine loads. */
  readonly isCurrent: () => boolean;
}

/** Exports of `client.js`. */
export interface ClientModule {
  start(start: Start): Promise<Client>;
  /**
   * Answers a command for which there is no client. `profile.forget` empties the site's stores and asks the server once
   * to erase. A failed request stays pending until the server acknowledges it. Never rejects.
   */
  handle(options: Options, command: Command): Promise<void>;
}
