/**
 * The client: what runs once consent allows. Comes in: the site's commands, the document's life. Goes out: page
 * views, choices in the slots, a profile that is kept and handed in as far as agreed. Must never throw into
 * the page: whatever fails, the page's own content stays.
 */
import type { Runtime } from "#runtime";
import { openRuntime } from "./engine.js";
import { isTrap } from "./journal.js";
import { follow } from "./life.js";
import { channelName } from "./names.js";
import { Slots } from "./slots.js";
import type { Client, Command, Mode, Options, Start, State } from "./types.js";
import { runVerb, type Desk } from "./verbs.js";
import { Visit, type End } from "./visit.js";
import type { OfferElement } from "./element.js";

/** Empties the site's stores; needs no engine. */
export const withdraw = async (options: Options): Promise<void> => (await import("./later.js")).withdraw(options);

/** What an end means for the page; the site's next assertion of consent may begin anew. */
const STATES: Readonly<Record<End, State>> = {
  kept: "ready", gone: "denied", changed: "pending", newer: "memory", erased: "pending", trap: "off",
};

/** Begins: brings the engine, opens the store, counts the page, fills the slots. */
export async function start(from: Start): Promise<Client> {
  const { runtime, config } = await openRuntime(from.options);
  if (!from.still()) throw new Error("no longer wanted");
  const session = new Session(from, runtime, config);
  try {
    await session.begin();
  } catch (error) {
    session.stop();
    throw error;
  }
  return session;
}

class Session implements Client, Desk {
  readonly visit: Visit;
  readonly slots: Slots;
  readonly listeners = new Map<string, Set<(detail: unknown) => void>>();
  mode: Mode = "memory";
  #stopFollowing: () => void = () => undefined;
  #channel: BroadcastChannel | undefined;
  #over = false;

  constructor(
    readonly from: Start,
    runtime: Runtime,
    config: Uint8Array,
  ) {
    this.visit = new Visit({ options: from.options, runtime, config, ended: (end) => this.#told(end) });
    this.slots = new Slots({
      guard: (work) => this.#guard(work),
      slots: (placement) => this.visit.chooser.slots(placement),
      choose: (placement, slot, language) => this.visit.chooser.choose(placement, slot, language),
      release: (choice) => this.visit.chooser.release(choice),
      happened: (name, { offer = "", placement }) => this.run(["track", name, { offer, placement }]),
      why: (slot, choice, language) => this.run(["why", slot, choice, language]),
    });
  }

  async begin(): Promise<void> {
    const { options, purposes, deadlineAt, still } = this.from;
    await this.visit.enter(purposes, still);
    if (this.#over || !still()) return;
    this.mode = this.visit.store ? "ready" : "memory";
    if (options.auto !== "off") this.visit.view();
    this.slots.open(performance.now() > deadlineAt);
    this.#listen();
    this.#stopFollowing = follow({
      moved: () => this.#guard(() => options.auto !== "off" && this.visit.view()),
      hidden: () => this.#guard(() => this.visit.flush(true)),
      left: () => this.#guard(() => this.#leave()),
      restored: () => this.#guard(() => this.#restore()),
    });
    this.#guard(() => this.visit.begin());
  }

  run(command: Command): void {
    if (!this.#over) this.#guard(() => runVerb(this, command));
  }

  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopFollowing();
    this.#channel?.close();
    this.visit.close();
    this.slots.close();
  }

  again(slot: OfferElement): void {
    this.slots.again(slot);
  }

  /** Ends, and wipes what is kept here. */
  erase(): Promise<void> {
    this.#ended("erased");
    return withdraw(this.from.options);
  }

  /** A trap leaves the engine in an unknown state: nothing more is asked of it. */
  #guard(work: () => unknown): void {
    try {
      const done = work();
      if (done instanceof Promise) done.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (isTrap(error)) this.#ended("trap");
    else console.error("escale", error);
  }

  #ended(end: End): void {
    if (this.#over) return;
    const state = STATES[end];
    if (state === "memory") this.mode = "memory";
    else this.stop();
    this.from.report(state);
  }

  /** What the visit was told, by the store or the server. */
  #told(end: End): void {
    if (end === "erased") this.#guard(() => this.erase());
    else this.#ended(end);
  }

  #listen(): void {
    if (!this.visit.store || !("BroadcastChannel" in window)) return;
    this.#channel = new BroadcastChannel(channelName(this.from.options.site));
    // Whatever is said there, by whomever: it only makes us look at the store.
    this.#channel.onmessage = () => this.#guard(() => this.visit.look());
  }

  #leave(): void {
    this.visit.leave();
    this.#channel?.close();
  }

  async #restore(): Promise<void> {
    // First: what is said while the commit runs is said after it has looked, perhaps.
    this.#listen();
    if (!(await this.visit.resume()) || this.#over) return;
    if (this.from.options.auto !== "off") this.visit.view();
  }
}
