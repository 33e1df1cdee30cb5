/**
 * When the next request to the server may go. Comes in: an answer, how many failed before it, a random
 * number. Goes out: milliseconds to wait. Must never be talked into a storm, nor into silence for days.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const RETRY_MAX_MS = 60 * MINUTE_MS;

/** Exponential back-off with jitter: between 1 and 2 s after the first failure, 2.5 to 5 min in the end. */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(5 * MINUTE_MS, 2 * SECOND_MS * 2 ** Math.min(Math.max(failures, 0), 20));
  return ceiling * (0.5 + random / 2);
}

/** `Retry-After` in seconds or as a date, clamped to between a second and an hour; `undefined` if unreadable. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*-?\d+\s*$/.test(header) ? Number(header) * SECOND_MS : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, SECOND_MS), RETRY_MAX_MS);
}

/** The wait after a server that asked for rest (429, 5xx): at least what it said; after 503 at least a minute. */
export function restMs(
  answer: { readonly status: number; readonly retryAfter: string | null },
  nowMs: number,
  random: number,
): number {
  const asked = retryAfterMs(answer.retryAfter, nowMs) ?? MINUTE_MS;
  const floor = answer.status === 429 ? asked : Math.max(asked, MINUTE_MS);
  return floor * (1 + random / 4);
}
