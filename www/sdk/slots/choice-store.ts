/**
 * Choices by placement, for sites that render offers themselves. In: subscribers, states of Escale. Out: one choice per
 * placement and page, and a call whenever it changes. Never: two choices for one page, or a call without a change.
 */
import type { Choice, State } from "../base/types.js";

interface Entry {
  choice: Choice | undefined;
  /** The page of the choice; `undefined` if it must be requested again. */
  page: string | undefined;
  isRequested: boolean;
  readonly subscribers: Set<() => void>;
}

/** The current choice of each placement, and its subscribers. */
export class ChoiceStore {
  readonly #entries = new Map<string, Entry>();
  #choose: ((placement: string) => Promise<Choice>) | undefined;

  /** Requests choices from now on. */
  open(choose: (placement: string) => Promise<Choice>): void {
    this.#choose = choose;
    this.#requestAll();
  }

  /** Returns the current choice of a placement. */
  get(placement: string): Choice | undefined {
    return this.#entries.get(placement)?.choice;
  }

  /** Calls back when a placement's choice changes. The returned function unsubscribes. */
  subscribe(placement: string, onChange: () => void): () => void {
    const entry = this.#entries.get(placement) ?? {
      choice: undefined,
      page: undefined,
      isRequested: false,
      subscribers: new Set(),
    };
    this.#entries.set(placement, entry);
    // A new function: a site may subscribe one function twice.
    const subscriber = (): void => onChange();
    entry.subscribers.add(subscriber);
    this.#request(placement, entry);
    return () => entry.subscribers.delete(subscriber);
  }

  /** Drops the choices of the previous state. */
  setState(state: State): void {
    for (const entry of this.#entries.values()) {
      entry.page = undefined;
      if (state === "pending") update(entry, undefined);
    }
    if (state !== "pending") this.#requestAll();
  }

  #requestAll(): void {
    for (const [placement, entry] of this.#entries) this.#request(placement, entry);
  }

  #request(placement: string, entry: Entry): void {
    const page = location.pathname + location.search;
    if (!this.#choose || entry.isRequested || entry.subscribers.size === 0 || entry.page === page)
      return;
    entry.isRequested = true;
    void this.#choose(placement).then((choice) => {
      entry.isRequested = false;
      entry.page = page;
      update(entry, choice);
    });
  }
}

/** Stores a choice and calls the subscribers, unless nothing changed. */
function update(entry: Entry, choice: Choice | undefined): void {
  const { choice: before } = entry;
  const isUnchanged =
    choice &&
    before &&
    !choice.offer &&
    !before.offer &&
    choice.reason === before.reason &&
    choice.code === before.code;
  if (choice === before || isUnchanged) return;
  entry.choice = choice;
  for (const subscriber of [...entry.subscribers]) subscriber();
}
