/**
 * The inspector's face. Comes in: what is known and what happened. Goes out: a panel in a shadow root of its own, so
 * that neither the page's style nor ours touches the other. Text is only ever text; it holds the last hundred events.
 */
import { asStory } from "./story.js";
import type { ExportedProfile, Explanation, Insight, WhatIf } from "../base/types.js";

/** What there is to see at a moment. */
export interface Sight {
  readonly state: string;
  readonly hasPrivacyControl: boolean;
  readonly profile: ExportedProfile | undefined;
  readonly insight: Insight | undefined;
  readonly decisions: readonly { readonly name: string; readonly told: Explanation | undefined }[];
}

const LOG_MAX = 100;
const STATES: Readonly<Record<string, string>> = {
  pending: "consent is not decided: nothing is read, stored or sent",
  denied: "consent is refused or withdrawn",
  ready: "consent is there, the profile is kept",
  memory: "consent is there, nothing is kept beyond this page",
  paused: "the visitor asked for a pause: nothing is recorded, sent or chosen",
  off: "switched off: a bot, or the engine could not be had",
  absent: "Escale has not run on this page",
};

const CONSENTS = [
  ["", "what they agreed to"],
  ["page", "this page alone"],
  ["refused", "nothing"],
] as const;

const STYLE = `
  :host { all: initial; position: fixed; inset: auto 0 0 auto; z-index: 2147483647; font: 13px/1.4 system-ui, sans-serif; }
  section { box-sizing: border-box; width: min(40rem, 100vw); max-height: 60vh; overflow: auto; padding: 0.75rem 1rem; color: #1b1b1b; background: #fff; border: 1px solid #595959; }
  h2 { margin: 0; font-size: 1.1em; } h3 { margin: 0.9em 0 0.2em; font-size: 1em; } p { margin: 0.2em 0; }
  header { display: flex; gap: 0.5rem; align-items: center; } header h2 { flex: 1; }
  button { font: inherit; } table { border-collapse: collapse; width: 100%; }
  th, td { padding: 0.1rem 0.4rem; text-align: left; border-bottom: 1px solid #d0d0d0; vertical-align: top; } td.number, th.number { text-align: right; }
  meter { width: 6rem; } header { flex-wrap: wrap; } textarea { display: block; width: 100%; height: 8em; } textarea[hidden] { display: none; } ol { margin: 0; padding-left: 1.5em; }
`;

export class Panel {
  readonly #host = document.createElement("escale-inspector");
  readonly #date = made("input", []) as HTMLInputElement;
  readonly #persona = made("select", []) as HTMLSelectElement;
  readonly #consent = made("select", []) as HTMLSelectElement;
  readonly #state = made("div", [], "state");
  readonly #knowledge = made("div", [], "knowledge");
  readonly #decisions = made("div", [], "decisions");
  /** Beside what is drawn anew whenever something happens. */
  readonly #copied = made("textarea", []) as HTMLTextAreaElement;
  readonly #log = made("ol", [], "log");

  constructor(
    refresh: () => void,
    private readonly closed: () => void,
  ) {
    const root = this.#host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#date.type = "date";
    offer(this.#persona, [["", "whoever it is"]]);
    offer(this.#consent, CONSENTS);
    for (const control of [this.#date, this.#persona, this.#consent])
      control.addEventListener("change", refresh);
    const asIf = [
      ["As if it were ", this.#date],
      ["of the persona ", this.#persona],
      ["who agreed to ", this.#consent],
    ] as const;
    const labels = asIf.map(([text, control]) => made("label", [made("span", text), control]));
    const header = made("header", [
      made("h2", "Escale"),
      ...labels,
      button("Look again", refresh),
      button("Close", () => this.close()),
    ]);
    const panel = made("section", [
      header,
      this.#state,
      this.#decisions,
      this.#copied,
      this.#knowledge,
      made("h3", "What happened"),
      this.#log,
    ]);
    panel.setAttribute("aria-label", "Escale inspector");
    this.#copied.readOnly = true;
    this.#copied.hidden = true;
    this.#copied.setAttribute("aria-label", "The decision as a story");
    panel.tabIndex = 0;
    root.append(panel);
    document.body.append(this.#host);
  }

  close(): void {
    this.#host.remove();
    this.closed();
  }

  /** The situation to decide in instead of the real one, of which the real profile learns nothing: a day, at noon; a persona; a consent. */
  whatIf(): WhatIf | "refused" | undefined {
    if (this.#consent.value === "refused") return "refused";
    const nowMs = this.#date.valueAsNumber + 43_200_000;
    const day = Number.isFinite(nowMs) ? nowMs : undefined;
    const persona = this.#persona.value || undefined;
    const consent = this.#consent.value === "page" ? "page" : undefined;
    return (day ?? persona ?? consent) ? { nowMs: day, persona, consent } : undefined;
  }

  show({ state, hasPrivacyControl, profile, insight, decisions }: Sight): void {
    this.#host.dataset["state"] = state;
    const control = hasPrivacyControl
      ? [made("p", "Global Privacy Control is on: no profile, no sync.")]
      : [];
    this.#state.replaceChildren(
      made("p", `${state}: ${STATES[state] ?? ""}`),
      ...control,
      ...(insight ? standing(insight, profile) : []),
    );
    const copy = (name: string, told: Explanation): void =>
      this.#copy(profile ? asStory(name, told, profile) : "");
    this.#decisions.replaceChildren(
      ...decisions.flatMap(({ name, told }) =>
        decision(name, told, profile && !this.whatIf() ? copy : undefined),
      ),
    );
    if (profile)
      offer(this.#persona, [
        ["", "whoever it is"],
        ...Object.keys(profile.knowledge.persona_scores).map((name) => [name, name] as const),
      ]);
    this.#knowledge.replaceChildren(
      ...(profile ? [...knowledge(profile), ...pressure(profile)] : []),
    );
  }

  /** Copies where the browser lets a page copy, and shows it in any case. */
  #copy(story: string): void {
    this.#copied.value = story;
    this.#copied.hidden = false;
    this.#copied.select();
    void (navigator as { clipboard?: Clipboard }).clipboard
      ?.writeText(story)
      .catch(() => undefined);
  }

  log(type: string, detail: unknown): void {
    const time = new Date().toISOString().slice(11, 19);
    this.#log.prepend(
      made(
        "li",
        `${time} ${type} ${detail === undefined ? "" : JSON.stringify(detail)}`.slice(0, 300),
      ),
    );
    while (this.#log.childElementCount > LOG_MAX) this.#log.lastElementChild?.remove();
  }
}

/** Gives a control its choices; what was chosen stays. */
function offer(
  control: HTMLSelectElement,
  choices: readonly (readonly [value: string, text: string])[],
): void {
  const { value } = control;
  control.replaceChildren(
    ...choices.map(([name, text]) => {
      const choice = made("option", text);
      choice.setAttribute("value", name);
      return choice;
    }),
  );
  control.value = choices.some(([name]) => name === value) ? value : "";
}

function decision(
  name: string,
  told: Explanation | undefined,
  copy: ((name: string, told: Explanation) => void) | undefined,
): HTMLElement[] {
  const title = made(
    "h3",
    `${name}: ${told ? (told.offer ?? "the page's own content") : "nothing chosen yet"}`,
  );
  if (!told) return [title];
  const facts = `${told.reason} · probability ${told.propensity.toFixed(3)} · seed ${told.seed} · config ${told.config}`;
  const rows = told.candidates.map((one) => [
    one.offer,
    one.score,
    one.base,
    one.promotion,
    one.history,
    one.similarity,
    adds(one.topics),
  ]);
  const scores = table(
    ["offer", "score", "base", "promotion", "history", "similarity", "topics"],
    rows,
  );
  const excluded = table(
    ["excluded", "why"],
    told.excluded.map(({ offer, why }) => [offer, why]),
  );
  return [
    title,
    made("p", facts),
    ...scores,
    ...excluded,
    ...(copy ? [button("Copy as a story", () => copy(name, told))] : []),
  ];
}

const adds = (topics: Explanation["candidates"][number]["topics"]): string =>
  topics.map(({ topic, adds }) => `${topic} ${adds >= 0 ? "+" : ""}${adds.toFixed(2)}`).join(", ");

const timeOf = (ms: number): string =>
  ms > 0 ? new Date(ms).toISOString().slice(0, 19).replace("T", " ") : "never";

/** What the page is about, what was agreed to, what is kept, and how the talk with the server stands. */
function standing(
  { page, storage, sync }: Insight,
  profile: ExportedProfile | undefined,
): HTMLElement[] {
  const said = profile?.consent;
  const rests =
    sync && sync.not_before_ms > Date.now() ? `, rests until ${timeOf(sync.not_before_ms)}` : "";
  return table(
    ["", "as things stand"],
    [
      [
        "page",
        `topics ${page.explicit || "none said"} · address ${page.url} · schema.org ${page.tokens.replaceAll("\n", ", ") || "none"}`,
      ],
      [
        "consent",
        said
          ? `${said.purposes.join(", ")} · ${timeOf(said.at_ms)} · by ${said.source} · words ${said.version || "unnamed"}`
          : "no receipt",
      ],
      [
        "storage",
        storage
          ? `version ${storage.version} · ${storage.own_bytes} bytes, of others ${storage.remote_bytes} · since ${timeOf(storage.since_ms)}`
          : "nothing is kept",
      ],
      [
        "server",
        sync
          ? `has version ${sync.acknowledged_version} · told ${timeOf(sync.acknowledged_ms)} · ${sync.failures} failures${rests}`
          : "nothing is sent",
      ],
    ],
  );
}

/** Who holds back: families that rest, how often the visitor wants to hear. */
function pressure({ knowledge: known }: ExportedProfile): HTMLElement[] {
  const rows = known.families.map(({ name, ignored, rests_until_ms, is_promoted }) => [
    name,
    ignored,
    rests_until_ms === null ? "no" : timeOf(rests_until_ms),
    is_promoted ? "yes" : "no",
  ]);
  const wish = `wants to hear: ${known.frequency} · seasons ${known.seasons.join(", ") || "none"} · due ${known.due.join(", ") || "nothing"}`;
  return [
    made("h3", "Pressure"),
    made("p", wish),
    ...table(["family", "ignored", "rests until", "promoted"], rows),
  ];
}

function knowledge({ knowledge: known }: ExportedProfile): HTMLElement[] {
  const rows = known.facets.flatMap((facet) =>
    facet.topics.map(({ name, affinity, lift, mass }) => [
      facet.name,
      facet.confidence,
      name,
      bar(affinity),
      affinity,
      lift,
      mass,
    ]),
  );
  const trips = known.trips.map(({ destination, start_date, end_date, step }) => [
    destination ?? "?",
    start_date ?? "?",
    end_date ?? "?",
    step,
  ]);
  const who = `${known.stage} (${known.stage_because}) · persona ${known.persona ?? "none"} · segments ${known.segments.join(", ") || "none"}`;
  return [
    made("h3", "What is known"),
    made("p", who),
    ...table(["facet", "confidence", "topic", "", "affinity", "lift", "mass"], rows),
    ...table(["destination", "from", "to", "step"], trips),
    ...table(["counted", "times"], Object.entries(known.counts)),
  ];
}

function bar(affinity: number): HTMLElement {
  const meter = made("meter", []) as HTMLMeterElement;
  meter.value = affinity;
  return meter;
}

/** A table with its heads; none without rows. */
function table(
  heads: readonly string[],
  rows: readonly (readonly (string | number | HTMLElement)[])[],
): HTMLElement[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly (string | number | HTMLElement)[], tag: string): HTMLElement =>
    made(
      "tr",
      cells.map((cell) => {
        if (typeof cell === "number")
          return made(tag, Number.isInteger(cell) ? String(cell) : cell.toFixed(2), "number");
        return typeof cell === "string" ? made(tag, cell) : made(tag, [cell]);
      }),
    );
  return [
    made("table", [
      made("thead", [line(heads, "th")]),
      made(
        "tbody",
        rows.map((row) => line(row, "td")),
      ),
    ]),
  ];
}

function made(tag: string, content: string | readonly HTMLElement[], className = ""): HTMLElement {
  const element = document.createElement(tag);
  if (typeof content === "string") element.textContent = content;
  else element.append(...content);
  if (className) element.className = className;
  return element;
}

function button(text: string, pressed: () => void): HTMLElement {
  const element = made("button", text);
  element.setAttribute("type", "button");
  element.addEventListener("click", pressed);
  return element;
}
