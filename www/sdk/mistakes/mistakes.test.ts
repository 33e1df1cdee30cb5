/** Mistakes of a site: each has a sentence with its remedy, and what is no mistake has none. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Mistake } from "../base/client-types.js";
import { EVENTS, fieldsOf, isField } from "./fields.js";
import { describe } from "./index.js";
import { nearest, suggest } from "./nearest.js";

const OPTIONS = { site: "voyages", config: "/escale.bin" };
const END = "Consent stays undecided, and nothing is erased";

const one = (mistake: Mistake, options: object = OPTIONS, isTag = false): string =>
  describe(mistake, options, isTag).join("\n");

test("consent_that_cannot_be_read_names_the_word_that_is_meant", () => {
  for (const [input, state] of [
    [true, "granted"],
    ["accepted", "granted"],
    ["GRANTED", "granted"],
    ["grantd", "granted"],
    [false, "denied"],
    ["refused", "denied"],
    ["DENIED", "denied"],
    ["pendng", "pending"],
  ] as const) {
    const shown = typeof input === "string" ? `"${input}"` : String(input);
    assert.equal(
      one(["consent", input]),
      `consent(${shown}) says nothing. Write consent("${state}"). ${END}`,
    );
  }
  for (const input of [undefined, null, 42, "maybe later"])
    assert.match(one(["consent", input]), /Write "granted", "denied", "pending" or \{/);
});

test("consent_with_misspelt_purposes_names_each", () => {
  assert.match(
    one(["consent", { personalize: true, keep: "yes", synch: false }]),
    /no purpose "personalize" \(did you mean personalise\?\); keep must be true or false; there is no purpose "synch" \(did you mean sync\?\)/,
  );
  assert.match(one(["consent", { marketing: true }]), /there is no purpose "marketing"\./);
});

test("consent_message_shows_no_values_of_an_object", () => {
  const text = one(["consent", { email: "anna@example.org", personalise: "anna" }]);
  assert.doesNotMatch(text, /anna/);
});

test("option_of_init_misspelt_names_the_nearest", () => {
  const options = { ...OPTIONS, deadlineMS: 200, consnt: "tcf", theme: "dark" };
  assert.deepEqual(describe(["options"], options, false).slice(0, 2), [
    "there is no option deadlineMS. Did you mean deadlineMs?",
    "there is no option consnt. Did you mean consent?",
  ]);
  assert.match(one(["options"], options), /there is no option theme\. Known are site, config/);
});

test("attribute_of_the_script_misspelt_names_the_nearest_and_other_tools_are_left_alone", () => {
  const options = { ...OPTIONS, cosent: "tcf", cfasync: "false", turboTrack: "reload" };
  assert.deepEqual(describe(["options"], options, true), [
    "there is no option data-cosent. Did you mean data-consent?",
  ]);
});

test("option_with_a_wrong_value_names_the_allowed_ones", () => {
  const options = {
    ...OPTIONS,
    bots: "yes please",
    auto: "never",
    consent: "tfc",
    deadlineMs: "soon",
    inspect: "yes",
  };
  assert.deepEqual(describe(["options"], options, true), [
    'data-bots is "yes please". It must be "allow", or left out.',
    'data-auto is "never". It must be "off", or left out.',
    'data-consent is "tfc". Did you mean "tcf"?',
    'data-deadline-ms is "soon". It must be a number.',
    'data-inspect is "yes". It must be "on" or "off", or left out.',
  ]);
});

test("options_that_are_right_have_no_message", () => {
  const options = {
    site: "voyages",
    config: "/escale.json",
    server: "",
    bots: "allow",
    auto: "off",
    routes: "hash",
    deadlineMs: 500,
    preparedMinutes: "0",
    consent: "google:ad_storage,ad_user_data",
    consentElsewhere: "granted",
    dataLayer: "",
    cookie: "",
    lifetimeDays: "90",
    inspect: "on",
    layer: undefined,
  };
  assert.deepEqual(describe(["options"], options, false), []);
  assert.match(one(["options"], { config: "/x" }, true), /no name\. Give it: data-site="voyages"/);
});

test("file_of_a_misspelt_source_names_the_source", () => {
  assert.match(
    one(["file", "consent-tfc.js"], { ...OPTIONS, consent: "tfc" }),
    /Did you mean "tcf"/,
  );
  assert.match(one(["file", "consent-tcf.js"]), /could not be loaded\. Serve all files/);
});

test("names_of_the_config_misspelt_name_the_nearest", () => {
  const known = ["home-hero", "home-row", "sidebar"];
  assert.equal(
    one(["placement", "home_hero", known]),
    'the config has no placement "home_hero". Did you mean "home-hero"?',
  );
  assert.equal(
    one(["topic", "city", ["trip.city", "trip.beach"]]),
    'the config has no topic "city". Did you mean "trip.city"?',
  );
  assert.match(one(["placement", "footer", known]), /Known are home-hero, home-row, sidebar\./);
});

test("field_misspelt_names_the_nearest_field_of_its_event", () => {
  assert.equal(
    one(["field", "destinaton", "quote_start"]),
    'track("quote_start"): the field "destinaton" is not read. Did you mean "destination"?',
  );
  for (const name of ["startDate", "start_date", "origin", "currency"]) assert.ok(isField(name));
});

test("suggestion_is_near_or_none", () => {
  assert.equal(nearest("quotestart", EVENTS), "quote_start");
  assert.equal(nearest("bookign", EVENTS), "booking");
  assert.equal(nearest("offer_clik", EVENTS), "offer_click");
  assert.equal(nearest("newsletter", ["search", "share"]), undefined);
  assert.equal(suggest("x", []), "");
  assert.equal(nearest("x".repeat(100_000), EVENTS), undefined);
});

test("every_field_that_the_engine_reads_is_known", () => {
  const folder = "src/core/event";
  const source = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .map((text) => text.split("#[cfg(test)]")[0])
    .join("\n");
  const read = [...source.matchAll(/fields\s*\.(?:get|text|number|whole|cents|day)\("(\w+)"\)/g)];
  const names = new Set(read.map(([, name = ""]) => name));
  assert.ok(names.size > 10);
  const internal = ["cause", "ordinal"];
  for (const name of names) assert.ok(isField(name) || internal.includes(name), name);
});

test("events_and_their_fields_are_those_of_the_types", () => {
  const types = readFileSync("www/sdk/base/events.ts", "utf8");
  const [, map = ""] = /interface EventMap \{([^]*?)\n\}/.exec(types) ?? [];
  const names = [...map.matchAll(/^ {2}(\w+):/gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 20);
  for (const name of names) assert.ok(EVENTS.includes(name), name);
  assert.ok(fieldsOf("booking").includes("id"));
});

test("every_message_of_the_guides_table_of_mistakes_is_given_as_it_stands_there", () => {
  const guide = readFileSync("docs/guide-for-sites.md", "utf8");
  const [, table = ""] = /### Mistakes\n[^]*?\n\|---\|---\|\n([^]*?)\n\n/.exec(guide) ?? [];
  const rows = [...table.matchAll(/^\| .+? \| `(.+)` \|$/gm)].map(([, message = ""]) => message);
  assert.ok(rows.length >= 16, String(rows.length));
  const known = ["home-hero", "home-row"];
  const given = [
    one(["consent", true]),
    one(["consent", "accepted"]),
    one(["consent", { personalize: true }]),
    one(["options"], { ...OPTIONS, cosent: "tcf", bots: "yes" }, true),
    one(["options"], { config: "/x" }, true),
    one(["file", "consent-tcf.js"]),
    one(["both"]),
    one(["deadline", "home-hero"], OPTIONS, true),
    one(["placement", "home_hero", known]),
    one(["topic", "city", ["trip.city"]]),
    one(["field", "destinaton", "search"]),
    `there is no command "trak". ${suggest("trak", ["track"])}`,
    `track("quotestart"): unknown event. ${suggest("quotestart", EVENTS)}`,
    // Messages of other files, as their sources write them.
    ...[
      "index",
      "loader/bootstrap",
      "commands/run",
      "commands/identify",
      "plugins/consent-tcf",
      "plugins/consent-google",
    ].map((file) => readFileSync(`www/sdk/${file}.ts`, "utf8").replace(/\$\{[^}]*\}/g, "…")),
    readFileSync("www/sdk/mistakes/index.ts", "utf8"),
  ].join("\n");
  for (const row of rows) assert.ok(given.includes(row), row);
});
