/** JSON-LD as content systems print it: wrapped, repaired, with the values of schema.org's own documentation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonLd } from "./jsonld.js";
import { describeUnread, errorIndex } from "./jsonld-place.js";

const tokens = (...scripts: string[]): string[] =>
  readJsonLd(scripts).tokens.split("\n").filter(Boolean);
const of = (value: unknown): string[] => tokens(JSON.stringify(value));
const TRIP = '{"@type": "Trip", "touristType": "City break"}';
const TOKENS = ["type=trip", "touristtype=city break"];

test("wrappers and statements around JSON-LD are passed over", () => {
  for (const text of [
    `//<![CDATA[\n${TRIP}\n//]]>`,
    `<![CDATA[${TRIP}]]>`,
    `/*<![CDATA[*/\n${TRIP}\n/*]]>*/`,
    `// <![CDATA[\n${TRIP}\n// ]]>`,
    `<!-- ${TRIP} -->`,
    `<!--\n${TRIP}\n//-->`,
    `<!--//--><![CDATA[//><!--\n${TRIP}\n//--><!]]>`,
    `/* a plugin */ ${TRIP} // end`,
    `${TRIP};`,
    `\ufeff${TRIP}`,
    `\n\t ${TRIP}\n`,
    TRIP.replaceAll('"', "&quot;"),
    TRIP.replaceAll('"', "\u201d"),
  ])
    assert.deepEqual(tokens(text), TOKENS, text);
});

test("mistakes that have one reading only are repaired", () => {
  for (const text of [
    '{"@type": "Trip", "touristType": "City break",}',
    '{"@type": ["Trip",], "touristType": ["City break", ],}',
    '{"@type": "Trip",, "touristType": "City break"}',
    '{"@type": "Trip", "name": "L\\\'escale", "touristType": "City break"}',
    '{"@type": "Trip", "description": "first\nsecond\tthird\r\n", "touristType": "City\nbreak"}',
    '{"@type": "Trip", // note\n "touristType": "City break"}',
  ])
    assert.deepEqual(tokens(text), TOKENS, text);
});

test("several values in one script are all read", () => {
  const list = '{"@type": "BreadcrumbList"}';
  for (const text of [
    `${list}\n${TRIP}`,
    `${list}${TRIP}`,
    `${list},\n${TRIP},`,
    `${list};${TRIP};`,
  ])
    assert.deepEqual(tokens(text), ["type=breadcrumblist", ...TOKENS], text);
});

test("texts that look like comments or brackets stay as they are", () => {
  assert.deepEqual(
    tokens(
      '{"@type": "Trip", "url": "https://a.example/*b*/", "category": "a; b // c {] <!-- ,}", }',
    ),
    ["type=trip", "category=a; b // c {] <!-- ,}"],
  );
});

test("values of schema.org are read as what they stand for", () => {
  const hotel = {
    "@type": "schema:Hotel",
    "schema:starRating": { "@type": "Rating", ratingValue: "4.0" },
    touristType: [
      { "@value": "City break" },
      { "@type": "Audience", audienceType: "Food &amp; wine" },
    ],
    "https://schema.org/category": { "@value": "Caf&eacute; &amp;eacute;" },
    keywords: ["court s\u0065\u0301jour", { "@type": "DefinedTerm", name: "&#201;t&#xe9;" }],
    occupancyType: { "@set": ["Double"] },
  };
  assert.deepEqual(of(hotel), [
    "type=hotel",
    "starrating=4",
    "type=rating",
    "touristtype=city break",
    "touristtype=food & wine",
    "type=audience",
    "audiencetype=food & wine",
    "category=café &eacute;",
    "keywords=court séjour",
    "keywords=été",
    "type=definedterm",
    "occupancytype=double",
  ]);
  for (const type of ["https://www.schema.org/Hotel", "http://schema.org/Hotel", "SCHEMA:Hotel"])
    assert.deepEqual(of({ "@type": type, starRating: 4 }), ["type=hotel", "starrating=4"]);
});

test("a feature that is not there has no token", () => {
  const feature = (name: string, value: unknown): object => ({
    "@type": "PropertyValue",
    name,
    value,
  });
  const features = [
    feature("Pool", true),
    feature("Spa", "True"),
    feature("Bar", false),
    feature("Gym", "False"),
    feature("Sauna", "https://schema.org/False"),
    feature("Lift", { "@value": "no" }),
    feature("Pets", 0),
    "Wifi",
    {
      name: [
        { "@value": "Beach", "@language": "en" },
        { "@value": "Plage", "@language": "fr" },
      ],
    },
  ];
  assert.deepEqual(
    of({ amenityFeature: features }).filter((token) => token.startsWith("amenity")),
    ["pool", "spa", "wifi", "beach", "plage"].map((name) => `amenityfeature=${name}`),
  );
});

test("references are followed to their nodes", () => {
  const graph = [
    { "@type": "Hotel", starRating: { "@id": "#stars" }, amenityFeature: [{ "@id": "#bar" }] },
    { "@id": "#stars", ratingValue: 5 },
    { "@id": "#bar", name: "Bar", value: "false" },
  ];
  assert.deepEqual(of({ "@graph": graph }), ["type=hotel", "starrating=5"]);
  const circle = [
    { "@id": "#a", category: { "@id": "#b" } },
    { "@id": "#b", name: { "@id": "#a" } },
  ];
  assert.deepEqual(of(circle), []);
});

test("thousands of reviews cost nothing", () => {
  const review = (index: number): object => ({
    "@type": "Review",
    author: { "@type": "Person", name: `Traveller ${index}` },
    reviewRating: { "@type": "Rating", ratingValue: 5 },
  });
  const reviews = Array.from({ length: 3_000 }, (_, index) => review(index));
  const place = { addressLocality: "Lisboa", addressCountry: "PT" };
  const expected = ["addresslocality=lisboa", "addresscountry=pt", "starrating=4"];
  const hotel = { review: reviews, address: place, starRating: { ratingValue: 4 } };
  assert.deepEqual(of(hotel), expected);
  assert.deepEqual(of([...reviews, place, { starRating: 4 }]), expected);
  assert.deepEqual(of({ "@type": "Review", itemReviewed: { "@type": "Hotel" } }), ["type=hotel"]);
});

test("a script that cannot be read is reported with its place, and what follows is read", () => {
  const broken = '{\n  "@type": "Trip",\n  "name" "Lisbon"\n}';
  const { tokens: found, unread } = readJsonLd([TRIP, broken, '{"@type": "Event"}', ""]);
  assert.equal(found, "type=trip\ntouristtype=city break\ntype=event");
  assert.deepEqual(unread.map(describeUnread), [
    "JSON-LD script 2 of the page cannot be read: line 3, column 10, unexpected text",
  ]);
  const {
    unread: [long],
  } = readJsonLd([`"${"x".repeat(1_100_000)}"`]);
  assert.match(long ? describeUnread(long) : "", /longer than 1 MiB/);
});

test("places are those of the first character that JSON has not there", () => {
  for (const [text, at] of [
    ['{"a": 1', 7],
    ["{a: 1}", 1],
    ['{"a": tru}', 6],
    ['{"a": 1 "b": 2}', 8],
    ["[1, 2}", 5],
    ['{"a": "x}', 6],
    ["{'a': 1}", 1],
    ['{"a":}', 5],
    ["}", 0],
    ["<p>Hello</p>", 0],
  ] as const)
    assert.equal(errorIndex(text), at, text);
});
