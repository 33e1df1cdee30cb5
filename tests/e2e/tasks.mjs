/**
 * What a page's main thread did while the page loaded, as Chromium's trace tells it. Comes in: a traced browser. Goes out: for
 * each page that was opened, its tasks with the time that the thread itself was at work. Must never go by the clock: other
 * programs on the machine would be counted.
 */

/** @typedef {import("../browser/driver/browser.mjs").Browser} Browser */

/**
 * @typedef {object} TraceEvent
 * @property {string} name
 * @property {number} pid
 * @property {number} tid
 * @property {number} ts in microseconds
 * @property {number} [dur]
 * @property {number} [tdur] in microseconds, as the thread's own clock counts them
 * @property {any} args
 *
 * @typedef {object} Task
 * @property {number} atMs since the page was asked for
 * @property {number} threadMs
 * @property {boolean} isFrame it drew a frame and ran no script: what that takes is the page's size
 * @property {string[]} modules that it compiled
 *
 * @typedef {{ address: string, tasks: Task[] }} Load
 */

/** The kinds of events from which tasks are read. */
export const TRACED = [
  "disabled-by-default-devtools.timeline",
  "devtools.timeline",
  "blink.user_timing",
];

/** In this task the page before is left, too. */
const ARRIVAL = "CommitLoad";
const SCRIPT = ["FunctionCall", "EvaluateScript", "v8.evaluateModule"];

/** Every page that was opened since the browser's start, in their order, up to the one that is open. @param {Browser} browser @returns {Promise<Load[]>} */
export async function loadsOf(browser) {
  const last = await browser.address();
  /** @type {TraceEvent[]} */
  const events = [];
  // The driver's log comes in parts, and the last part late.
  while (!begunIn(events).some((load) => addressOf(load) === last))
    events.push(...(await eventsIn(browser)));
  events.sort((a, b) => a.ts - b.ts);
  const begun = begunIn(events);
  return begun.map((load, index) => {
    const until = begun[index + 1]?.ts ?? Infinity;
    const ofPage = events.filter(
      ({ pid, tid, ts }) => pid === load.pid && tid === load.tid && ts >= load.ts && ts < until,
    );
    return { address: addressOf(load), tasks: tasksOf(ofPage, load.ts) };
  });
}

/** @param {Browser} browser @returns {Promise<TraceEvent[]>} */
async function eventsIn(browser) {
  const log = await browser.send("POST", "/se/log", { type: "performance" });
  const entries = log.map(
    (/** @type {{ message: string }} */ { message }) => JSON.parse(message).message,
  );
  return entries
    .filter((/** @type {any} */ { method }) => method === "Tracing.dataCollected")
    .map((/** @type {any} */ { params }) => params);
}

/** @param {TraceEvent} load @returns {string} */
const addressOf = ({ args }) => args.data.documentLoaderURL;

/** @param {TraceEvent[]} events */
const begunIn = (events) =>
  events.filter((event) => event.name === "navigationStart" && addressOf(event).startsWith("http"));

/** @param {TraceEvent[]} events of one thread, in their order @param {number} from @returns {Task[]} */
function tasksOf(events, from) {
  return events
    .filter(({ name }) => name === "RunTask")
    .flatMap((task) => {
      const inside = events.filter(({ ts }) => ts >= task.ts && ts <= task.ts + (task.dur ?? 0));
      const has = (/** @type {string[]} */ ...names) =>
        inside.some(({ name }) => names.includes(name));
      if (has(ARRIVAL)) return [];
      const modules = inside
        .filter(({ name }) => name === "v8.compileModule")
        .map(({ args }) => args.fileName ?? args.data?.url ?? "");
      return [
        {
          atMs: (task.ts - from) / 1000,
          threadMs: (task.tdur ?? 0) / 1000,
          isFrame: has("Commit") && !has(...SCRIPT),
          modules,
        },
      ];
    });
}
