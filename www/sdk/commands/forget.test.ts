/** Erasure: local data is gone whatever the server does; the caller learns of possible remains. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { EscaleError } from "../base/error.js";
import { forget } from "./forget.js";

Object.assign(globalThis, { location: { href: "https://www.voyages.example/lisbon" } });

/**
 * Erases a visitor, with or without a customer, over a network. Returns the reports to the site.
 */
async function forgotten(
  customer: number | undefined,
  network: () => Promise<Response>,
  isSilent = false,
) {
  const asked = mock.method(globalThis, "fetch", network);
  const [ended, reports] = [[] as string[], [] as unknown[]];
  mock.method(console, "warn", () => undefined);
  const listeners = new Map([["error", new Set([(error: unknown) => reports.push(error)])]]);
  const session = {
    from: { options: { site: "demo", config: "", server: "https://api.example" } },
    ended: (how: string) => ended.push(how),
    listeners,
  };
  const store = { visitor: { secret: "AQEBAQEBAQEBAQEBAQEBAQ", customer } };
  mock.timers.enable({ apis: ["setTimeout"] });
  const done = forget({ session, store } as unknown as Parameters<typeof forget>[0]).then(
    (failure) => reports.push(failure),
  );
  // What the server does not answer in time it may not have done.
  if (isSilent) mock.timers.tick(2_000);
  await done;
  mock.timers.reset();
  mock.restoreAll();
  assert.deepEqual(ended, ["erased"]);
  return {
    reports,
    calls: asked.mock.calls.map(({ arguments: [address] }) =>
      new URL(address as string).searchParams.get("scope"),
    ),
  };
}

test(
  "a customer who could not be forgotten everywhere gets an error, and is gone here",
  { tags: ["r8"] },
  async () => {
    const networks: (() => Promise<Response>)[] = [
      () => Promise.reject(new TypeError("off line")),
      () => Promise.resolve(new Response("", { status: 503 })),
      () => new Promise(() => undefined),
    ];
    for (const [n, network] of networks.entries()) {
      const { reports, calls } = await forgotten(7, network, n === 2);
      assert.deepEqual(calls, ["customer"]);
      assert.equal(reports.length, 2, "the callback, and who listens to errors");
      for (const error of reports) {
        assert.ok(error instanceof EscaleError);
        assert.equal(error.code, "not_everywhere");
        assert.match(error.hint, /DELETE \/v1\/customers/);
      }
    }
  },
);

test(
  "a customer who was forgotten, and a visitor who is none, get no error",
  { tags: ["r8"] },
  async () => {
    const done = () => Promise.resolve(new Response(null, { status: 204 }));
    assert.deepEqual(await forgotten(7, done), { reports: [undefined], calls: ["customer"] });
    assert.deepEqual(await forgotten(undefined, done), { reports: [undefined], calls: [] });
  },
);
