/** One thing wrong with a config: where (a JSON pointer), what, and what to write instead. */
export interface Issue {
  path: string;
  message: string;
  remedy: string;
}

/** A decision, recomputed from its inputs, in words. */
export interface Explanation {
  offer?: string;
  reason: "chosen" | "nothing_known" | "no_eligible_offer" | "holdout" | "unknown_placement";
  propensity: number;
  seed: string;
  config: string;
  words: { language: string; reasons: string[]; would_change: string }[];
  candidates: { offer: string; score: number; base: number; promotion: number; history: number; topics: Contribution[] }[];
  excluded: { offer: string; why: string }[];
}

/** What one topic adds to an offer's score, in doublings. */
export interface Contribution {
  topic: string;
  weight: number;
  log_lift: number;
  adds: number;
}

/** What Escale thinks of a visitor. Times are milliseconds since the Unix epoch, dates `YYYY-MM-DD`. */
export interface Knowledge {
  counts: Record<string, number>;
  first_ms: number;
  last_ms: number;
  facets: { name: string; confidence: number; topics: { name: string; affinity: number; lift: number; mass: number }[] }[];
  families: { name: string; ignored: number; rests_until_ms?: number; is_promoted: boolean }[];
  trips: {
    destination?: string;
    start_date?: string;
    end_date?: string;
    adults: number;
    children: number;
    step: string;
    last_ms: number;
  }[];
  bookings: {
    at_ms: number;
    cancelled: boolean;
    value: number;
    destination?: string;
    start_date?: string;
    end_date?: string;
  }[];
}
