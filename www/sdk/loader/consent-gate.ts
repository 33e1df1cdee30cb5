/**
 * The gate between the site's calls and the client. Comes in: commands, in the site's order. Goes out: a
 * client started when consent allows, stopped when it no longer does, and every command handed to it. Before
 * `granted` no call about the visitor is kept, and nothing of a site's own callbacks ever stops the queue.
 */
import { PENDING, readConsent, sameConsent, type Consent } from "./consent.js";
import { MUTATING, WAITING } from "../commands/command-sets.js";
import { quietly } from "../base/safe-call.js";
import type { Client, ClientModule, Command, Options, State } from "../base/types.js";

/** What the queue needs from its page; tests give their own. */
export interface Host {
  readonly options: Options;
  /** Not a person: default content, nothing counted. */
  readonly barred: boolean;
  privacyControl(): boolean;
  /** Whether this site ever stored anything here; must not read it, nor create anything. */
  stored(): Promise<boolean>;
  /** Resolves once the page is really shown: at once, unless it is being prerendered. */
  shown(): Promise<unknown>;
  /** Brings the client; `afresh` after a trap: a new instance of everything. */
  load(afresh: boolean): Promise<ClientModule>;
  /** Slots may wait for their offer from now on; answers until when, as `performance.now()`. */
  wait(): number;
  mark(state: State): void;
}

/** States of a client that goes on. */
const GOES_ON = ["memory", "paused", "ready"];
const WAITING_MAX = 200;
const FORGET: Command = ["profile.forget"];

/** Opens the gate: the function that takes every command from now on. */
export function openQueue(host: Host): (command: Command) => void {
  const queue = new Queue(host);
  return (command) => quietly(() => queue.take(command));
}

class Queue {
  #said = PENDING;
  #state: State;
  #client: Client | undefined;
  #starting = false;
  #trapped = false;
  /** Grows with every decision: what was begun under an earlier one comes to nothing. */
  #epoch = 0;
  /** The last erasure: who begins anew waits for it, or would be erased by it. */
  #erasing: Promise<unknown> | undefined;
  #listeners: Command[] = [];
  #waiting: Command[] = [];

  constructor(private readonly host: Host) {
    this.#state = host.barred ? "off" : "pending";
    host.mark(this.#state);
  }

  take(command: Command): void {
    const [verb, ...args] = command;
    if (verb === "consent") return this.#decide(readConsent(args[0], this.host.privacyControl()));
    if (verb === "on") this.#listeners = [...this.#listeners, command].slice(-WAITING_MAX);
    if (verb === "off")
      this.#listeners = this.#listeners.filter(
        ([, type, callback]) => type !== args[0] || callback !== args[1],
      );
    const waits = this.#starting || (this.#state === "pending" && WAITING.includes(verb));
    if (this.#client) this.#client.run(command);
    else if (waits && this.#waiting.length < WAITING_MAX) this.#waiting.push(command);
    else this.#refuse(command);
  }

  /** The answer where nothing may or can be done. */
  #refuse(command: Command): void {
    const [verb, first, second] = command;
    const { host } = this;
    if (verb === "ready") quietly(first, this.#state);
    else if (verb === "choose")
      quietly(second, {
        placement: String(first),
        reason: this.#state === "off" ? "off" : "consent",
      });
    // To be forgotten needs no consent; who begins anew waits for it.
    else if (MUTATING.test(verb))
      this.#erasing = Promise.all([
        this.#erasing,
        undone(host, command).catch((error: unknown) => quietly(command.at(-1), error)),
      ]);
    else if (verb !== "on" && verb !== "off") quietly(command.at(-1));
  }

  #decide(next: Consent): void {
    const before = this.#said;
    if (this.host.barred || sameConsent(before, next)) return;
    this.#said = next;
    const client = this.#client;
    this.#client = undefined;
    const epoch = ++this.#epoch;
    // Whatever state the client is in, what was said is done.
    quietly(() => client?.stop());
    // "pending" pauses; only a clear answer without `keep` erases what an earlier one, or an earlier page, let us store.
    const erase =
      next.state !== "pending" && !next.keep && (before.keep || before.state === "pending");
    if (erase) this.#erasing = eraseStored(this.host, before.keep).catch(() => undefined);
    this.#starting = next.state === "granted";
    if (next.state !== "granted") return this.#settle(next.state);
    this.#beginOrStop(epoch);
  }

  #beginOrStop(epoch: number): void {
    this.#begin(epoch).catch((error: unknown) => {
      console.warn("escale: off", error);
      this.#report(epoch, "off");
    });
  }

  async #begin(epoch: number): Promise<void> {
    const { host } = this;
    const { options } = host;
    const still = (): boolean => epoch === this.#epoch;
    // The slots' time runs from when somebody looks at them: a prerendered page may wait for hours.
    const shown = host.shown().then(() => (still() ? host.wait() : 0));
    const [module, deadlineAt] = await Promise.all([
      host.load(this.#trapped),
      shown,
      this.#erasing,
    ]);
    if (!still()) return;
    const client = await module.start({
      options,
      purposes: this.#said,
      deadlineAt,
      report: (state) => this.#report(epoch, state),
      still,
    });
    if (!still()) {
      quietly(() => client.stop());
      // Withdrawn meanwhile: what the start stored may have come after the erasure.
      if (this.#said.state !== "pending" && !this.#said.keep) await module.undone(options, FORGET);
      return;
    }
    this.#starting = false;
    this.#client = client;
    for (const command of this.#listeners) client.run(command);
    this.#pass(client.mode);
    await client.settled;
    if (still()) host.mark(client.mode);
  }

  /** What became of a client: unless it goes on, it begins again when the site asserts consent anew. */
  #report(epoch: number, state: State): void {
    if (epoch !== this.#epoch) return;
    if (state === "off" && this.#client && !this.#trapped) return this.#beginAfresh();
    if (!GOES_ON.includes(state)) {
      this.#epoch++;
      this.#starting = false;
      this.#client = undefined;
      this.#said = PENDING;
    }
    this.#settle(state);
  }

  /** After a first trap of a running client; after a second one it stays off. */
  #beginAfresh(): void {
    this.#trapped = this.#starting = true;
    this.#client = undefined;
    this.#beginOrStop(++this.#epoch);
  }

  #settle(state: State): void {
    this.host.mark(state);
    this.#pass(state);
  }

  /** Passes on what was waiting. */
  #pass(state: State): void {
    this.#state = state;
    const commands = this.#waiting;
    this.#waiting = [];
    for (const command of commands) this.take(command);
  }
}

/** Erases if there is anything to erase; a failure is retried by the next page that says the same. */
async function eraseStored(host: Host, surely: boolean): Promise<void> {
  if (surely || (await host.stored())) await undone(host, FORGET);
}

/** What needs no client that runs. */
const undone = async (host: Host, command: Command): Promise<void> =>
  (await host.load(false)).undone(host.options, command);
