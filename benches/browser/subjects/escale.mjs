/**
 * Escale's runtime module. Tastes and facts come in as events, choices go out.
 * Each choice is made on a page that shows nothing yet.
 * Must never be spared its own duties: pressure, fatigue, exploration, seed and propensity are all computed.
 */
import { dispose, extend, instantiate, Runtime } from "../../../target/web/runtime/binding.js";

/** Page views for a taste of 1: enough for tastes to differ clearly. */
const VIEWS_OF_A_TASTE = 20;

/** @param {import("../page.mjs").Work} work */
export async function prepare({ offers, tastes, facts }) {
  instantiate(await WebAssembly.compileStreaming(fetch("/module/escale_bg.wasm")));
  extend(await WebAssembly.compileStreaming(fetch("/module/later_bg.wasm")));
  const config = new Uint8Array(await (await fetch(`/escale-${offers.length}.bin`)).arrayBuffer());
  const engine = Runtime.open(config);
  if (!engine) throw new Error("the config was refused");
  engine.setVisitor(1, 2, false);
  live(engine, tastes, facts);
  const hero = engine.placement("hero");
  const choose = () => {
    const nowMs = Date.now();
    engine.turnPage();
    const offer = engine.choose(nowMs, hero, 0);
    // The name is asked for once, at the end: a page needs only the number to find the content.
    return offer < 0 ? `no offer (${-1 - offer})` : `#${offer}`;
  };
  const event = engine.page(Date.now(), "trip.city", "/", "");
  const parts = {
    "open the config": () => {
      const opened = Runtime.open(config);
      if (opened) dispose(opened);
    },
    "apply an event": () => engine.apply(event),
    "page view and choice": () => {
      engine.page(Date.now(), "", "/", "");
      return choose();
    },
  };
  return Object.assign(choose, { parts });
}

/** @param {Runtime} engine @param {Record<string, number>} tastes @param {typeof import("../workload.mjs").FACTS} facts */
function live(engine, tastes, facts) {
  const nowMs = Date.now();
  for (const [topic, taste] of Object.entries(tastes)) {
    for (let view = 0; view < taste * VIEWS_OF_A_TASTE; view += 1)
      engine.apply(engine.page(nowMs, `trip.${topic}`, "", ""));
  }
  for (let count = 0; count < facts.searches; count += 1)
    engine.apply(engine.track(nowMs, "search", ""));
  for (let count = 0; count < facts.quotes; count += 1)
    engine.apply(engine.track(nowMs, "quote_start", ""));
}
