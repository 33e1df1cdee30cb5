/**
 * Requests to Escale's server. In: a request. Out: one of a few kinds of answer. Never: a
 * rejection, trust in an answer that is not the server's own JSON, or an unread body. Unread bodies
 * use up the browser's budget for requests that outlive the page.
 */
import { toJson } from "../base/json.js";
import { PRIVATE } from "../base/fetch-options.js";
import { fromBase64url } from "../storage/codec.js";
import type { RemoteState } from "../storage/records.js";

/**
 * Answer of the server. `retry_later`: the server asks for time. `rejected`: the same request would
 * fail again.
 */
export type Answer =
  | {
      readonly kind: "ok";
      readonly body: Readonly<Record<string, unknown>>;
      readonly skewMs: number | undefined;
    }
  | { readonly kind: "retry_later"; readonly status: number; readonly retryAfter: string | null }
  | { readonly kind: "erased" }
  /** `code` is the server's own error code; missing if a proxy answered. */
  | { readonly kind: "rejected"; readonly status: number; readonly code: unknown }
  | { readonly kind: "failed" };

/** Requests that outlive their page share 64 KiB with the site's own. */
const KEEPALIVE_MAX = 32_768;
const TIMEOUT_MS = 15_000;

/** Request to the server. A `leaving` one may outlive the page. */
export interface ServerRequest {
  readonly method: "POST" | "DELETE";
  readonly url: string;
  readonly body?: unknown;
  readonly bearer?: string;
  readonly leaving: boolean;
}

/** Parts of a response that are read besides its text. */
interface Received {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
}

/**
 * Resolves an address against the page's own address. The browser's default is `<base href>`, which may name another
 * origin: the profile and the visitor's secrets would go there.
 */
function pageUrl(url: string): string {
  return new URL(url, globalThis.location.href).href;
}

/** Sends one request and reads its answer to the end. */
export async function sendRequest(message: ServerRequest): Promise<Answer> {
  const body = message.body === undefined ? null : toJson(message.body);
  const beganMs = Date.now();
  try {
    const response = await fetch(pageUrl(message.url), {
      method: message.method,
      body,
      headers: {
        ...(body === null ? {} : { "content-type": "application/json" }),
        ...(message.bearer === undefined ? {} : { authorization: `Bearer ${message.bearer}` }),
      },
      keepalive: message.leaving && (body?.length ?? 0) < KEEPALIVE_MAX,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      ...PRIVATE,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return parseAnswer(response, await response.text(), (beganMs + Date.now()) / 2);
  } catch {
    return { kind: "failed" };
  }
}

/** Parses an answer. Throws if a text that should be JSON is none. */
export function parseAnswer(response: Received, text: string, atMs: number): Answer {
  const { status } = response;
  if (status === 429 || status >= 500)
    return { kind: "retry_later", status, retryAfter: response.headers.get("retry-after") };
  if (status >= 400) {
    const { code } = (jsonObject(response, text)?.error ?? {}) as { code?: unknown };
    return status === 410 && code === "erased"
      ? { kind: "erased" }
      : { kind: "rejected", status, code };
  }
  const body = status === 204 ? {} : jsonObject(response, text);
  // The log-in page of a hotel's network answers 200 too.
  if (!body) return { kind: "failed" };
  const nowMs = body.now_ms;
  return {
    kind: "ok",
    body,
    skewMs: typeof nowMs === "number" && Number.isFinite(nowMs) ? nowMs - atMs : undefined,
  };
}

function jsonObject(response: Received, text: string): Record<string, unknown> | undefined {
  if (!response.headers.get("content-type")?.includes("application/json")) return undefined;
  const body = JSON.parse(text) as unknown;
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : undefined;
}

/** Returns the remote state of an answer; `undefined` if it is unchanged or unreadable. */
export function remoteOf(body: Readonly<Record<string, unknown>>): RemoteState | undefined {
  const { remote } = body;
  if (typeof remote !== "object" || remote === null) return undefined;
  const { seq, state } = remote as { seq?: unknown; state?: unknown };
  const bytes = fromBase64url(state);
  return typeof seq === "number" && seq >= 0 && seq < Infinity && bytes
    ? { seq, bytes }
    : undefined;
}

/**
 * Asks the server to erase the visitor, or the customer with all browsers. Returns `true` if
 * nothing is left under this token.
 */
export async function requestErasure(
  server: string,
  site: string,
  bearer: string,
  scope: "visitor" | "customer" = "visitor",
): Promise<boolean> {
  const url = `${server}/v1/me?site=${encodeURIComponent(site)}&scope=${scope}`;
  const answer = await sendRequest({ method: "DELETE", url, bearer, leaving: true });
  return (
    answer.kind === "ok" ||
    answer.kind === "erased" ||
    (answer.kind === "rejected" && answer.status === 401 && answer.code === "no_bearer")
  );
}
