/** Landings from a message: the id of the sending and its channel, nothing else of the address. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { landingEvent } from "./campaign.js";

test("landing_with_an_offer_names_it", () => {
  const address = "https://voyages.example/?escale_send=spring-7&escale_offer=bali";
  assert.deepEqual(landingEvent(address)?.[1], {
    id: "spring-7",
    channel: "email",
    family: undefined,
    offer: "bali",
  });
});

test("a landing tells the sending's reaction, by its channel", () => {
  assert.deepEqual(
    landingEvent("https://voyages.example/?utm_medium=SMS&escale_send=spring-7&escale_family=city"),
    ["message_clicked", { id: "spring-7", channel: "sms", family: "city" }],
  );
  assert.deepEqual(landingEvent("/trips/?escale_send=a1#escale_send=b2"), [
    "message_clicked",
    { id: "a1", channel: "email", family: undefined },
  ]);
});

test("a crafted address is no landing and pollutes nothing", { tags: ["f48", "f49"] }, () => {
  for (const query of [
    "",
    "?utm_medium=email&utm_campaign=spring",
    "?escale_send=",
    "?escale_send=a%20b",
    `?escale_send=${"x".repeat(65)}`,
    "?escale_send=camille%40example.org",
    "#?escale_send=a",
  ]) {
    assert.equal(landingEvent(`/${query}`), undefined, query);
  }
  assert.deepEqual(
    landingEvent("/?__proto__[x]=1&utm_medium=constructor&escale_send=a")?.[1].channel,
    "email",
  );
  assert.equal(({} as { x?: unknown }).x, undefined);
});

test("links are read as mail programs rewrite them", { tags: ["f49"] }, () => {
  const click = (address: string): unknown => landingEvent(address)?.[1];
  const expected = { id: "spring-7", channel: "sms", family: "city" };
  for (const address of [
    "/?utm_medium=sms&amp;escale_send=spring-7&amp;escale_family=city",
    "/?utm_medium=sms&amp;amp;escale_send=spring-7&amp;escale_family=city",
    "/?utm_medium=3Dsms&escale_send=3Dspring-7&escale_family=3Dcity",
    "/?utm_medium=sms%20&escale_send=spring-7%20%20&escale_family=city+",
    "/?UTM_MEDIUM=SMS&ESCALE_SEND=spring-7&Escale_Family=city",
    "/?utm_medium=sms&escale_send=spring-7&escale_send=other&escale_family=city%0D%0A",
  ])
    assert.deepEqual(click(address), expected, address);
  // An id of its own may begin so.
  assert.deepEqual(click("/?utm_medium=sms&escale_send=3D-7"), {
    id: "3D-7",
    channel: "sms",
    family: undefined,
  });
});
