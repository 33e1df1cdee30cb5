/**
 * Mistakes of a site that only a running engine can see. In: options, names that the page uses. Out: reports; the words
 * are loaded with the first one. Never: a report of data of the visitor.
 */
import type { Mistake } from "../base/client-types.js";
import type { Options } from "../base/types.js";
import { warnOnce } from "../base/warn-once.js";
import type { Chooser } from "../engine/chooser.js";
import type { Runtime } from "../engine/runtime-binding.js";
import { isField } from "../mistakes/fields.js";
import { describeOptions, isSnippet } from "../mistakes/options.js";
import { unpackContent } from "../storage/codec.js";

/** Session, as far as mistakes are found in it. */
interface Inspected {
  readonly from: { readonly options: Options };
  readonly runtime: Runtime;
  readonly chooser: Chooser;
  readonly slots: { readonly connected: Iterable<HTMLElement> };
}

const NAMES_MAX = 32;

/** Finds mistakes of the site on a page. */
export class Mistakes {
  #names: Readonly<Record<string, string>> | undefined;
  readonly #reported = new Set<string>();

  constructor(private readonly session: Inspected) {}

  /** Checks options and slots, and follows placements from now on. */
  start(): void {
    const { chooser, slots, from } = this.session;
    this.#instances(from.options);
    for (const text of describeOptions(from.options, isSnippet())) warnOnce(text);
    for (const slot of slots.connected)
      if (slot.dataset["escaleReason"] === "deadline")
        this.#report("deadline", slot.getAttribute("placement") ?? "");
    const asked = chooser.unknown as Set<string>;
    const add = (placement: string): void =>
      this.#report("placement", placement, this.#known("placement"));
    chooser.unknown = { add };
    for (const placement of asked) add(placement);
  }

  /** Checks that this is the page's only instance. */
  #instances(options: Options): void {
    const page = document as Document & { escaleOptions?: Options };
    page.escaleOptions ??= options;
    if (page.escaleOptions !== options) this.#report("both");
    // Routers that swap the body run its scripts again, but leave one tag.
    if (document.querySelectorAll('script[src*="escale.js"]').length > 1) this.#report("again");
  }

  /** Checks topics that the page or a call names, with their weights: `trip.city:0.5`. */
  topics(list: unknown): void {
    const given = Array.isArray(list) ? list.join(",") : list;
    if (typeof given !== "string" || given === "") return;
    const known = this.#known("topic");
    for (const part of given.split(",").slice(0, NAMES_MAX)) {
      const name = (part.split(":")[0] ?? "").trim();
      if (name && !known.includes(name)) this.#report("topic", name, known);
    }
  }

  /** Checks the fields of an event of the site. */
  fields(event: string, fields: object): void {
    for (const name of Object.keys(fields).slice(0, NAMES_MAX))
      if (!isField(name)) this.#report("field", name, event);
    const { topics, interests } = fields as { topics?: unknown; interests?: unknown };
    this.topics(topics);
    this.topics(interests);
  }

  #known(kind: string): readonly string[] {
    this.#names ??= unpackContent(this.session.runtime.names());
    const names = Object.entries(this.#names);
    return names.filter(([, of]) => of === kind).map(([name]) => name);
  }

  /** Reports a mistake, once a page. */
  #report(...mistake: Mistake): void {
    const key = mistake.slice(0, 2).join(" ");
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    import("../mistakes/index.js").then(
      ({ report }) => report(mistake, this.session.from.options),
      () => warnOnce(key),
    );
  }
}
