/** Views of a page: what another address is, and what only looks like one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAnotherPage, pageAddress } from "./page-address.js";

const at = (address: string, routes?: "hash"): string =>
  pageAddress(
    { site: "demo", config: "", routes },
    new URL(address, "https://a.example") as unknown as Location,
  );

test("a route in the fragment is the page's address, by an option", () => {
  assert.equal(at("/app#/city-trips/lisbon?nights=3"), "/app");
  assert.equal(at("/app#/city-trips/lisbon?nights=3", "hash"), "/city-trips/lisbon?nights=3");
  assert.equal(at("/app?a=1#!/s%C3%A9jours;v=1", "hash"), "/séjours");
  assert.equal(at("/ski#/chamonix#slopes", "hash"), "/chamonix");
  assert.equal(at("/ski?a=1#map=2/20/0", "hash"), "/ski?a=1");
});

test("another path is another page, another spelling of it is none", () => {
  assert.ok(isAnotherPage("/a", "/b", false) && isAnotherPage("/a", "/b", true));
  for (const now of ["/ski/", "/ski", "/ski/@38.72,-9.13,12z"])
    assert.ok(!isAnotherPage("/ski", now, true), now);
});

test("a query counts in a new entry of the history only", () => {
  assert.ok(isAnotherPage("/search?theme=ski", "/search?theme=beach", true));
  assert.ok(!isAnotherPage("/search?theme=ski", "/search?theme=beach", false));
});

test("campaigns and cameras of maps are no page", () => {
  for (const query of [
    "utm_source=news&utm_medium=email",
    "gclid=1&fbclid=2&msclkid=3",
    "escale_send=spring-7&escale_family=city",
    "lat=38.7&lng=-9.13&zoom=12",
    "bbox=1,2,3,4",
  ]) {
    assert.ok(!isAnotherPage(`/ski?${query}`, "/ski", true), query);
    assert.ok(isAnotherPage(`/ski?${query}&page=1`, `/ski?${query}&page=2`, true), query);
  }
});
