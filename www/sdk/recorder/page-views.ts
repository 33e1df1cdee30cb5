/**
 * Page views of a document, which single-page sites make many of. In: changes of the address, calls of the site. Out: one
 * view for each page, and slots that choose again. Never: a second choice for what was chosen on this page.
 */
import { safeCall } from "../base/safe-call.js";
import type { OfferElement } from "../slots/element.js";
import { PageSlots } from "../slots/follower.js";
import { follow, type Lifecycle, type LifecycleListener } from "./page-lifecycle.js";
import type { SessionContext } from "./session-types.js";

/** Tells the site that choices that it renders itself were dropped. */
export function dropChoices({ listeners }: Pick<SessionContext, "listeners">): void {
  for (const callback of [...(listeners.get("choices") ?? [])]) safeCall(callback);
}

/** Makes all choices again, the site's own included. */
export function chooseAgain(session: SessionContext): void {
  session.chooser.startPage();
  session.slots.close();
  void session.slots.open();
  dropChoices(session);
}

/** Follows the pages of a document. */
export class PageViews {
  readonly #lifecycle: Lifecycle;
  readonly #slots: PageSlots;
  #isViewed = false;
  /** Time at which the address changed, if the site has not sent its view yet. */
  #movedAt: number | undefined;

  constructor(
    private readonly session: SessionContext,
    private readonly view: (topics: readonly string[]) => void,
    life: Omit<LifecycleListener, "moved">,
  ) {
    this.#lifecycle = follow({
      ...life,
      moved: (sinceMs) =>
        session.guard(() => {
          if (this.#isAutomatic) this.#change([], sinceMs);
          else this.#movedAt = sinceMs;
        }),
    });
    this.#slots = new PageSlots(session.slots, {
      reportMove: () => this.#lifecycle.reportMove(),
      onChoicesDropped: () => dropChoices(session),
    });
    // The first choice was made on this page: its offers are still shown.
    this.restart();
  }

  /** Records the first view of this page, unless the site sends its views itself. */
  restart(): void {
    if (this.#isAutomatic) this.#change([], 0);
  }

  /** Records a view that the site sent. */
  sent(topics: readonly string[]): void {
    this.#lifecycle.reportMove();
    const sinceMs = this.#movedAt ?? performance.now();
    this.#movedAt = undefined;
    this.#change(topics, this.#isAutomatic ? 0 : sinceMs);
  }

  /** Records a view after a return from the back-forward cache. */
  restored(): void {
    if (this.#isAutomatic) this.#change([], performance.now());
  }

  /** Chooses again for a slot whose offer the visitor refused. */
  again(slot: OfferElement): void {
    this.#slots.again(slot);
  }

  stop(): void {
    this.#lifecycle.stop();
    this.#slots.close();
  }

  get #isAutomatic(): boolean {
    return this.session.from.options.auto !== "off";
  }

  /** Records a view. Slots filled before the time choose again. 0 stands for a page that is chosen for already. */
  #change(topics: readonly string[], sinceMs: number): void {
    const isFirst = !this.#isViewed;
    this.#isViewed = true;
    this.view(topics);
    if (!isFirst && sinceMs > 0) this.#slots.turn(sinceMs, this.session.runtime.asksForPage());
  }
}
