/**
 * The inspector: a panel for the site's developer. Comes in: the public words of Escale. Goes out: what it knows, why
 * it chose, what happened, as text on the page. Asks nothing about the visitor before consent; must change nothing:
 * neither profile nor choices.
 */
import { Panel } from "./view.js";
import type { Dispatch } from "../base/client-types.js";
import type { ExportedProfile, Explanation, Insight, Options, WhatIf } from "../base/types.js";

/** The words it needs; the object that `init` answers has them. */
export interface Inspected {
  explain(placement: string, whatIf?: WhatIf): Promise<Explanation | undefined>;
  inspect(): Promise<Insight | undefined>;
  on(type: string, callback: (detail: unknown) => void): void;
  off(type: string, callback: (detail: unknown) => void): void;
  readonly profile: { export(): Promise<ExportedProfile | undefined> };
}

const EVENTS = [
  "view_item",
  "search",
  "quote_start",
  "quote_step",
  "quote_submit",
  "booking",
  "booking_cancel",
  "offer_impression",
  "offer_click",
  "offer_less",
  "offer_booked",
  "offer_never",
  "declare",
  "newsletter_signup",
  "add_to_wishlist",
  "download",
  "contest",
  "review",
  "share",
  "referral",
  "unsubscribe",
  "message_sent",
  "message_opened",
  "message_clicked",
  "identify",
];
/** The states in which there is anything to ask. */
const WORKS = ["ready", "memory"];

/** Opens over the page, by `?escale=inspect`, where the site allows it. */
export function install(take: Dispatch, { inspect = "off" }: Options): void {
  if (inspect === "off") return;
  const answer = <T>(...command: [string, ...unknown[]]): Promise<T> =>
    new Promise((resolve) => take([...command, resolve]));
  openInspector({
    explain: (placement, whatIf) => answer("explain", placement, whatIf),
    inspect: () => answer("inspect"),
    on: (type, callback) => take(["on", type, callback]),
    off: (type, callback) => take(["off", type, callback]),
    profile: { export: () => answer("profile.export") },
  });
}

/** Opens the panel; the returned function closes it. */
export function openInspector(escale: Inspected, placements: readonly string[] = []): () => void {
  const stop = new AbortController();
  const panel = new Panel(
    () => void refresh(),
    () => stop.abort(),
  );
  let turns = 0;
  const refresh = async (): Promise<void> => {
    const turn = ++turns;
    const state = document.documentElement.dataset["escale"] ?? "absent";
    const works = WORKS.includes(state);
    const whatIf = panel.whatIf();
    const names = [...new Set([...placements, ...placementsHere()])];
    const asked = (name: string): Promise<Explanation | undefined> =>
      whatIf === "refused" ? Promise.resolve(undefined) : escale.explain(name, whatIf);
    const [profile, insight, ...told] = works
      ? await Promise.all([escale.profile.export(), escale.inspect(), ...names.map(asked)] as const)
      : [undefined];
    // Asked again meanwhile, or closed: this answer is of yesterday.
    if (turn !== turns || stop.signal.aborted) return;
    panel.show({
      state,
      hasPrivacyControl: hasPrivacyControl(),
      profile,
      insight,
      decisions: names.map((name, index) => ({ name, told: told[index] })),
    });
  };
  watch(escale, panel, { refresh, signal: stop.signal });
  void refresh();
  return () => panel.close();
}

/** Looks again whenever Escale turns, a slot changes, or something happened. */
function watch(
  escale: Inspected,
  panel: Panel,
  { refresh, signal }: { refresh: () => Promise<void>; signal: AbortSignal },
): void {
  const seen = new MutationObserver(() => void refresh());
  seen.observe(document.documentElement, {
    attributes: true,
    subtree: true,
    attributeFilter: ["data-escale", "data-escale-state", "data-escale-offer"],
  });
  const callbacks = EVENTS.map((type) => {
    const happened = (detail: unknown): void => {
      panel.log(type, detail);
      void refresh();
    };
    escale.on(type, happened);
    return [type, happened] as const;
  });
  signal.addEventListener("abort", () => {
    seen.disconnect();
    for (const [type, happened] of callbacks) escale.off(type, happened);
  });
}

const placementsHere = (): string[] =>
  Array.from(
    document.querySelectorAll("escale-offer[placement]"),
    (slot) => slot.getAttribute("placement") ?? "",
  );

const hasPrivacyControl = (): boolean =>
  !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
