/** One thing wrong with a config: where (a JSON pointer), what, and what to write instead. */
export interface ValidationError {
  path: string;
  message: string;
  hint: string;
}

/** A decision, recomputed from its inputs, as sentences. */
export interface Explanation {
  offer: string | null;
  variant: string | null;
  reason: "chosen" | "nothing_known" | "no_eligible_offer" | "holdout" | "unknown_placement";
  propensity: number;
  seed: string;
  /** The visitor's hash, as a story's `visitor`. */
  visitor: string | null;
  config: string;
  texts: { language: string; reasons: string[]; would_change: string }[];
  candidates: { offer: string; score: number; base: number; promotion: number; history: number; similarity: number; topics: Contribution[] }[];
  excluded: { offer: string; why: string }[];
}

/** Contribution of one topic to an offer's score, in doublings. */
export interface Contribution {
  topic: string;
  weight: number;
  log_lift: number;
  adds: number;
}

/** The state of a visitor. Times are milliseconds since the Unix epoch, dates `YYYY-MM-DD`. */
export interface Knowledge extends CustomerKnowledge {
  counts: Record<string, number>;
  first_ms: number;
  last_ms: number;
  facets: { name: string; confidence: number; topics: { name: string; affinity: number; lift: number; mass: number }[] }[];
  families: { name: string; ignored: number; rests_until_ms: number | null; is_promoted: boolean }[];
  trips: (Journey & { adults: number; children: number; step: string; moment: string; is_quote_abandoned: boolean; last_ms: number })[];
  bookings: (Journey & { at_ms: number; cancelled: boolean; value: number })[];
  /** The seasons in force. */
  seasons: string[];
  /** Frequency that the visitor wants. */
  frequency: "unsaid" | "any" | "weekly" | "monthly" | "seasonal" | "never";
  /** The scenarios that are due. */
  due: string[];
  /** The arm of each experiment that the visitor is in. */
  arms: Record<string, string>;
  decisions: DecisionAccount[];
}

/** A decision of the last month and what came of it. `id` and `config` are hashes, `levels` coarse steps from 0 to 7. */
export interface DecisionAccount {
  id: string;
  config: string;
  placement: string | null;
  offer: string | null;
  variant: number;
  arm: number;
  propensity: number;
  levels: Record<string, number>;
  at_ms: number;
  viewed: boolean;
  clicked_ms: number | null;
  outcome: "none" | "quote" | "booking";
}

/** Events of a document that was left before the profile took them up. */
export interface UnloadBuffer {
  document: string;
  bytes: number[];
}

/** Destination and dates, as far as they are known. */
export interface Journey {
  destination: string | null;
  start_date: string | null;
  end_date: string | null;
}

/** The state of a visitor as a customer. */
export interface CustomerKnowledge {
  stage: string;
  stage_because: string;
  rfm: { recency: number; frequency: number; monetary: number; score: number } | null;
  value_class: string;
  segments: string[];
  persona: string | null;
  persona_scores: Record<string, number>;
  negative_persona: string | null;
  channel: string | null;
  channels: Record<string, { messages: number; reactions: number; rate: number }>;
  advocate: boolean;
  declared: { fact: string; value: string | number | null; source: string; at_ms: number }[];
  /** Topics that the visitor removed. They count for nothing. */
  denied: { topic: string; source: string; at_ms: number }[];
}
