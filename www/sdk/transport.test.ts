/** Only the server's own words are believed. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { erased, send } from "./transport.js";

const OURS = { "content-type": "application/json" };

async function answered<T>(status: number, error: string | undefined, ask: () => Promise<T>): Promise<T> {
  const response = error === undefined ? new Response("<h1>Gone</h1>", { status }) : new Response(JSON.stringify({ error: { code: error } }), { status, headers: OURS });
  const fetched = mock.method(globalThis, "fetch", () => Promise.resolve(response));
  try {
    return await ask();
  } finally {
    fetched.mock.restore();
  }
}

test("f28_gone_is_believed_of_the_server_alone", async () => {
  const ask = async (): Promise<string> => (await send({ method: "POST", url: "https://escale.test/v1/sync", body: {}, leaving: false })).kind;
  assert.equal(await answered(410, "erased", ask), "gone");
  assert.equal(await answered(410, "moved", ask), "refused");
  assert.equal(await answered(410, undefined, ask), "refused");
});

test("an erasure is acknowledged by the server alone", async () => {
  const ask = (): Promise<boolean> => erased("https://escale.test", "demo", "token");
  assert.equal(await answered(410, "erased", ask), true);
  assert.equal(await answered(401, "no_bearer", ask), true);
  for (const status of [401, 404, 410]) assert.equal(await answered(status, undefined, ask), false);
  assert.equal(await answered(404, "not_found", ask), false);
});
