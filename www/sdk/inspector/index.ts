/**
 * The inspector: a panel for the site's developers. In: the public commands. Out: the profile, the decisions and the
 * events, as text over the page. Never: a question before consent, or a change of profile or choices.
 */
import type { Dispatch } from "../base/client-types.js";
import type { ExportedProfile, Explanation, Insight, Options, WhatIf } from "../base/types.js";
import { warnings } from "../base/warn-once.js";
import { Panel, type InspectorData } from "./panel.js";

/** Commands that the inspector calls. The object that `init` returns has them. */
export interface InspectorCommands {
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
/** States in which a profile and decisions exist. */
const ACTIVE_STATES = ["ready", "memory"];

/** Opens the inspector for `?escale=inspect`, where the site allows it. */
export function install(dispatch: Dispatch, { inspect = "off" }: Options): void {
  if (inspect === "off") return;
  const answer = <T>(...command: [string, ...unknown[]]): Promise<T> =>
    new Promise((resolve) => dispatch([...command, resolve]));
  openInspector({
    explain: (placement, whatIf) => answer("explain", placement, whatIf),
    inspect: () => answer("inspect"),
    on: (type, callback) => dispatch(["on", type, callback]),
    off: (type, callback) => dispatch(["off", type, callback]),
    profile: { export: () => answer("profile.export") },
  });
}

/**
 * Opens the inspector over the page.
 *
 * @param escale - The object that `init` returns.
 * @param placements - Placements to explain besides those of the page's `<escale-offer>` elements.
 * @defaultValue `placements` is empty.
 * @returns A function that closes the inspector.
 * @example
 * const close = openInspector(escale, ["home-hero"]);
 */
export function openInspector(
  escale: InspectorCommands,
  placements: readonly string[] = [],
): () => void {
  const closing = new AbortController();
  const panel = new Panel(
    () => void refresh(),
    () => closing.abort(),
  );
  let latest = 0;
  const refresh = async (): Promise<void> => {
    const request = ++latest;
    const data = await readData(escale, placements, panel.whatIf());
    // A later request, or closing, makes this result obsolete.
    if (request === latest && !closing.signal.aborted) panel.show(data);
  };
  observe(escale, panel, { refresh, signal: closing.signal });
  void refresh();
  return () => panel.close();
}

/** Reads what the panel shows. Nothing is asked before consent. */
async function readData(
  escale: InspectorCommands,
  placements: readonly string[],
  whatIf: ReturnType<Panel["whatIf"]>,
): Promise<InspectorData> {
  const state = document.documentElement.dataset["escale"] ?? "absent";
  const names = [...new Set([...placements, ...placementsHere()])];
  const explain = (placement: string): Promise<Explanation | undefined> =>
    whatIf === "refused" ? Promise.resolve(undefined) : escale.explain(placement, whatIf);
  const [profile, insight, ...explanations] = ACTIVE_STATES.includes(state)
    ? await Promise.all([escale.profile.export(), escale.inspect(), ...names.map(explain)] as const)
    : [undefined];
  return {
    state,
    hasPrivacyControl: hasPrivacyControl(),
    profile,
    insight,
    decisions: names.map((placement, index) => ({
      placement,
      explanation: explanations[index],
      reason: reasonOf(placement),
    })),
    mistakes: [...warnings()],
  };
}

/** Refreshes the panel when the state, a slot or the profile changes. */
function observe(
  escale: InspectorCommands,
  panel: Panel,
  { refresh, signal }: { refresh: () => Promise<void>; signal: AbortSignal },
): void {
  const observer = new MutationObserver(() => void refresh());
  observer.observe(document.documentElement, {
    attributes: true,
    subtree: true,
    attributeFilter: ["data-escale", "data-escale-state", "data-escale-offer"],
  });
  const callbacks = EVENTS.map((type) => {
    const onEvent = (detail: unknown): void => {
      panel.log(type, detail);
      void refresh();
    };
    escale.on(type, onEvent);
    return [type, onEvent] as const;
  });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    for (const [type, onEvent] of callbacks) escale.off(type, onEvent);
  });
}

const placementsHere = (): string[] =>
  [...document.querySelectorAll("escale-offer[placement]")].map(
    (slot) => slot.getAttribute("placement") ?? "",
  );

const reasonOf = (placement: string): string | undefined =>
  [...document.querySelectorAll<HTMLElement>("escale-offer[placement]")].find(
    (slot) => slot.getAttribute("placement") === placement,
  )?.dataset["escaleReason"];

const hasPrivacyControl = (): boolean =>
  !!(navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
