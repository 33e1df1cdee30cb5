/**
 * Consent from Google's consent mode. In: `gtag("consent", …)` entries of the page's dataLayer, and the consent that
 * templates of the tag manager set. Out: `granted`, `denied` or `pending`. A default is the site's, not the
 * visitor's: only an update counts. Never: a write, a request, or a read of another entry.
 */
import { followLayer } from "./data-layer-follow.js";
import { warnOnce } from "../base/warn-once.js";
import { reporter } from "./consent-source.js";
import { watchProperty } from "./watch-property.js";
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";

/**
 * Storage types that must be granted, unless the site names answered:
 * `google:ad_personalization,ad_user_data`.
 */
const NEEDED = ["personalization_storage"];
/** Time after which the reason of an undecided consent is logged, in milliseconds. */
const SILENCE_MS = 5_000;

/** Follows the dataLayer and the tag manager's consent state. */
export function install(dispatch: Dispatch, { consent, dataLayer }: Options): void {
  const report = reporter(dispatch);
  const google = new GoogleConsent(consent ?? "");
  const onChange = (state: ConsentState | undefined): void => {
    if (state) report(state);
  };
  setTimeout(() => google.warn(), SILENCE_MS);
  followLayer(dataLayer, (entry) => onChange(google.readEntry(entry)));
  watchProperty("google_tag_data", (data) => onChange(google.readTagData(data)));
}

/** Consent by storage type, from both interfaces of the consent mode. */
export class GoogleConsent {
  readonly #needed: readonly string[];
  /** Last answer of the page by storage type, defaults included. */
  readonly #named = new Map<string, unknown>();
  readonly #updated = new Map<string, unknown>();
  /** State of the tag manager, which takes over entries of the dataLayer some time later. */
  readonly #tagManager = new Map<string, unknown>();
  /** Answers of the dataLayer that the tag manager has not taken over yet. */
  readonly #awaited = new Map<string, unknown>();

  constructor(consent: string) {
    const named = consent.split(":")[1]?.split(",").filter(Boolean) ?? [];
    this.#needed = named.length > 0 ? named : NEEDED;
  }

  /** Reads an entry of the dataLayer. `undefined` if it is about something else. */
  readEntry(entry: unknown): ConsentState | undefined {
    const command = entry as ArrayLike<unknown> | null | undefined;
    if (command?.[0] !== "consent") return undefined;
    const update = command[2];
    if (typeof update !== "object" || update === null) return undefined;
    const isUpdate = command[1] === "update";
    if (isUpdate) this.#update(update as Record<string, unknown>);
    this.#name(update);
    return isUpdate ? this.#state() : undefined;
  }

  #update(update: Record<string, unknown>): void {
    for (const name of this.#needed)
      try {
        if (!Object.hasOwn(update, name)) continue;
        const answer = update[name];
        this.#updated.set(name, answer);
        if (this.#tagManager.get(name) === answer) this.#awaited.delete(name);
        else this.#awaited.set(name, answer);
      } catch {
        // An update that cannot be read may be a withdrawal.
        this.#updated.delete(name);
      }
  }

  #name(update: object): void {
    try {
      for (const [name, answer] of Object.entries(update)) this.#named.set(name, answer);
    } catch {
      // The names serve a warning only.
    }
  }

  /** Reads the consent state of the tag manager. `undefined` if nothing changed. */
  readTagData(data: unknown): ConsentState | undefined {
    const { ics } = (data ?? {}) as { ics?: { entries?: Record<string, unknown> } };
    const entries = ics?.entries;
    if (typeof entries !== "object") return undefined;
    let isChanged = false;
    for (const name of Object.keys(entries)) {
      const { update } = (entries[name] ?? {}) as { update?: unknown };
      if (!this.#named.has(name)) this.#named.set(name, update);
      if (typeof update !== "boolean" || !this.#needed.includes(name)) continue;
      if (this.#takeOver(name, update ? "granted" : "denied")) isChanged = true;
    }
    return isChanged ? this.#state() : undefined;
  }

  /** Takes a change of the tag manager, unless it is older than an answer of the dataLayer. */
  #takeOver(name: string, answer: string): boolean {
    if (this.#tagManager.get(name) === answer) return false;
    this.#tagManager.set(name, answer);
    const awaited = this.#awaited.get(name);
    if (awaited !== undefined && awaited !== answer) return false;
    this.#awaited.delete(name);
    this.#updated.set(name, answer);
    return true;
  }

  #state(): ConsentState {
    const answers = this.#needed.map((name) => this.#updated.get(name));
    if (answers.every((answer) => answer === "granted")) return "granted";
    return answers.includes("denied") ? "denied" : "pending";
  }

  /** Warns if consent cannot be decided, with the reason. A banner that waits for the visitor is none. */
  warn(): void {
    const missing = this.#needed.filter((name) => !this.#updated.has(name));
    const unnamed = missing.filter((name) => !this.#named.has(name));
    const answered = [...this.#named].filter(
      ([, answer]) => answer === "granted" || answer === "denied",
    );
    if (this.#named.size === 0)
      warnOnce("the page has no consent mode of Google: consent stays undecided");
    else if (unnamed.length > 0)
      warnOnce(
        `the consent mode never names ${unnamed.join(", ")}. It names ${answered.map(([name]) => name).join(", ")}: ` +
          'name those that must be granted, as in data-consent="google:ad_storage"',
      );
    else if (missing.length > 0 && missing.every((name) => this.#named.get(name) === "granted"))
      warnOnce(
        "the consent mode grants by a default. Only an update is the visitor's answer: consent stays undecided",
      );
  }
}
