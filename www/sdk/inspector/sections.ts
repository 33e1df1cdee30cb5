/**
 * Sections of the inspector. In: a decision, a profile, the state of the page. Out: headings, paragraphs and tables that
 * are not yet in the page. Never: markup made of text.
 */
import { createButton, createElement } from "../../shared/dom.js";
import type { ExportedProfile, Explanation, Insight } from "../base/types.js";

/** Copies an explanation as a story. */
export type CopyStory = (placement: string, explanation: Explanation) => void;

type Cell = string | number | HTMLElement;

const heading = (text: string): HTMLElement => createElement("h3", {}, text);
/** Creates a paragraph. */
export const paragraph = (text: string): HTMLElement => createElement("p", {}, text);

/** Reasons of a slot for which nothing was chosen. */
const REASONS: Readonly<Record<string, string>> = {
  deadline: "the engine came after the deadline",
  placement: "the config has no such placement",
  slots: "other elements have all slots",
};

/** Renders the mistakes of the site that the console shows too. */
export const renderMistakes = (mistakes: readonly string[]): HTMLElement[] =>
  mistakes.length > 0
    ? [
        heading("Mistakes"),
        createElement(
          "ul",
          { class: "mistakes" },
          ...mistakes.map((text) => createElement("li", {}, text)),
        ),
      ]
    : [];

/** Renders a placement's decision: its candidates with their scores, and the excluded offers. */
export function renderDecision(
  {
    placement,
    explanation,
    reason: slotReason,
  }: { placement: string; explanation: Explanation | undefined; reason: string | undefined },
  copy: CopyStory | undefined,
): HTMLElement[] {
  if (!explanation)
    return [heading(`${placement}: ${REASONS[slotReason ?? ""] ?? "nothing chosen yet"}`)];
  const { offer, reason, propensity, seed, config, candidates, excluded } = explanation;
  const scores = candidates.map((candidate) => [
    candidate.offer,
    candidate.score,
    candidate.base,
    candidate.promotion,
    candidate.history,
    candidate.similarity,
    formatTopics(candidate.topics),
  ]);
  return [
    heading(`${placement}: ${offer ?? "the page's own content"}`),
    paragraph(`${reason} · probability ${propensity.toFixed(3)} · seed ${seed} · config ${config}`),
    ...table(["offer", "score", "base", "promotion", "history", "similarity", "topics"], scores),
    ...table(
      ["excluded", "why"],
      excluded.map(({ offer: name, why }) => [name, why]),
    ),
    ...(copy ? [createButton("Copy as a story", {}, () => copy(placement, explanation))] : []),
  ];
}

const formatTopics = (topics: Explanation["candidates"][number]["topics"]): string =>
  topics.map(({ topic, adds }) => `${topic} ${adds >= 0 ? "+" : ""}${adds.toFixed(2)}`).join(", ");

const formatTime = (ms: number): string =>
  ms > 0 ? new Date(ms).toISOString().slice(0, 19).replace("T", " ") : "never";

const listed = (names: readonly string[], none = "none"): string => names.join(", ") || none;

/** Renders the page's topics, the consent, the stored profile and the state of the sync. */
export const renderStatus = (
  { page, storage, sync }: Insight,
  consent: ExportedProfile["consent"] | undefined,
): HTMLElement[] =>
  table(
    ["", "status"],
    [
      ["page", formatPage(page)],
      ["consent", consent ? formatConsent(consent) : "no receipt"],
      ["storage", storage ? formatStorage(storage) : "nothing is kept"],
      ["server", sync ? formatSync(sync) : "nothing is sent"],
    ],
  );

const formatPage = ({ explicit, url, tokens, errors }: Insight["page"]): string =>
  `${errors.map((error) => `${error} · `).join("")}topics ${explicit || "none"} · address ${url} · schema.org ${tokens.replaceAll("\n", ", ") || "none"}`;

const formatConsent = ({
  purposes,
  at_ms,
  source,
  version,
}: NonNullable<ExportedProfile["consent"]>): string =>
  `${purposes.join(", ")} · ${formatTime(at_ms)} · by ${source} · version ${version || "none"}`;

const formatStorage = (storage: NonNullable<Insight["storage"]>): string =>
  `version ${storage.version} · ${storage.own_bytes} bytes, other devices ${storage.remote_bytes} · since ${formatTime(storage.since_ms)}`;

function formatSync(sync: NonNullable<Insight["sync"]>): string {
  const backoff =
    sync.not_before_ms > Date.now() ? `, waits until ${formatTime(sync.not_before_ms)}` : "";
  return `has version ${sync.acknowledged_version} · last sync ${formatTime(sync.acknowledged_ms)} · ${sync.failures} failures${backoff}`;
}

/** Renders contact pressure: families at rest, and the frequency that the visitor wants. */
export function renderPressure({ knowledge }: ExportedProfile): HTMLElement[] {
  const { families, frequency, seasons, due } = knowledge;
  const rows = families.map(({ name, ignored, rests_until_ms, is_promoted }) => [
    name,
    ignored,
    rests_until_ms === null ? "no" : formatTime(rests_until_ms),
    is_promoted ? "yes" : "no",
  ]);
  return [
    heading("Pressure"),
    paragraph(
      `wants to hear: ${frequency} · seasons ${listed(seasons)} · due ${listed(due, "nothing")}`,
    ),
    ...table(["family", "ignored", "rests until", "promoted"], rows),
  ];
}

/** Renders the profile: lifecycle stage, affinities, trips, counters. */
export function renderProfile({ knowledge }: ExportedProfile): HTMLElement[] {
  const { facets, trips, counts, stage, stage_because, persona, segments } = knowledge;
  const topics = facets.flatMap((facet) =>
    facet.topics.map(({ name, affinity, lift, mass }) => [
      facet.name,
      facet.confidence,
      name,
      meter(affinity),
      affinity,
      lift,
      mass,
    ]),
  );
  const travels = trips.map(({ destination, start_date, end_date, step }) => [
    destination ?? "?",
    start_date ?? "?",
    end_date ?? "?",
    step,
  ]);
  return [
    heading("Profile"),
    paragraph(
      `${stage} (${stage_because}) · persona ${persona ?? "none"} · segments ${listed(segments)}`,
    ),
    ...table(["facet", "confidence", "topic", "", "affinity", "lift", "mass"], topics),
    ...table(["destination", "from", "to", "step"], travels),
    ...table(["counter", "times"], Object.entries(counts)),
  ];
}

function meter(value: number): HTMLElement {
  const element = createElement("meter");
  element.value = value;
  return element;
}

/** Creates a table with its header; none without rows. */
function table(header: readonly string[], rows: readonly (readonly Cell[])[]): HTMLElement[] {
  if (rows.length === 0) return [];
  const row = (cells: readonly Cell[], tag: "td" | "th"): HTMLElement =>
    createElement("tr", {}, ...cells.map((cell) => tableCell(tag, cell)));
  return [
    createElement(
      "table",
      {},
      createElement("thead", {}, row(header, "th")),
      createElement("tbody", {}, ...rows.map((cells) => row(cells, "td"))),
    ),
  ];
}

const tableCell = (tag: "td" | "th", cell: Cell): HTMLElement =>
  typeof cell === "number"
    ? createElement(
        tag,
        { class: "number" },
        Number.isInteger(cell) ? String(cell) : cell.toFixed(2),
      )
    : createElement(tag, {}, cell);
