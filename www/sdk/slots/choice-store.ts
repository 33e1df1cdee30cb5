/**
 * What each placement shows, for those who draw it themselves. Comes in: who looks at which placement, each state of
 * Escale. Goes out: one choice a placement and page, and a call whenever it is another one. Must not choose twice
 * for one page, nor call back without a change: frameworks draw again at each call.
 */
import type { Choice, State } from "../base/types.js";

interface Seat {
  choice: Choice | undefined;
  /** The page it was chosen on; `undefined`: to be asked again. */
  page: string | undefined;
  isAsking: boolean;
  readonly lookers: Set<() => void>;
}

export class Shown {
  readonly #seats = new Map<string, Seat>();
  #choose: ((placement: string) => Promise<Choice>) | undefined;

  /** There is somebody to ask from now on. */
  open(choose: (placement: string) => Promise<Choice>): void {
    this.#choose = choose;
    this.#askAll();
  }

  get(placement: string): Choice | undefined {
    return this.#seats.get(placement)?.choice;
  }

  subscribe(placement: string, changed: () => void): () => void {
    const seat = this.#seats.get(placement) ?? {
      choice: undefined,
      page: undefined,
      isAsking: false,
      lookers: new Set(),
    };
    this.#seats.set(placement, seat);
    // Of its own: one function may look twice.
    const looker = (): void => changed();
    seat.lookers.add(looker);
    this.#ask(placement, seat);
    return () => seat.lookers.delete(looker);
  }

  /** Another state: what was chosen under the last one holds no longer. */
  turned(state: State): void {
    for (const seat of this.#seats.values()) {
      seat.page = undefined;
      if (state === "pending") settle(seat, undefined);
    }
    if (state !== "pending") this.#askAll();
  }

  #askAll(): void {
    for (const [placement, seat] of this.#seats) this.#ask(placement, seat);
  }

  #ask(placement: string, seat: Seat): void {
    const page = location.pathname + location.search;
    if (!this.#choose || seat.isAsking || seat.lookers.size === 0 || seat.page === page) return;
    seat.isAsking = true;
    void this.#choose(placement).then((choice) => {
      seat.isAsking = false;
      seat.page = page;
      settle(seat, choice);
    });
  }
}

/** Tells those who look; the same answer again is no news. */
function settle(seat: Seat, choice: Choice | undefined): void {
  const { choice: before } = seat;
  const isNoNews =
    choice &&
    before &&
    !choice.offer &&
    !before.offer &&
    choice.reason === before.reason &&
    choice.code === before.code;
  if (choice === before || isNoNews) return;
  seat.choice = choice;
  for (const looker of [...seat.lookers]) looker();
}
