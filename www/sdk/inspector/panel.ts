/**
 * The panel of the inspector. In: decisions, a profile, events. Out: text in a shadow root of its own, so that page and
 * panel do not style each other. Never: markup made of text, or more than the last hundred events.
 */
import { createButton, createElement, injectStyles } from "../../shared/dom.js";
import type { ExportedProfile, Explanation, Insight, WhatIf } from "../base/types.js";
import {
  paragraph,
  renderDecision,
  renderMistakes,
  renderPressure,
  renderProfile,
  renderStatus,
} from "./sections.js";
import { toStory } from "./story.js";
import { STYLE } from "./style.js";

/** Data of one rendering. */
export interface InspectorData {
  /** The state of Escale on the page, as in `data-escale`. */
  readonly state: string;
  readonly hasPrivacyControl: boolean;
  readonly profile: ExportedProfile | undefined;
  readonly insight: Insight | undefined;
  readonly decisions: readonly {
    readonly placement: string;
    readonly explanation: Explanation | undefined;
    /** Reason for the default content of the slot. */
    readonly reason: string | undefined;
  }[];
  /** Mistakes of the site on this page. */
  readonly mistakes: readonly string[];
}

const LOG_MAX = 100;
const LOG_LINE_MAX = 300;
const NOON_MS = 43_200_000;
const STATES: Readonly<Record<string, string>> = {
  pending: "consent is not decided: nothing is read, stored or sent",
  denied: "consent is refused or withdrawn",
  ready: "consent is given, the profile is kept",
  memory: "consent is given, nothing is kept beyond this page",
  paused: "the visitor paused Escale: nothing is recorded, sent or chosen",
  off: "switched off: a bot, or the engine could not be loaded",
  absent: "Escale has not run on this page",
};

const ANY_PERSONA = ["", "whoever it is"] as const;
const CONSENTS = [
  ["", "what they agreed to"],
  ["page", "this page alone"],
  ["refused", "nothing"],
] as const;

/** The panel. It is appended to the page when it is created. */
export class Panel {
  readonly #host = document.createElement("escale-inspector");
  readonly #date = createElement("input", { type: "date" });
  readonly #persona = createElement("select");
  readonly #consent = createElement("select");
  readonly #state = createElement("div", { class: "state" });
  readonly #profile = createElement("div", { class: "knowledge" });
  readonly #decisions = createElement("div", { class: "decisions" });
  /** Outside the re-rendered sections, so its text survives a refresh. */
  readonly #story = createElement("textarea", {
    readonly: true,
    hidden: true,
    "aria-label": "The decision as a story",
  });
  readonly #log = createElement("ol", { class: "log" });

  constructor(
    refresh: () => void,
    private readonly onClose: () => void,
  ) {
    const root = this.#host.attachShadow({ mode: "open" });
    injectStyles(STYLE, root);
    setOptions(this.#persona, [ANY_PERSONA]);
    setOptions(this.#consent, CONSENTS);
    for (const control of [this.#date, this.#persona, this.#consent])
      control.addEventListener("change", refresh);
    root.append(
      createElement(
        "section",
        { "aria-label": "Escale inspector", tabindex: 0 },
        this.#header(refresh),
        this.#state,
        this.#decisions,
        this.#story,
        this.#profile,
        createElement("h3", {}, "Events"),
        this.#log,
      ),
    );
    document.body.append(this.#host);
  }

  #header(refresh: () => void): HTMLElement {
    const labels = [
      ["As if it were ", this.#date],
      ["of the persona ", this.#persona],
      ["who agreed to ", this.#consent],
    ] as const;
    return createElement(
      "header",
      {},
      createElement("h2", {}, "Escale"),
      ...labels.map(([text, control]) =>
        createElement("label", {}, createElement("span", {}, text), control),
      ),
      createButton("Refresh", {}, refresh),
      createButton("Close", {}, () => this.close()),
    );
  }

  /** Removes the panel from the page. */
  close(): void {
    this.#host.remove();
    this.onClose();
  }

  /** Returns the assumptions of the controls: a day at noon, a persona, a consent. `undefined` if there are none. */
  whatIf(): WhatIf | "refused" | undefined {
    if (this.#consent.value === "refused") return "refused";
    const noonMs = this.#date.valueAsNumber + NOON_MS;
    const nowMs = Number.isFinite(noonMs) ? noonMs : undefined;
    const persona = this.#persona.value || undefined;
    const consent = this.#consent.value === "page" ? "page" : undefined;
    return (nowMs ?? persona ?? consent) ? { nowMs, persona, consent } : undefined;
  }

  /** Renders everything but the log. */
  show(data: InspectorData): void {
    const { state, hasPrivacyControl, profile, insight, decisions, mistakes } = data;
    this.#host.dataset["state"] = state;
    this.#state.replaceChildren(
      paragraph(`${state}: ${STATES[state] ?? ""}`),
      ...(hasPrivacyControl
        ? [paragraph("Global Privacy Control is on: no profile, no sync.")]
        : []),
      ...renderMistakes(mistakes),
      ...(insight ? renderStatus(insight, profile?.consent) : []),
    );
    const copy =
      profile && !this.whatIf()
        ? (placement: string, explanation: Explanation) =>
            this.#copy(toStory(placement, explanation, profile))
        : undefined;
    this.#decisions.replaceChildren(
      ...decisions.flatMap((decision) => renderDecision(decision, copy)),
    );
    if (!profile) return this.#profile.replaceChildren();
    const personas = Object.keys(profile.knowledge.persona_scores);
    setOptions(this.#persona, [ANY_PERSONA, ...personas.map((name) => [name, name] as const)]);
    this.#profile.replaceChildren(...renderProfile(profile), ...renderPressure(profile));
  }

  /** Shows the story, and copies it where the browser allows. */
  #copy(story: string): void {
    this.#story.value = story;
    this.#story.hidden = false;
    this.#story.select();
    void (navigator as { clipboard?: Clipboard }).clipboard
      ?.writeText(story)
      .catch(() => undefined);
  }

  /** Adds an event to the log. */
  log(type: string, detail: unknown): void {
    const time = new Date().toISOString().slice(11, 19);
    const line = `${time} ${type} ${detail === undefined ? "" : JSON.stringify(detail)}`;
    this.#log.prepend(createElement("li", {}, line.slice(0, LOG_LINE_MAX)));
    while (this.#log.childElementCount > LOG_MAX) this.#log.lastElementChild?.remove();
  }
}

/** Sets the options of a control, and keeps its value if it is still one of them. */
function setOptions(
  control: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
): void {
  const { value } = control;
  control.replaceChildren(
    ...options.map(([name, text]) => createElement("option", { value: name }, text)),
  );
  control.value = options.some(([name]) => name === value) ? value : "";
}
