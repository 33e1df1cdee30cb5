/** Google's consent mode as pages speak it: both of its interfaces, and what is missing is reported. */
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { GoogleConsent } from "./consent-google.js";

const tagData = (update?: boolean): object => ({
  ics: { entries: { ad_storage: { default: false, update } } },
});
const entry = (kind: string, answers: object): unknown[] => ["consent", kind, answers];
const warned = (google: GoogleConsent): string => {
  const { mock: spy } = mock.method(console, "warn", () => undefined);
  google.warn();
  return spy.calls.map(({ arguments: [text] }) => String(text)).join("\n");
};
afterEach(() => mock.restoreAll());

test("consent of a template is read, granted and withdrawn", { tags: ["r1"] }, () => {
  const google = new GoogleConsent("google:ad_storage");
  for (const nothing of [undefined, null, 1, {}, { ics: null }, { ics: {} }, tagData()])
    assert.equal(google.readTagData(nothing), undefined);
  assert.equal(google.readTagData(tagData(true)), "granted");
  assert.equal(google.readTagData(tagData(true)), undefined);
  assert.equal(google.readTagData(tagData(false)), "denied");
});

test("a tag manager that is late with an answer of the layer changes nothing", () => {
  const google = new GoogleConsent("google:ad_storage");
  google.readTagData(tagData(true));
  assert.equal(google.readEntry(entry("update", { ad_storage: "denied" })), "denied");
  // It still has the earlier answer, and takes over the later one.
  assert.equal(google.readTagData(tagData(true)), undefined);
  assert.equal(google.readTagData(tagData(false)), "denied");
  assert.equal(google.readTagData(tagData(true)), "granted");
});

test("an update that cannot be read is no grant any more", { tags: ["r1"] }, () => {
  const google = new GoogleConsent("google:ad_storage");
  assert.equal(google.readEntry(entry("update", { ad_storage: "granted" })), "granted");
  const broken = Object.defineProperty({}, "ad_storage", {
    enumerable: true,
    get: () => {
      throw new Error("broken");
    },
  });
  assert.equal(google.readEntry(entry("update", broken)), "pending");
});

test("a storage that is never named is reported, with those that are", () => {
  const google = new GoogleConsent("google");
  assert.match(warned(google), /no consent mode/);
  google.readEntry(
    entry("default", { ad_storage: "denied", region: ["FR"], wait_for_update: 500 }),
  );
  google.readEntry(entry("update", { ad_storage: "granted", analytics_storage: "granted" }));
  assert.match(warned(google), /never names personalization_storage\. It names ad_storage, analyt/);
});

test("a second default grants nothing, and is reported", { tags: ["r1"] }, () => {
  const google = new GoogleConsent("google");
  google.readEntry(entry("default", { personalization_storage: "denied" }));
  // A banner that waits for the visitor.
  assert.equal(warned(google), "");
  assert.equal(
    google.readEntry(entry("default", { personalization_storage: "granted" })),
    undefined,
  );
  assert.match(warned(google), /grants by a default/);
});
