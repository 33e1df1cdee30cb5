/**
 * Times a function in a page: the function goes in, microseconds a call come out.
 * Must never trust one reading of the clock: it ticks every 5 µs at best, so calls are timed in batches.
 */

const WARM_UP_MS = 200;
const BATCH_MS = 4;
const BATCHES = 41;

/**
 * @param {() => unknown} work
 * @returns {{ firstUs: number, floorUs: number, medianUs: number }}
 */
export function time(work) {
  const start = performance.now();
  work();
  const firstUs = (performance.now() - start) * 1000;
  const callsABatch = Math.max(1, Math.ceil(BATCH_MS / warmUp(work)));
  const batches = Array.from({ length: BATCHES }, () => batchUs(work, callsABatch)).sort(
    (a, b) => a - b,
  );
  return { firstUs, floorUs: batches[0] ?? NaN, medianUs: batches[BATCHES >> 1] ?? NaN };
}

/** Lets the engine optimise the function. @param {() => unknown} work @returns milliseconds a call */
function warmUp(work) {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < WARM_UP_MS) {
    work();
    calls += 1;
  }
  return WARM_UP_MS / calls;
}

/** @param {() => unknown} work @param {number} calls */
function batchUs(work, calls) {
  const start = performance.now();
  for (let call = 0; call < calls; call += 1) work();
  return ((performance.now() - start) / calls) * 1000;
}
