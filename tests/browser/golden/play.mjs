/**
 * Plays one golden case, in a page or in Node: an engine and the case go in, what it decided and its final profile come out.
 * Must never judge: the native answers are compared with these elsewhere.
 */

/** The reasons by their number at the wasm boundary. */
const REASONS = ["chosen", "unknown_placement", "nothing_known", "no_eligible_offer", "holdout"];

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} hex */
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

/** @param {number} high @param {number} low */
const hexOfHalves = (high, low) =>
  [high, low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");

/**
 * Opens a config: the runtime takes compiled bytes (in hexadecimal), the full module the JSON text.
 * @param {any} module
 * @param {"runtime" | "full"} build
 * @param {string} config
 */
export function openConfig(module, build, config) {
  const engine =
    build === "runtime" ? module.Runtime.open(fromHex(config)) : module.Full.open(config);
  if (!engine) throw new Error("the config was refused");
  return engine;
}

/** @param {any} engine @param {any} step */
function choose(engine, step) {
  const answer = engine.choose(step.at, engine.placement(step.choose), step.slot ?? 0);
  return {
    offer: answer < 0 ? null : new TextDecoder().decode(engine.offerId(answer)),
    reason: REASONS[answer < 0 ? -1 - answer : 0],
    variant: engine.variant(),
    propensity: engine.propensity(),
    seed: hexOfHalves(engine.seedHi(), engine.seedLo()),
  };
}

/** @param {Record<string, string>} fields */
const packed = (fields) =>
  Object.entries(fields)
    .map(([key, value]) => `${key}\x1f${value}\x1e`)
    .join("");

/** @param {any} engine @param {any} step */
function eventsOf(engine, step) {
  const { at, page, track, fields = {} } = step;
  if (page) engine.turnPage();
  return page
    ? engine.page(at, page.explicit ?? "", page.url ?? "", page.tokens ?? "")
    : engine.track(at, track, packed(fields));
}

/** @param {any} engine @param {any} golden */
export function play(engine, golden) {
  const visitor = golden.visitor.padStart(16, "0");
  engine.setVisitor(
    parseInt(visitor.slice(0, 8), 16),
    parseInt(visitor.slice(8), 16),
    golden.forgets === true,
  );
  const decisions = [];
  for (const step of golden.steps) {
    if (step.choose === undefined) engine.apply(eventsOf(engine, step));
    else decisions.push(choose(engine, step));
  }
  return { config: engine.configVersion(), decisions, profile: toHex(engine.save()) };
}

/**
 * Which conditions and splits the full module answers otherwise than other implementations, by name.
 * @param {any} module
 * @param {{ name: string, asks: string[], expected: boolean }[]} conditions
 * @param {{ asks: any[], expected: number | null }[]} places
 */
export function otherwise(module, conditions, places) {
  const wrong = conditions
    .filter(({ asks, expected }) => module.conditionIsMet(...asks) !== expected)
    .map(({ name }) => name);
  const misplaced = places.filter(
    ({ asks, expected }) => (module.splitBucket(...asks) ?? null) !== expected,
  );
  return [...wrong, ...misplaced.map(({ asks }) => `split ${JSON.stringify(asks)}`)];
}
