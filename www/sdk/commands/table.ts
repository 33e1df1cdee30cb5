/**
 * Commands of the interface, each with its rules: one table for the loader, the session, the recorder and the package.
 * The loader must not carry the table: it uses `command-sets.ts`, which `table.test.ts` generates from this file.
 */

/** Rules of one command. */
export interface CommandSpec {
  /**
   * `query` answers a value, or `undefined` if there is none. `mutation` answers `undefined` once done, else an error.
   * `record` counts an event. `control` changes how the page talks to Escale.
   */
  readonly kind: "query" | "mutation" | "record" | "control";
  /**
   * Treatment before consent is decided. `wait`: queued until then. `run`: done without a session.
   * `keep`: remembered for each later session. `drop`: discarded, its callback called with `undefined`.
   */
  readonly beforeConsent: "wait" | "run" | "keep" | "drop";
  /** Part that runs the command. */
  readonly needs: "gate" | "session" | "recorder";
  /** Runs during a pause too: it records and sends nothing. */
  readonly whilePaused?: true;
  /** Erases the visitor, so that it works without a session. */
  readonly erases?: true;
  /** Used by Escale's own parts, not by sites. */
  readonly isInternal?: true;
}

/** Every command, by its name. */
export const COMMANDS = {
  consent: { kind: "control", beforeConsent: "run", needs: "gate" },
  ready: { kind: "query", beforeConsent: "wait", needs: "session" },
  choose: { kind: "query", beforeConsent: "wait", needs: "session" },
  on: { kind: "control", beforeConsent: "keep", needs: "session" },
  off: { kind: "control", beforeConsent: "keep", needs: "session" },
  explain: { kind: "query", beforeConsent: "wait", needs: "recorder", whilePaused: true },
  question: { kind: "query", beforeConsent: "wait", needs: "recorder" },
  render: { kind: "query", beforeConsent: "wait", needs: "recorder", whilePaused: true },
  page: { kind: "record", beforeConsent: "drop", needs: "recorder" },
  track: { kind: "record", beforeConsent: "drop", needs: "recorder" },
  declare: { kind: "record", beforeConsent: "drop", needs: "recorder" },
  feedback: { kind: "record", beforeConsent: "drop", needs: "recorder" },
  ga4: { kind: "record", beforeConsent: "drop", needs: "recorder", isInternal: true },
  why: { kind: "control", beforeConsent: "drop", needs: "recorder", isInternal: true },
  identify: { kind: "record", beforeConsent: "drop", needs: "recorder" },
  logout: { kind: "record", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  flush: { kind: "query", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  inspect: { kind: "query", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  centre: { kind: "query", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  debug: { kind: "control", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  reset: {
    kind: "mutation",
    beforeConsent: "run",
    needs: "recorder",
    whilePaused: true,
    erases: true,
  },
  "profile.get": { kind: "query", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  "profile.export": { kind: "query", beforeConsent: "drop", needs: "recorder", whilePaused: true },
  "profile.import": {
    kind: "mutation",
    beforeConsent: "run",
    needs: "recorder",
    whilePaused: true,
  },
  "profile.pause": { kind: "mutation", beforeConsent: "run", needs: "recorder", whilePaused: true },
  "profile.resume": {
    kind: "mutation",
    beforeConsent: "run",
    needs: "recorder",
    whilePaused: true,
  },
  "profile.forget": {
    kind: "mutation",
    beforeConsent: "run",
    needs: "recorder",
    whilePaused: true,
    erases: true,
  },
} as const satisfies Readonly<Record<string, CommandSpec>>;

type Commands = typeof COMMANDS;

/** Name of a command, Escale's own ones included. */
export type CommandName = keyof Commands;

/** Names of the commands whose rules match `Rules`. */
export type CommandsWith<Rules extends Partial<CommandSpec>> = {
  [N in CommandName]: Commands[N] extends Rules ? N : never;
}[CommandName];

/** Name of a command that sites call. */
export type PublicCommand = Exclude<CommandName, CommandsWith<{ isInternal: true }>>;

/** Returns the rules of a command; `undefined` if no command has this name. */
export const specOf = (name: string): CommandSpec | undefined =>
  Object.hasOwn(COMMANDS, name) ? COMMANDS[name as CommandName] : undefined;

/** Names of the commands that sites call. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS).filter(
  (name) => !specOf(name)?.isInternal,
);
