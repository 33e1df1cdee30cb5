/**
 * Choices by placement, for sites that render offers themselves. In: subscribers, states of Escale. Out: one choice per
 * placement and page, and a call whenever it changes. Never: two choices for one page, or a call without a change.
 */
import type { Choice, State } from "../base/types.js";

interface Entry {
  choice: Choice | undefined;
  /** Path of the page of the choice. */
  path: string;
  /** Marks a choice that nothing has dropped since. */
  isCurrent: boolean;
  isRequested: boolean;
  readonly subscribers: Set<() => void>;
}

/** The current choice of each placement, and its subscribers. */
export class ChoiceStore {
  readonly #entries = new Map<string, Entry>();
  #choose: ((placement: string) => Promise<Choice>) | undefined;

  /** Requests choices from now on. `choose` answers the same choice as long as it holds. */
  open(choose: (placement: string) => Promise<Choice>): void {
    this.#choose = choose;
    this.refresh();
  }

  /** Returns the current choice of a placement. */
  get(placement: string): Choice | undefined {
    const entry = this.#entries.get(placement);
    return entry && !isOfAnotherPage(entry) ? entry.choice : undefined;
  }

  /** Calls back when a placement's choice changes. The returned function unsubscribes. */
  subscribe(placement: string, onChange: () => void): () => void {
    const entry = this.#entries.get(placement) ?? {
      choice: undefined,
      path: location.pathname,
      isCurrent: false,
      isRequested: false,
      subscribers: new Set(),
    };
    this.#entries.set(placement, entry);
    if (isOfAnotherPage(entry)) Object.assign(entry, { choice: undefined, isCurrent: false });
    // A new function: a site may subscribe one function twice.
    const subscriber = (): void => onChange();
    entry.subscribers.add(subscriber);
    this.#request(placement, entry);
    return () => entry.subscribers.delete(subscriber);
  }

  /** Requests choices of the new state. A choice that still holds stays. */
  setState(state: State): void {
    if (state !== "pending") return this.refresh();
    for (const entry of this.#entries.values()) {
      entry.isCurrent = false;
      update(entry, undefined);
    }
  }

  /** Requests all choices again: the page changed, or the visitor's answer. */
  refresh(): void {
    for (const [placement, entry] of this.#entries) {
      entry.isCurrent = false;
      this.#request(placement, entry);
    }
  }

  #request(placement: string, entry: Entry): void {
    if (!this.#choose || entry.isRequested || entry.isCurrent || entry.subscribers.size === 0)
      return;
    entry.isRequested = entry.isCurrent = true;
    void this.#choose(placement).then((choice) => {
      entry.isRequested = false;
      // Dropped meanwhile: another choice is on its way.
      if (!entry.isCurrent) return this.#request(placement, entry);
      entry.path = location.pathname;
      update(entry, choice);
    });
  }
}

/** Returns true if the choice was made for a page that was left, and nobody follows it. */
const isOfAnotherPage = ({ path, subscribers }: Entry): boolean =>
  subscribers.size === 0 && path !== location.pathname;

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
