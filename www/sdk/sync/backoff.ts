/**
 * Back-off between requests to the server. In: an answer, the count of failures before it, a random
 * number. Out: milliseconds to wait. Never: a storm of requests, nor a silence of days.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const RETRY_MAX_MS = 60 * MINUTE_MS;

/**
 * Returns an exponential back-off with jitter: 1 to 2 s after the first failure, 2.5 to 5 min at
 * most.
 */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(5 * MINUTE_MS, 2 * SECOND_MS * 2 ** Math.min(Math.max(failures, 0), 20));
  return ceiling * (0.5 + random / 2);
}

/**
 * Parses `Retry-After`, in seconds or as a date, and clamps it to a range of one second to one
 * hour. `undefined` if unreadable.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*-?\d+\s*$/.test(header) ? Number(header) * SECOND_MS : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, SECOND_MS), RETRY_MAX_MS);
}

/** Returns the delay that a server asked for (429, 5xx). After a 503 it is at least a minute. */
export function retryDelayMs(
  answer: { readonly status: number; readonly retryAfter: string | null },
  nowMs: number,
  random: number,
): number {
  const asked = retryAfterMs(answer.retryAfter, nowMs) ?? MINUTE_MS;
  const floor = answer.status === 429 ? asked : Math.max(asked, MINUTE_MS);
  return floor * (1 + random / 4);
}
