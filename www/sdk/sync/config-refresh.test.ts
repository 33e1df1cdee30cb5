/** Another config than the page's: the browser's cache is brought up to date, once. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { configRefresher } from "./config-refresh.js";

Object.assign(globalThis, { location: { href: "https://www.voyages.example/lisbon" } });

test("a config of another version is asked for anew, once a page; one's own is not", () => {
  const asked = mock.method(globalThis, "fetch", () => Promise.resolve(new Response("")));
  const refresh = configRefresher(-2, { site: "demo", config: "/escale.bin" });
  for (const version of ["fffffffe", undefined, 7, { toString: () => "x" }]) refresh(version);
  assert.equal(asked.mock.callCount(), 0);
  for (const version of ["00000001", "00000002"]) refresh(version);
  assert.deepEqual(
    asked.mock.calls.map(({ arguments: args }) => args),
    [
      [
        new URL("https://www.voyages.example/escale.bin"),
        { cache: "no-cache", referrerPolicy: "no-referrer" },
      ],
    ],
  );
  mock.restoreAll();
});
