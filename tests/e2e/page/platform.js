/**
 * A consent platform built with the IAB's own library: what the visitor of a story answers goes in, the events of
 * `__tcfapi` come out. Runs in a page, and must never know Escale.
 */
import { CmpApi } from "@iabtechlabtcf/cmpapi";
import { GVL, TCModel, TCString } from "@iabtechlabtcf/core";
import stub from "@iabtechlabtcf/stub";

const PURPOSES = Object.fromEntries(
  Array.from({ length: 11 }, (_, index) => [
    index + 1,
    { id: index + 1, name: `Purpose ${index + 1}` },
  ]),
);
/** A list of one invented vendor. */
const VENDORS = {
  gvlSpecificationVersion: 3,
  vendorListVersion: 1,
  tcfPolicyVersion: 5,
  lastUpdated: "2026-01-01T00:00:00Z",
  purposes: PURPOSES,
  specialPurposes: {},
  features: {},
  specialFeatures: {},
  dataCategories: {},
  stacks: {},
  vendors: {
    2: {
      id: 2,
      name: "Invented",
      purposes: [1, 3, 4, 5, 6],
      legIntPurposes: [7],
      flexiblePurposes: [],
      specialPurposes: [],
      features: [],
      specialFeatures: [],
    },
  },
};
const CMP_ID = 31;

/** Consent string of the framework for these purposes. */
function encoded(purposes, legitimate) {
  const model = new TCModel(new GVL(VENDORS));
  Object.assign(model, {
    cmpId: CMP_ID,
    cmpVersion: 1,
    isServiceSpecific: true,
    publisherCountryCode: "FR",
  });
  model.purposeConsents.set(purposes);
  model.purposeLegitimateInterests.set(legitimate);
  model.vendorConsents.set(2);
  model.vendorsDisclosed.set(2);
  return TCString.encode(model);
}

// The stub stands there from the start; the platform itself comes when the story says so.
stub();

/**
 * Frames ask by messages, as the framework's document has it. The library's stub answers them, but forgets whom, so that they
 * hear of no later change.
 */
addEventListener("message", ({ data, source }) => {
  const { command, version, parameter, callId } =
    (typeof data === "string" ? JSON.parse(data) : data).__tcfapiCall ?? {};
  if (command === undefined) return;
  const answered = (returnValue, success) =>
    source.postMessage(JSON.stringify({ __tcfapiReturn: { returnValue, success, callId } }), "*");
  window.__tcfapi(command, version, answered, parameter);
});

let api;
window.platform = {
  come: () => void (api ??= new CmpApi(CMP_ID, 1, true)),
  show: () => api.update("", true),
  answer: (purposes, legitimate = []) => api.update(encoded(purposes, legitimate), false),
  doesNotApply: () => api.update(null, false),
};
