/**
 * The browser's decoders, and what holds of whatever they make of any input. Comes in: an input by chance. Goes out: nothing,
 * or an error where something does not hold. Must touch no page: what reads one is given what it would have read.
 */
import assert from "node:assert/strict";
import { readCookie, packCookie } from "../../www/sdk/storage/cookie.js";
import { eventsFromGa4 } from "../../www/sdk/plugins/ga4.js";
import { readLayer } from "../../www/sdk/plugins/layer-reader.js";
import { readJsonLd } from "../../www/sdk/recorder/jsonld.js";
import { landingEvent } from "../../www/sdk/plugins/campaign.js";
import {
  fromBase64url,
  packFields,
  packQueued,
  toBase64url,
  unpackContent,
  unpackQueued,
} from "../../www/sdk/storage/codec.js";
import { asReceipt } from "../../www/sdk/storage/consent-receipt.js";
import {
  asImported,
  asRemote,
  asSyncState,
  asReplica,
  asTokens,
  asVisitor,
} from "../../www/sdk/storage/records.js";
import { answer, file } from "./brought.js";
import { edited, editedBytes, editedValue, type Chance } from "./chance.js";
import { google, tcf } from "./consent.js";

/** Tries one input; throws where a property does not hold. */
export type Decoder = (chance: Chance) => void;

const ADDRESSES = [
  "https://voyages.example/?utm_medium=SMS&escale_send=spring-7&escale_family=city",
  "/trips/?escale_send=a1#escale_send=b2",
  "/?__proto__[x]=1&utm_medium=constructor&escale_send=a",
  "?escale_send=camille%40example.org",
  "/a?b?escale_send=x&utm_medium=e-mail",
];
const ID = /^[\w.~-]{1,64}$/;

function landing(chance: Chance): void {
  const mapped = landingEvent(edited(chance, ADDRESSES));
  if (mapped === undefined) return;
  const [name, fields] = mapped;
  assert.equal(name, "message_clicked");
  assert.deepEqual(Object.keys(fields), ["id", "channel", "family"]);
  assert.match(String(fields["id"]), ID);
  assert.ok(
    ["email", "mail", "sms", "call", "shop"].includes(String(fields["channel"])),
    "a channel that there is",
  );
  if (fields["family"] !== undefined) assert.match(String(fields["family"]), ID);
}

const SCRIPTS = [
  {
    "@context": "https://schema.org",
    "@type": "TouristTrip",
    name: "A secret",
    touristType: ["City break", "Couples"],
    itinerary: {
      "@type": "TouristDestination",
      address: { addressCountry: "PT", addressLocality: "Lisboa" },
    },
  },
  {
    "@graph": [
      { "@type": ["Product", "Trip"], keywords: "Snow,  Alps ,", category: { name: "Ski" } },
    ],
  },
  {
    "@type": "https://schema.org/Hotel",
    starRating: { value: "4" },
    amenityFeature: [{ name: "Pool" }, "Spa"],
  },
].map((script) => JSON.stringify(script));

function jsonld(chance: Chance): void {
  const scripts = Array.from({ length: 1 + chance.under(3) }, () => edited(chance, SCRIPTS));
  const tokens = readJsonLd(scripts).tokens.split("\n").filter(Boolean);
  assert.ok(tokens.length <= 64, "64 tokens at most");
  for (const token of tokens)
    assert.ok(/^[a-z]+=\S/.test(token) && token.length <= 20 + 2 * 80, token);
  assert.equal(new Set(tokens).size, tokens.length, "each once");
}

const PUSHED = [
  {
    event: "purchase",
    ecommerce: {
      transaction_id: "T1",
      value: 489.5,
      items: [
        { item_name: "A secret", travel_destination: "lisbonne", travel_startdate: "2027-04-02" },
      ],
    },
  },
  {
    event: "select_promotion",
    creative_slot: "home-hero",
    items: [{ promotion_id: "lisbonne" }, { promotion_id: "bali" }],
  },
  {
    event: "search",
    search_term: "A secret",
    destination: "bali",
    number_of_adults: 2,
    topics: ["trip.city"],
  },
  ["event", "generate_lead", { value: "12", currency: "EUR" }],
];

function layer(chance: Chance): void {
  const read = readLayer();
  for (let entries = 1 + chance.under(3); entries > 0; entries--) {
    const entry = attempt(() => read(editedValue(chance, chance.one(PUSHED))));
    const mapped = entry && eventsFromGa4(entry[0], entry[1]);
    for (const [name, fields] of mapped ?? []) {
      const packed = packFields(fields);
      assert.ok(/^[a-z_]+$/.test(name) && packed.length <= 24 * 7_000, name);
      assert.ok(!packed.includes("A secret"), "no name and no search term");
    }
  }
}

/** A getter that throws does so in the layer's follower, which passes the entry over. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && /^(broken|trap)$/.test(error.message)) return undefined;
    throw error;
  }
}

const UNLOAD_BUFFER = [
  packQueued([
    { seq: 7, events: Uint8Array.of(7, 0, 1, 2, 3, 4, 0) },
    { seq: 8, events: Uint8Array.of() },
    { seq: 4_000_000_000, events: Uint8Array.of(255) },
  ]),
  new Uint8Array(),
  Uint8Array.of(0, 0, 0, 1, 255, 255),
];

function buffer(chance: Chance): void {
  const bytes = editedBytes(chance, UNLOAD_BUFFER);
  const entries = unpackQueued(bytes);
  const whole = packQueued(entries);
  assert.deepEqual(whole, bytes.slice(0, whole.length), "what is whole comes back as it was");
  assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes, "base64url goes there and back");
}

const CONTENT = [
  "title\x1fLisbonne\x1eurl\x1f/voyages/lisbonne\x1e",
  "__proto__\x1fx\x1etitle\x1f",
].map((text) => new TextEncoder().encode(text));

function content(chance: Chance): void {
  const bytes = editedBytes(chance, CONTENT);
  for (const [key, value] of Object.entries(unpackContent(bytes)))
    assert.ok(key && typeof value === "string" && value.length <= bytes.length);
}

const FIELDS = {
  startDate: "2026-12-20",
  adults: 2,
  topics: ["trip.city", "stay.short"],
  value: 12.5,
  isGift: true,
  destination: "lisbonne",
};

function fields(chance: Chance): void {
  const given = { ...FIELDS, destination: edited(chance, ["lisbonne", "Bali"]) };
  const packed = attempt(() => packFields(editedValue(chance, given))) ?? "";
  const records = packed.split("\x1e").slice(0, -1);
  assert.ok(records.length <= 24 && packed.length <= 24 * 7_000, "a call is bounded");
  for (const record of records) assert.match(record, /^[a-z][a-z0-9_]{0,31}\x1f[^\x00-\x1f\x7f]*$/);
}

const COOKIE =
  packCookie({ visitor: [1, 2, false], state: Uint8Array.of(1, 2, 3), remote: Uint8Array.of(4) }) ??
  "";

function cookie(chance: Chance): void {
  const profile = readCookie(
    edited(chance, [`a=1; escale-demo=${COOKIE}; b=2`, `escale-demo=${COOKIE}`]),
    "demo",
  );
  if (profile === undefined) return;
  const text = packCookie(profile);
  if (text !== undefined)
    assert.deepEqual(
      readCookie(`escale-demo=${text}`, "demo"),
      profile,
      "what is carried comes back as it was",
    );
}

const bytes = Uint8Array.of(1, 2, 3);
const RECORDS = [
  {
    secret: "s",
    erase: "e",
    tag: "t",
    sinceMs: 1_795_262_400_000,
    customer: 7,
    paused: true,
    receipt: { at_ms: 1, version: "2", source: "site", purposes: ["keep"] },
  },
  {
    id: "r",
    version: 3,
    bytes,
    applied: new Map([["d", [3, 1_795_262_400_000]]]),
    seq: 4,
    isAcknowledged: true,
    importIds: ["m"],
  },
  { version: 2, atMs: 5, failures: 0, notBeforeMs: 0, skewMs: -7 },
  ["token", "other"],
  { at_ms: 1, version: "2", source: "site", purposes: ["keep"] },
];

function records(chance: Chance): void {
  const stored = editedValue(chance, chance.one(RECORDS));
  const read = [asVisitor, asReplica, asRemote, asSyncState, asImported, asTokens, asReceipt].map(
    (as) => attempt(() => as(stored)),
  );
  const [visitor, replica, remote, syncState, , tokens] = read as [
    ReturnType<typeof asVisitor>,
    ReturnType<typeof asReplica>,
    ReturnType<typeof asRemote>?,
    ReturnType<typeof asSyncState>?,
    unknown?,
    ReturnType<typeof asTokens>?,
  ];
  if (visitor)
    assert.ok(
      typeof visitor.secret === "string" && visitor.secret && Number.isFinite(visitor.sinceMs),
    );
  if (replica)
    assert.ok(
      replica.version >= 0 && replica.bytes.length <= 65_536 && replica.applied instanceof Map,
    );
  if (remote) assert.ok(remote.seq >= 0 && remote.bytes.length <= 65_536);
  if (syncState)
    assert.ok(
      [syncState.version, syncState.atMs, syncState.failures, syncState.notBeforeMs].every(
        (count) => Number.isFinite(count) && count >= 0,
      ),
    );
  if (tokens) assert.ok(tokens.length <= 8 && tokens.every((token) => typeof token === "string"));
}

/** By the name that `make fuzz` knows. */
export const DECODERS: Readonly<Record<string, Decoder>> = {
  landing,
  jsonld,
  tcf,
  google,
  layer,
  buffer,
  content,
  fields,
  cookie,
  records,
  file,
  answer,
};
