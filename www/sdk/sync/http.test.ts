/** Only the server's own words are believed. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { requestErasure, sendRequest } from "./http.js";

Object.assign(globalThis, { location: { href: "https://www.voyages.example/lisbon" } });

const OURS = { "content-type": "application/json" };

async function answered<T>(
  status: number,
  error: string | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  const response =
    error === undefined
      ? new Response("<h1>Gone</h1>", { status })
      : new Response(JSON.stringify({ error: { code: error } }), { status, headers: OURS });
  const fetched = mock.method(globalThis, "fetch", () => Promise.resolve(response));
  try {
    return await ask();
  } finally {
    fetched.mock.restore();
  }
}

test("an erasure is believed of the server alone", { tags: ["f28"] }, async () => {
  const ask = async (): Promise<string> =>
    (
      await sendRequest({
        method: "POST",
        url: "https://escale.test/v1/sync",
        body: {},
        leaving: false,
      })
    ).kind;
  assert.equal(await answered(410, "erased", ask), "erased");
  assert.equal(await answered(410, "moved", ask), "rejected");
  assert.equal(await answered(410, undefined, ask), "rejected");
});

test("an erasure is acknowledged by the server alone", async () => {
  const ask = (): Promise<boolean> => requestErasure("https://escale.test", "demo", "token");
  assert.equal(await answered(410, "erased", ask), true);
  assert.equal(await answered(401, "no_bearer", ask), true);
  for (const status of [401, 404, 410]) assert.equal(await answered(status, undefined, ask), false);
  assert.equal(await answered(404, "not_found", ask), false);
});

/** Options of a request, and the use of its answer. */
async function watched(
  body: unknown,
  response: Response,
): Promise<{ keepalive: unknown; isRead: boolean; kind: string }> {
  let keepalive: unknown;
  const fetched = mock.method(globalThis, "fetch", (_: string, init: RequestInit) => {
    keepalive = init.keepalive;
    return Promise.resolve(response);
  });
  const { kind } = await sendRequest({
    method: "POST",
    url: "https://escale.test/v1/sync",
    body,
    leaving: true,
  });
  fetched.mock.restore();
  return { keepalive, isRead: response.bodyUsed, kind };
}

test(
  "a leaving request stays under half of the budget it shares with the site",
  { tags: ["f28"] },
  async () => {
    assert.equal(
      (await watched({ state: "x".repeat(32_000) }, new Response("{}"))).keepalive,
      true,
    );
    assert.equal(
      (await watched({ state: "x".repeat(33_000) }, new Response("{}"))).keepalive,
      false,
    );
  },
);

test("every answer is read to its end", { tags: ["f29"] }, async () => {
  for (const status of [200, 400, 403, 410, 429, 500, 503]) {
    assert.equal(
      (await watched({}, new Response("<p>anything</p>", { status }))).isRead,
      true,
      String(status),
    );
  }
});

test("an answer that is not the servers json is a failure", { tags: ["f31"] }, async () => {
  const portal = new Response("<h1>Log in</h1>", { headers: { "content-type": "text/html" } });
  assert.equal((await watched({}, portal)).kind, "failed");
  for (const text of ["", "[]", "null", "{", "7"])
    assert.equal((await watched({}, new Response(text, { headers: OURS }))).kind, "failed", text);
});
