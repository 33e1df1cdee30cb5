/** Tokens from a page's JSON-LD, including hostile input. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonLd } from "./jsonld.js";

const tokens = (...scripts: unknown[]): string[] =>
  readJsonLd(
    scripts.map((script) => (typeof script === "string" ? script : JSON.stringify(script))),
  )
    .tokens.split("\n")
    .filter(Boolean);

test("types, categories and places pass; names and descriptions do not", () => {
  const trip = {
    "@context": "https://schema.org",
    "@type": "TouristTrip",
    name: "Anniversary of Camille Durand",
    description: "A secret",
    touristType: ["City break", "Couples"],
    itinerary: {
      "@type": "TouristDestination",
      address: { addressCountry: "PT", addressLocality: "Lisboa" },
    },
  };
  assert.deepEqual(tokens(trip), [
    "type=touristtrip",
    "touristtype=city break",
    "touristtype=couples",
    "type=touristdestination",
    "addresscountry=pt",
    "addresslocality=lisboa",
  ]);
});

test("graphs, lists, keywords and nested names are read", () => {
  const graph = {
    "@graph": [
      { "@type": ["Product", "Trip"], keywords: "Snow,  Alps ,", category: { name: "Ski" } },
    ],
  };
  assert.deepEqual(tokens([graph]), [
    "type=product",
    "type=trip",
    "keywords=snow",
    "keywords=alps",
    "category=ski",
  ]);
});

test("schema.org addresses are the names they stand for", () => {
  assert.deepEqual(
    tokens({ "@type": "https://schema.org/Trip", additionalType: "http://schema.org/Event" }),
    ["type=trip", "additionaltype=event"],
  );
});

test("broken JSON is passed over, and what follows is read", () => {
  assert.deepEqual(tokens('{"@type": "Trip"', "", "null", "[1, true]", { "@type": "Trip" }), [
    "type=trip",
  ]);
});

test("hostile input stays bounded", () => {
  const deep = `${"[".repeat(5_000)}{"@type": "Deep"}${"]".repeat(5_000)}`;
  const wide = Array.from({ length: 3_000 }, (_, index) => ({ "@type": `T${index}` }));
  assert.deepEqual(tokens(deep), []);
  assert.equal(tokens(wide).length, 64);
  assert.deepEqual(tokens(`{"@type": "${"x".repeat(1_100_000)}"}`), []);
  assert.equal(tokens({ "@type": "y".repeat(1_000) })[0]?.length, "type=".length + 80);
  assert.deepEqual(tokens('{"__proto__": {"@type": "Trip"}, "@type": "line\\nbreak=1"}'), [
    "type=trip",
    "type=line break=1",
  ]);
  assert.equal(({} as Record<string, unknown>)["@type"], undefined);
});
