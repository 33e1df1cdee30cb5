/**
 * Gate between the site's calls and the client. In: commands, in the site's order. Out: a client that starts when consent
 * allows it and stops when consent ends, and every command passed to it. Before `granted` no call about the visitor is
 * kept. Callbacks of the site never stop the gate.
 */
import type {
  Client,
  ClientModule,
  Command,
  Dispatch,
  EngineFiles,
  ReportMistake,
} from "../base/client-types.js";
import { safeCall } from "../base/safe-call.js";
import type { Options, State } from "../base/types.js";
import { MUTATING, WAITING } from "../commands/command-sets.js";
import { PENDING, readConsent, sameConsent, type Consent } from "./consent.js";

/** Environment of the gate. Tests pass their own. */
export interface Host {
  readonly options: Options;
  /** Marks a bot: it sees the default content, and nothing is counted. */
  readonly isBot: boolean;
  globalPrivacyControl(): boolean;
  /** Returns `true` if this site ever stored anything here. It must not read the store, nor create one. */
  stored(): Promise<boolean>;
  /** Resolves once the page is visible: at once, unless it is being prerendered. */
  shown(): Promise<unknown>;
  /** Loads the client. After a trap, `isRetry` loads a new instance of everything. */
  load(isRetry: boolean): Promise<ClientModule>;
  /** Fills slots from the decisions that an earlier page prepared, or empties them again. */
  fillPrepared(isAllowed: boolean): void;
  /** Requests the engine's files. */
  requestEngine(): EngineFiles;
  /** Hides undecided slots. Returns the deadline by `performance.now()`. */
  hideSlots(): number;
  setState(state: State): void;
  readonly report: ReportMistake;
}

/** States in which a client keeps running. */
const RUNNING = ["memory", "paused", "ready"];
const WAITING_MAX = 200;
const FORGET: Command = ["profile.forget"];

/** Opens the gate. Returns the function that accepts every command from now on. */
export function openGate(host: Host): Dispatch {
  const gate = new ConsentGate(host);
  return (command) => safeCall(() => gate.run(command));
}

class ConsentGate {
  #consent = PENDING;
  #state: State;
  #client: Client | undefined;
  #starting = false;
  #trapped = false;
  /** Number of the current decision. Work that began under an earlier decision is discarded. */
  #epoch = 0;
  /** Erasure in progress. A new client awaits it, so that it is not erased too. */
  #erasing: Promise<unknown> | undefined;
  #listeners: Command[] = [];
  #waiting: Command[] = [];

  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    this.#state = host.isBot ? "off" : "pending";
    host.setState(this.#state);
  }

  run(command: Command): void {
    const [name, ...args] = command;
    if (name === "consent")
      return this.#decide(readConsent(args[0], this.#host.globalPrivacyControl()));
    if (name === "on") this.#listeners = [...this.#listeners, command].slice(-WAITING_MAX);
    if (name === "off")
      this.#listeners = this.#listeners.filter(
        ([, type, callback]) => type !== args[0] || callback !== args[1],
      );
    const waits = this.#starting || (this.#state === "pending" && WAITING.includes(name));
    if (this.#client) this.#client.run(command);
    else if (waits && this.#waiting.length < WAITING_MAX) this.#waiting.push(command);
    else this.#reject(command);
  }

  /** Answers a command that needs a client when there is none. */
  #reject(command: Command): void {
    const [name, first, second] = command;
    const host = this.#host;
    if (name === "ready") safeCall(first, this.#state);
    else if (name === "choose")
      safeCall(second, {
        placement: String(first),
        reason: this.#state === "off" ? "off" : "consent",
      });
    // An erasure needs no consent. A new client awaits it.
    else if (MUTATING.test(name))
      this.#erasing = Promise.all([
        this.#erasing,
        runWithoutSession(host, command).catch((error: unknown) => safeCall(command.at(-1), error)),
      ]);
    else if (name !== "on" && name !== "off") safeCall(command.at(-1));
  }

  #decide(next: Consent): void {
    const before = this.#consent;
    if (this.#host.isBot) return;
    if (next.isUnclear) this.#host.report("consent", next.input);
    if (sameConsent(before, next)) return;
    this.#consent = next;
    const client = this.#client;
    this.#client = undefined;
    const epoch = ++this.#epoch;
    // A client that cannot stop must not block the visitor's decision.
    safeCall(() => client?.stop());
    // `pending` only stops. A clear answer without `keep` erases data of an earlier consent, or of an earlier page.
    const erase =
      next.state !== "pending" && !next.keep && (before.keep || before.state === "pending");
    if (erase) this.#erasing = eraseStored(this.#host, before.keep).catch(() => undefined);
    safeCall(() => this.#host.fillPrepared(next.keep));
    this.#starting = next.state === "granted";
    if (next.state !== "granted") return this.#enter(next.state);
    this.#startOrStop(epoch);
  }

  #startOrStop(epoch: number): void {
    this.#start(epoch).catch((error: unknown) => {
      console.warn("escale: off", error);
      this.#report(epoch, "off");
    });
  }

  async #start(epoch: number): Promise<void> {
    const host = this.#host;
    const { options } = host;
    const isCurrent = (): boolean => epoch === this.#epoch;
    // The deadline counts from the moment the page is visible: a prerendered page may wait for hours.
    const files = host.requestEngine();
    const shown = host.shown().then(() => (isCurrent() ? host.hideSlots() : 0));
    const [module, deadlineAt] = await Promise.all([
      host.load(this.#trapped),
      shown,
      this.#erasing,
    ]);
    if (!isCurrent()) return;
    const client = await module.start({
      options,
      files,
      purposes: this.#consent,
      deadlineAt,
      report: (state) => this.#report(epoch, state),
      isCurrent,
    });
    if (!isCurrent()) {
      safeCall(() => client.stop());
      // Consent was withdrawn meanwhile: the start may have written after the erasure.
      if (this.#consent.state !== "pending" && !this.#consent.keep)
        await module.handle(options, FORGET);
      return;
    }
    this.#starting = false;
    this.#client = client;
    for (const command of this.#listeners) client.run(command);
    this.#replay(client.mode);
    await client.recording;
    if (isCurrent()) host.setState(client.mode);
  }

  /** Handles a state that a client entered by itself. A client that ended starts again when the site asserts consent. */
  #report(epoch: number, state: State): void {
    if (epoch !== this.#epoch) return;
    if (state === "off" && this.#client && !this.#trapped) return this.#restart();
    if (!RUNNING.includes(state)) {
      this.#epoch++;
      this.#starting = false;
      this.#client = undefined;
      this.#consent = PENDING;
    }
    this.#enter(state);
  }

  /** Restarts after the first trap of a running client. After a second trap it stays off. */
  #restart(): void {
    this.#trapped = this.#starting = true;
    this.#client = undefined;
    this.#startOrStop(++this.#epoch);
  }

  #enter(state: State): void {
    this.#host.setState(state);
    this.#replay(state);
  }

  /** Dispatches the waiting commands again. */
  #replay(state: State): void {
    this.#state = state;
    const commands = this.#waiting;
    this.#waiting = [];
    for (const command of commands) this.run(command);
  }
}

/** Erases the stores, if there are any. After a failure the next page with the same consent tries again. */
async function eraseStored(host: Host, isCertain: boolean): Promise<void> {
  if (isCertain || (await host.stored())) await runWithoutSession(host, FORGET);
}

const runWithoutSession = async (host: Host, command: Command): Promise<void> =>
  (await host.load(false)).handle(host.options, command);
