/**
 * Prepared decisions are those of the engine, for random visitors of the demo and random pages. ESCALE_VISITORS=1000000
 * tries as many; a run of the tests tries some hundreds.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { before, test } from "node:test";
import type { Runtime } from "../engine/runtime-binding.js";
import type { Layout, PreparedSteps } from "../slots/prepared-record.js";
import { asLayouts, branches, withLayout } from "./layouts.js";
import { decideSteps, stableMinutes, render } from "./prepared-steps.js";

const VISITORS = Number(process.env["ESCALE_VISITORS"] ?? 300);
const START_MS = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const PLACEMENTS = ["home-hero", "home-row", "trip-more", "sidebar"];
const TOPICS = ["trip.city", "trip.exotic", "trip.beach", "trip.ski", "trip.family"];

type Binding = typeof import("../engine/runtime-binding.js");

let binding: Binding;
let config: Uint8Array;

/** Returns numbers from 0 to below 1, the same at each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

before(async () => {
  const target = join(process.cwd(), "target/web");
  const wasm = readFileSync(join(target, "full/escale_bg.wasm"));
  const headers = { "content-type": "application/wasm" };
  Object.assign(globalThis, {
    location: { href: "https://www.voyages.example/" },
    FULL_INTEGRITY: "",
    fetch: () => Promise.resolve(new Response(wasm, { headers })),
  });
  const full = await import("../full/index.js");
  config = await full.compile(readFileSync(join(process.cwd(), "www/demo/escale.json"), "utf8"));
  binding = (await import(pathToFileURL(join(target, "runtime/binding.js")).href)) as Binding;
  for (const [half, add] of [
    ["escale_bg.wasm", binding.instantiate],
    ["later_bg.wasm", binding.extend],
  ] as const)
    add(await WebAssembly.compile(readFileSync(join(target, "runtime", half))));
});

function open(): Runtime {
  const engine = binding.Runtime.open(config);
  assert.ok(engine);
  return engine;
}

/** A visitor's profile after some pages and impressions. */
function visit(engine: Runtime, random: () => number): number {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  let nowMs = START_MS + random() * 1_000 * HOUR_MS;
  for (let page = 0; page < 1 + random() * 8; page++) {
    nowMs += random() ** 4 * 200 * HOUR_MS;
    engine.turnPage();
    engine.apply(engine.page(nowMs, pick(TOPICS), "/", ""));
    const placement = pick(PLACEMENTS);
    const index = engine.placement(placement);
    const offer = index < 0 ? -1 : engine.choose(nowMs, index, 0);
    if (offer < 0) continue;
    const id = new TextDecoder().decode(engine.offerId(offer));
    const name = random() < 0.2 ? "offer_click" : "offer_impression";
    engine.apply(engine.track(nowMs, name, `offer\x1f${id}\x1eplacement\x1f${placement}\x1e`));
  }
  return nowMs;
}

/** Slots of a random page. */
function layout(engine: Runtime, random: () => number): Layout {
  return PLACEMENTS.filter((name) => engine.placement(name) >= 0)
    .sort(() => random() - 0.5)
    .slice(0, 1 + Math.floor(random() * 3))
    .map((placement) => {
      const count = Math.max(engine.slots(engine.placement(placement)), 1);
      const slots = Array.from({ length: count }, (_, slot) => slot);
      return { placement, slots, isOwnBlock: true };
    });
}

/** Offers of a page, as a fresh engine chooses them from the stored bytes of the visitor. */
function chosen(state: Uint8Array, visitor: number, atMs: number, page: Layout): string[] {
  const engine = open();
  engine.setVisitor(visitor, visitor + 1, false);
  engine.load(state);
  const offers = page.flatMap(({ placement, slots }) =>
    slots.flatMap((slot) => {
      const offer = engine.choose(atMs, engine.placement(placement), slot);
      return offer < 0 ? [] : new TextDecoder().decode(engine.offerId(offer));
    }),
  );
  binding.dispose(engine);
  return offers;
}

/** Offers of the same page by the record. */
function prepared(first: PreparedSteps, page: Layout): string[] {
  let steps = first;
  return page.flatMap(({ placement }) => {
    const step = steps[placement];
    assert.ok(step, `${placement} is prepared`);
    steps = step.next;
    return step.offers;
  });
}

test("prepared decisions are those of the engine, while they are valid", () => {
  let offers = 0;
  for (let visitor = 1; visitor <= VISITORS; visitor++) {
    const random = generator(visitor);
    const engine = open();
    engine.setVisitor(visitor, visitor + 1, false);
    const nowMs = visit(engine, random);
    engine.turnPage();
    const pages = [layout(engine, random), layout(engine, random), layout(engine, random)];
    const tree = branches(pages.reduce<readonly Layout[]>(withLayout, []));
    const { first } = render(engine, decideSteps(engine, tree, nowMs), {
      atMs: nowMs,
      language: "fr",
    });
    const stableMs = stableMinutes(engine, tree, nowMs, 240) * 60_000;
    const state = engine.save();
    for (const page of pages) {
      const record = prepared(first, page);
      assert.deepEqual(record, chosen(state, visitor, nowMs, page), `visitor ${visitor}`);
      assert.deepEqual(record, chosen(state, visitor, nowMs + stableMs, page), "at the end");
      offers += record.length;
    }
    binding.dispose(engine);
  }
  assert.ok(offers > VISITORS, `only ${offers} offers`);
});

test("layouts are bounded, newest first, and nothing else is read", () => {
  const page = (placement: string): Layout => [{ placement, slots: [0], isOwnBlock: true }];
  const seen = ["a", "b", "c", "d", "e", "f", "g", "a"].map(page);
  const kept = seen.reduce<readonly Layout[]>(withLayout, []);
  assert.deepEqual(
    kept.map(([slot]) => slot?.placement),
    ["a", "g", "f", "e", "d", "c"],
  );
  assert.deepEqual(asLayouts(JSON.stringify({ layouts: kept })), kept);
  for (const text of [undefined, "", "null", "[]", '{"layouts":1}', '{"layouts":[[{}]]}'])
    assert.deepEqual(asLayouts(text), [], text);
});
