/** dataLayers of booking engines: amounts, dates and party as they are pushed, under the names of other tools. */
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { eventsFromGa4 } from "./ga4.js";
import { readLayer } from "./layer-reader.js";
import { amountOf } from "./travel-fields.js";

const warnings = mock.method(console, "warn", () => undefined);
afterEach(() => warnings.mock.resetCalls());
const warned = (): string => warnings.mock.calls.map((call) => String(call.arguments[0])).join();

/** Events of a dataLayer's entries, without undefined fields. */
function eventsOf(...entries: unknown[]): unknown[] {
  const read = readLayer();
  return entries.flatMap((entry) => {
    const [name, params] = read(entry) ?? [""];
    return JSON.parse(JSON.stringify(eventsFromGa4(name, params) ?? [])) as unknown[];
  });
}
const fieldsOf = (params: object): unknown =>
  (eventsOf({ event: "search", ...params })[0] as unknown[])[1];

test("amounts are read in the usual forms, and two readings give none", () => {
  for (const [text, amount] of [
    ["1 250,50 €", 1250.5],
    ["1\u202f250,50\u00a0€", 1250.5],
    ["€1,250.50", 1250.5],
    ["1.250,50 EUR", 1250.5],
    ["CHF 1'250.50", 1250.5],
    ["1.299.000", 1299000],
    ["1,299,000.00", 1299000],
    ["0,500", 0.5],
    ["1299", 1299],
    ["12.5", 12.5],
    ["1234.567", 1234.567],
    ["1 299", 1299],
    [640, 640],
    ["", undefined],
    ["1,299", undefined],
    ["1.299", undefined],
    ["€1.299", undefined],
    ["12 34", undefined],
    ["1,29,000", undefined],
    ["-5", undefined],
    [-5, undefined],
    [Infinity, undefined],
    ["from 12", undefined],
  ] as const)
    assert.equal(amountOf(text), amount, String(text));
  assert.match(warned(), /amount "1,299" has two readings/);
});

test("dates are read in the usual forms", () => {
  for (const [start, end] of [
    ["2027-04-02", "2027-04-05"],
    ["2027-04-02T00:00:00.000Z", "2027-04-05T00:00:00.000Z"],
    ["2027-04-02T14:00:00+02:00", "2027-04-05 10:00"],
    ["20270402", "20270405"],
    ["02.04.2027", "5.4.2027"],
    [new Date("2027-04-02"), new Date("2027-04-05")],
  ])
    assert.deepEqual(fieldsOf({ start_date: start, end_date: end }), {
      start_date: "2027-04-02",
      end_date: "2027-04-05",
    });
});

test("the order of day and month is taken from a date that is certain, else from none", () => {
  assert.deepEqual(fieldsOf({ check_in: "02/04/2027", check_out: "25/04/2027" }), {
    start_date: "2027-04-02",
    end_date: "2027-04-25",
  });
  assert.deepEqual(fieldsOf({ check_in: "04/02/2027", check_out: "04/25/2027" }), {
    start_date: "2027-04-02",
    end_date: "2027-04-25",
  });
  assert.deepEqual(fieldsOf({ check_in: "02/04/2027", check_out: "05/04/2027" }), {});
  assert.match(warned(), /date "02\/04\/2027" has two readings/);
  for (const none of ["31/02/2027", "2027-02-30", "20271301", "13/13/2027", "soon"])
    assert.deepEqual(fieldsOf({ start_date: none }), {}, none);
});

test("fields of other tools are read by the map of the guide", () => {
  const expected = {
    destination: "lisbon",
    start_date: "2027-04-02",
    end_date: "2027-04-05",
    adults: "2",
    children: "1",
  };
  for (const fields of [
    { arrival: "2027-04-02", departure: "2027-04-05", nbAdults: 2, nbChildren: 1, city: "lisbon" },
    {
      departure_date: "2027-04-02",
      return_date: "2027-04-05",
      adults: "2 adults",
      children: "1 child",
      arrival_city: "lisbon",
    },
    { checkInDate: "2027-04-02", nights: 3, pax: "2-1-0", hotel_city: "lisbon" },
    {
      date_arrivee: "2027-04-02",
      date_depart: "2027-04-05",
      adultes: 2,
      enfants: 1,
      Destination: "lisbon",
    },
    {
      check_in: "20270402",
      noches: "3",
      "Num Adults": 2,
      kids: "1",
      item_category: "PT",
      item_category2: "lisbon",
    },
  ])
    assert.deepEqual(fieldsOf(fields), expected, JSON.stringify(fields));
  assert.deepEqual(fieldsOf({ item_category: "Rooms", item_category2: "Double" }), {});
  assert.deepEqual(fieldsOf({ arrival: "lisbon" }), { destination: "lisbon" });
});

test("a value that is missing is the sum of the items, if all have prices", () => {
  const purchase = (items: object[], value?: unknown): unknown => {
    const ecommerce = { transaction_id: "T-1", value, items };
    const [event] = eventsOf({ event: "purchase", ecommerce }) as [string, { value?: number }][];
    return event?.[1].value;
  };
  const items = [{ price: 400, quantity: 2 }, { price: "99.50" }];
  assert.equal(purchase(items), 899.5);
  assert.equal(purchase(items, 0), 899.5);
  assert.equal(purchase([{ price: 400, discount: 50 }]), 350);
  assert.equal(purchase([...items, { quantity: 1 }]), undefined);
  // A value with two readings is not replaced by a third one.
  assert.equal(purchase(items, "1,299"), undefined);
  assert.equal(purchase(items, "1.299,00"), 1299);
});

test("a refund of all items cancels, and one of some does not", () => {
  const purchase = {
    transaction_id: "HT-4",
    items: [{ price: 400, quantity: 2 }, { price: "99.50" }],
  };
  const refund = (value?: number, id = "HT-4"): unknown[] =>
    eventsOf({
      event: "refund",
      ecommerce: { transaction_id: id, value, items: [{ item_id: "c" }] },
    });
  eventsOf({ event: "purchase", ecommerce: purchase });
  assert.deepEqual(refund(400), []);
  assert.deepEqual(refund(), []);
  assert.match(warned(), /refund with items/);
  assert.deepEqual(refund(899.5), [["booking_cancel", { id: "HT-4", value: 899.5 }]]);
  assert.deepEqual(refund(899.5, "of another page"), []);
});

test("a purchase without an id is one booking, however often its page is loaded", () => {
  const purchase = (value: number): unknown[] =>
    eventsOf({ event: "purchase", ecommerce: { transaction_id: "", value, currency: "EUR" } });
  const [first] = purchase(640) as [[string, { id: string }]];
  assert.match(first[1].id, /^content-/);
  assert.deepEqual(purchase(640), [first]);
  assert.notDeepEqual(purchase(641), [first]);
  assert.match(warned(), /no transaction_id/);
});

test("shapes of Universal Analytics are read, with and without an event", () => {
  const products = [
    { id: "lisbon-3", name: "Lisbon", price: "320.00", quantity: 2, check_in: "2027-04-02" },
  ];
  const fields = { start_date: "2027-04-02", id: "UA-7", value: 640 };
  const ecommerce = { purchase: { actionField: { id: "UA-7", revenue: "640.00" }, products } };
  for (const entry of [
    { event: "purchase", ecommerce },
    { event: "transaction", ecommerce },
    { ecommerce },
  ])
    assert.deepEqual(eventsOf(entry), [["booking", fields]], JSON.stringify(entry));
  const classic = { transactionId: "UA-7", transactionTotal: 640, transactionProducts: products };
  assert.deepEqual(eventsOf(classic), [["booking", fields]]);
  const refund = { refund: { actionField: { id: "UA-7" } } };
  assert.deepEqual(eventsOf({ ecommerce: refund }), [["booking_cancel", { id: "UA-7" }]]);
  assert.deepEqual(eventsOf({ event: "x", ecommerce: { detail: { products } } }), [
    ["view_item", { start_date: "2027-04-02", value: 640 }],
  ]);
});
