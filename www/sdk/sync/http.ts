/**
 * The requests to Escale's server. Comes in: what to hand in, or whom to erase. Goes out: one of a few kinds
 * of answer. Must never reject, never believe an answer that is not the server's own JSON, and never leave a
 * body unread: unread ones use up the browser's budget for requests that outlive the page.
 */
import { fromBase64url } from "../storage/codec.js";
import type { RemoteState } from "../storage/records.js";

/** What came back. `rest`: the server asks for time; `refused`: sending the same again is useless. */
export type Answer =
  | {
      readonly kind: "ok";
      readonly body: Readonly<Record<string, unknown>>;
      readonly skewMs: number | undefined;
    }
  | { readonly kind: "rest"; readonly status: number; readonly retryAfter: string | null }
  | { readonly kind: "gone" }
  /** `code`: the server's own word for it; none where somebody between answered. */
  | { readonly kind: "refused"; readonly status: number; readonly code: unknown }
  | { readonly kind: "failed" };

/** Requests that outlive their page share 64 KiB with the site's own. */
const KEEPALIVE_MAX = 32_768;
const TIMEOUT_MS = 15_000;

/** How a request is sent: `leaving` ones may outlive the page. */
export interface Message {
  readonly method: "POST" | "DELETE";
  readonly url: string;
  readonly body?: unknown;
  readonly bearer?: string;
  readonly leaving: boolean;
}

/** Of a response, all that is looked at beside its text. */
interface Received {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
}

/** Sends one request and reads its answer to the end. */
export async function send(message: Message): Promise<Answer> {
  const body = message.body === undefined ? null : JSON.stringify(message.body);
  const beganMs = Date.now();
  try {
    const response = await fetch(message.url, {
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
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return understand(response, await response.text(), (beganMs + Date.now()) / 2);
  } catch {
    return { kind: "failed" };
  }
}

/** What came back means. Throws where a text that should be JSON is none. */
export function understand(response: Received, text: string, atMs: number): Answer {
  const { status } = response;
  if (status === 429 || status >= 500)
    return { kind: "rest", status, retryAfter: response.headers.get("retry-after") };
  if (status >= 400) {
    const { code } = (jsonObject(response, text)?.error ?? {}) as { code?: unknown };
    return status === 410 && code === "erased"
      ? { kind: "gone" }
      : { kind: "refused", status, code };
  }
  const body = status === 204 ? {} : jsonObject(response, text);
  // A hotel's log-in page answers 200, too.
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

/** The `remote` state of an answer; `undefined`: unchanged, or unreadable. */
export function remoteOf(body: Readonly<Record<string, unknown>>): RemoteState | undefined {
  const { remote } = body;
  if (typeof remote !== "object" || remote === null) return undefined;
  const { seq, state } = remote as { seq?: unknown; state?: unknown };
  const bytes = fromBase64url(state);
  return typeof seq === "number" && seq >= 0 && seq < Infinity && bytes
    ? { seq, bytes }
    : undefined;
}

/** Whether the server has nothing (more) under this token, so that it need not be asked again. A customer goes with all their browsers. */
export async function erased(
  server: string,
  site: string,
  bearer: string,
  scope: "visitor" | "customer" = "visitor",
): Promise<boolean> {
  const url = `${server}/v1/me?site=${encodeURIComponent(site)}&scope=${scope}`;
  const answer = await send({ method: "DELETE", url, bearer, leaving: true });
  return (
    answer.kind === "ok" ||
    answer.kind === "gone" ||
    (answer.kind === "refused" && answer.status === 401 && answer.code === "no_bearer")
  );
}
