/** The cookie: what goes in comes out, and whatever a browser sends is survived. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCookie, cookieName, packCookie } from "./cookie.js";

const PROFILE = {
  visitor: [4_294_967_295, 7, false] as const,
  state: Uint8Array.from([1, 2, 255]),
  remote: Uint8Array.from([9]),
};

test("what was carried comes back, among other cookies", () => {
  const text = packCookie(PROFILE) ?? "";
  assert.deepEqual(readCookie(`a=b; ${cookieName("demo")}=${text}; c=d`, "demo"), PROFILE);
  const forgetful = { ...PROFILE, visitor: [1, 2, true] as const };
  assert.deepEqual(
    readCookie(`${cookieName("demo")}=${packCookie(forgetful) ?? ""}`, "demo"),
    forgetful,
  );
  assert.equal(readCookie(`${cookieName("other")}=${text}`, "demo"), undefined);
});

test("a profile that no cookie holds is not carried", () => {
  assert.equal(packCookie({ ...PROFILE, state: new Uint8Array(4_000) }), undefined);
});

test("anything else is nothing", () => {
  const whole = packCookie(PROFILE) ?? "";
  const cut = Array.from({ length: whole.length }, (_, length) => whole.slice(0, length));
  for (const text of ["", "!", "AA", "Af____8", "x".repeat(9_000), ...cut]) {
    const found = readCookie(`${cookieName("demo")}=${text}`, "demo");
    assert.ok(found === undefined || found.state.length === 3, text);
  }
  for (const header of [null, undefined, "", ";;;", "__proto__=x", "escale-demo"])
    assert.equal(readCookie(header, "demo"), undefined);
});

test("a cookie's name has letters that a cookie's name may have", () => {
  assert.match(cookieName("été & co;=\n"), /^[\w.&'()*!~-]+$/);
});
