/** Events of Google Analytics 4, as sites push them: what they mean, and what never passes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsFromGa4 } from "./ga4.js";
import { readLayer } from "./layer-reader.js";

/** Events from a GA4 event, without undefined fields. */
const eventsOf = (name: string, params: unknown): unknown =>
  JSON.parse(JSON.stringify(eventsFromGa4(name, params) ?? null));

test("the usual events, with travel fields from the event or its items", () => {
  assert.deepEqual(
    eventsOf("view_item", {
      items: [
        {
          item_id: "T1",
          item_name: "Three nights",
          destination: "lisbon",
          start_date: "2027-05-01",
        },
      ],
    }),
    [["view_item", { destination: "lisbon", start_date: "2027-05-01" }]],
  );
  assert.deepEqual(
    eventsOf("begin_checkout", {
      destination: "bali",
      number_of_passengers: 2,
      currency: "EUR",
      value: "1290.50",
    }),
    [["quote_start", { destination: "bali", adults: "2", value: 1290.5 }]],
  );
  assert.deepEqual(eventsOf("generate_lead", { value: 10 }), [["quote_submit", { value: 10 }]]);
  assert.deepEqual(
    eventsOf("purchase", {
      transaction_id: "B-7",
      value: 900,
      travel_destid: "porto",
      travel_startdate: "2027-01-02",
      travel_enddate: "2027-01-05",
    }),
    [
      [
        "booking",
        {
          destination: "porto",
          start_date: "2027-01-02",
          end_date: "2027-01-05",
          id: "B-7",
          value: 900,
        },
      ],
    ],
  );
  assert.deepEqual(eventsOf("refund", { transaction_id: "B-7" }), [
    ["booking_cancel", { id: "B-7" }],
  ]);
  assert.deepEqual(eventsOf("refund", { transaction_id: "B-7", items: [{ item_id: "T1" }] }), []);
});

test("promotions are offers, one event each", () => {
  const items = [
    { promotion_id: "lisbon" },
    { promotion_id: "porto" },
    { promotion_id: "lisbon" },
    { item_id: "T1" },
  ];
  assert.deepEqual(eventsOf("view_promotion", { creative_slot: "home-hero", items }), [
    ["offer_impression", { offer: "lisbon", placement: "home-hero" }],
    ["offer_impression", { offer: "porto", placement: "home-hero" }],
  ]);
  assert.deepEqual(eventsOf("select_promotion", { promotion_id: "lisbon" }), [
    ["offer_click", { offer: "lisbon" }],
  ]);
  assert.deepEqual(eventsOf("select_promotion", { promotion_name: "Spring" }), []);
});

test("what is seen in passing is passed over, what nobody knows is unknown", () => {
  for (const name of ["page_view", "view_item_list", "select_item"])
    assert.deepEqual(eventsFromGa4(name, {}), []);
  for (const name of [
    "gtm.js",
    "scroll",
    "toString",
    "__proto__",
    "constructor",
    "offer_never",
    "declare",
    "scenario_fired",
  ])
    assert.equal(eventsFromGa4(name, {}), undefined);
});

test("a field that cannot be read is left out, and the event isCurrent counts", () => {
  assert.deepEqual(
    eventsOf("search", {
      destination: "rome",
      start_date: "05/01/2027",
      adults: "two",
      value: "lots",
      search_term: "camille@example.org",
    }),
    [["search", { destination: "rome" }]],
  );
  for (const params of [undefined, null, "x", 7, [], { items: "x" }, { items: [null, 3] }])
    assert.deepEqual(eventsOf("view_item", params), [["view_item", {}]]);
});

test("names terms and persons never pass", { tags: ["r10"] }, () => {
  const canary = "canary";
  const person = {
    search_term: canary,
    user_id: canary,
    email: canary,
    item_name: canary,
    coupon: canary,
    affiliation: canary,
    page_location: canary,
  };
  for (const name of ["view_item", "search", "purchase", "generate_lead", "select_promotion"]) {
    assert.ok(
      !JSON.stringify(
        eventsFromGa4(name, { ...person, user_data: person, items: [person] }),
      ).includes(canary),
      name,
    );
  }
});

/** The `arguments` object, which gtag pushes. */
const args = function (): unknown {
  // eslint-disable-next-line prefer-rest-params -- this very object
  return arguments;
} as (...given: unknown[]) => unknown;

test("a layer holds gtag's arguments, arrays and plain objects", () => {
  const read = readLayer();
  assert.deepEqual(read(args("event", "search", { destination: "rome" })), [
    "search",
    { destination: "rome" },
  ]);
  assert.deepEqual(read(["event", "purchase", { value: 1 }]), ["purchase", { value: 1 }]);
  assert.equal(read(args("js", new Date(0))), undefined);
  assert.equal(read(args("config", "G-1")), undefined);
  for (const entry of [undefined, null, 7, "event", () => "event", { page: "home" }, { event: 7 }])
    assert.equal(read(entry), undefined);
});

test("ecommerce waits for its event, once, and null clears it", () => {
  const read = readLayer();
  const params = (entry: unknown): unknown =>
    (read(entry)?.[1] as { value?: unknown } | undefined)?.value;
  assert.equal(params({ event: "purchase", ecommerce: { value: 1 } }), 1);
  assert.equal(params({ event: "generate_lead" }), undefined);
  assert.equal(params({ ecommerce: { value: 2 } }), undefined);
  assert.equal(params({ event: "purchase" }), 2);
  read({ ecommerce: { value: 3 } });
  read({ ecommerce: null });
  assert.equal(params({ event: "purchase" }), undefined);
});
