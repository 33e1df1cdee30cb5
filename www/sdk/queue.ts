/**
 * The gate between the site's calls and the client. Comes in: commands, in the site's order. Goes out: a
 * client started when consent allows, stopped when it no longer does, and every command handed to it. Before
 * `granted` no call about the visitor is kept, and nothing of a site's own callbacks ever stops the queue.
 */
import { PENDING, readConsent, sameConsent, type Consent } from "./consent.js";
import type { Client, ClientModule, Command, Options, State } from "./types.js";

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
  load(): Promise<ClientModule>;
  /** Slots may wait for their offer from now on; answers until when, as `performance.now()`. */
  wait(): number;
  mark(state: State): void;
}

/** Calls that say nothing about the visitor: they may wait until consent is decided. */
const ASKING = ["ready", "choose", "explain"];
const WAITING_MAX = 200;

/** Runs a site's callback; its failure is the site's to read about, and ours to survive. */
export function quietly(callback: unknown, ...args: unknown[]): void {
  if (typeof callback !== "function") return;
  try {
    (callback as (...args: unknown[]) => void)(...args);
  } catch (error) {
    console.error("escale: a callback failed", error);
  }
}

/** Opens the gate: the function that takes every command from now on. */
export function openQueue(host: Host): (command: Command) => void {
  const queue = new Queue(host);
  return (command) => {
    try {
      queue.take(command);
    } catch (error) {
      console.error("escale", error);
    }
  };
}

class Queue {
  #said = PENDING;
  #state: State;
  #client: Client | undefined;
  #starting = false;
  /** Grows with every decision: what was begun under an earlier one comes to nothing. */
  #epoch = 0;
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
    if (this.#client) this.#client.run(command);
    else if (this.#starting || (this.#state === "pending" && ASKING.includes(verb))) {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(command);
    } else refuse(command, this.#state);
  }

  #decide(next: Consent): void {
    const before = this.#said;
    if (this.host.barred || sameConsent(before, next)) return;
    this.#said = next;
    this.#client?.stop();
    this.#client = undefined;
    const epoch = ++this.#epoch;
    // "pending" pauses; only a clear answer without `keep` erases what an earlier one, or an earlier page, let us store.
    const erase = next.state !== "pending" && !next.keep && (before.keep || before.state === "pending");
    const erasing = erase ? eraseStored(this.host, before.keep).catch(() => undefined) : undefined;
    this.#starting = next.state === "granted";
    if (!this.#starting) return this.#settle(next.state === "denied" ? "denied" : "pending");
    this.#begin(epoch, erasing).catch(() => this.#report(epoch, "off"));
  }

  async #begin(epoch: number, erasing: Promise<void> | undefined): Promise<void> {
    const { host } = this;
    const deadlineAt = host.wait();
    const [module] = await Promise.all([host.load(), host.shown(), erasing]);
    if (epoch !== this.#epoch) return;
    const report = (state: State): void => this.#report(epoch, state);
    const client = await module.start({ options: host.options, purposes: this.#said, deadlineAt, report });
    if (epoch !== this.#epoch) {
      client.stop();
      return;
    }
    this.#starting = false;
    this.#client = client;
    for (const command of this.#listeners) client.run(command);
    this.#settle(client.mode);
  }

  /** What became of a client: unless it only lost its storage, it begins again when the site asserts consent anew. */
  #report(epoch: number, state: State): void {
    if (epoch !== this.#epoch) return;
    if (state !== "memory") {
      this.#epoch++;
      this.#starting = false;
      this.#client = undefined;
      this.#said = PENDING;
    }
    this.#settle(state);
  }

  #settle(state: State): void {
    this.#state = state;
    this.host.mark(state);
    const commands = this.#waiting;
    this.#waiting = [];
    for (const command of commands) this.take(command);
  }
}

/** Erases if there is anything to erase; a failure is retried by the next page that says the same. */
async function eraseStored(host: Host, surely: boolean): Promise<void> {
  if (surely || (await host.stored())) await (await host.load()).withdraw(host.options);
}

/** The answer where nothing may or can be done. */
function refuse([verb, ...args]: Command, state: State): void {
  if (verb === "ready") quietly(args[0], state);
  else if (verb === "choose") quietly(args[1], { placement: String(args[0]), reason: state === "off" ? "off" : "consent" });
  else if (verb !== "on" && verb !== "off") quietly(args.at(-1), undefined);
}
