/** The gate: no command passes before consent, in whatever order, and no act of a site stops it. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { openGate, type Host } from "./consent-gate.js";
import { safeCall } from "../base/safe-call.js";
import type { Client, Command, Start } from "../base/client-types.js";
import type { Options, State } from "../base/types.js";

/** A page whose client writes down what reaches it. */
function stage(
  given: {
    isBot?: boolean;
    globalPrivacyControl?: boolean;
    stored?: boolean;
    fails?: boolean;
    slow?: boolean;
    broken?: boolean;
  } = {},
) {
  const seen = {
    states: [] as State[],
    starts: [] as Start[],
    commands: [] as Command[],
    loads: 0,
    fresh: 0,
    stops: 0,
    withdrawals: 0,
    fills: [] as boolean[],
    requests: 0,
    mistakes: [] as unknown[],
  };
  let arrive = (): void => undefined;
  const host: Host = {
    options: { site: "demo", config: "/escale.bin" },
    isBot: given.isBot ?? false,
    globalPrivacyControl: () => given.globalPrivacyControl ?? false,
    stored: () => Promise.resolve(given.stored ?? false),
    shown: () => Promise.resolve(),
    fillPrepared: (isAllowed) => seen.fills.push(isAllowed),
    requestEngine: () => {
      seen.requests++;
      return {
        config: Promise.resolve(new Response()),
        module: new Promise(() => undefined),
      };
    },
    hideSlots: () => 0,
    report: (...mistake) => seen.mistakes.push(mistake),
    setState: (state) => seen.states.push(state),
    load: (forceSync) => {
      seen.loads++;
      if (forceSync) seen.fresh++;
      if (given.fails) return Promise.reject(new Error("404"));
      return Promise.resolve({ start, handle: runWithoutSession });
    },
  };
  const runWithoutSession = (_: Options, [name, ...args]: Command): Promise<void> => {
    if (name === "profile.forget") seen.withdrawals++;
    safeCall(args.at(-1), name);
    return Promise.resolve();
  };
  const start = (from: Start): Promise<Client> => {
    seen.starts.push(from);
    const run = (command: Command): void => void seen.commands.push(command);
    const stop = (): void => {
      seen.stops++;
      if (given.broken) throw new Error("trapped");
    };
    const mode = from.purposes.keep ? "ready" : "memory";
    const client: Client = { mode, recording: Promise.resolve(mode), run, stop };
    return given.slow
      ? new Promise((resolve) => (arrive = () => resolve(client)))
      : Promise.resolve(client);
  };
  const take = openGate(host);
  return {
    seen,
    arrive: () => arrive(),
    say: (...command: Command) => take(command),
    tick: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

test("before consent nothing is loaded, and calls about the visitor are not kept", async () => {
  const { seen, say, tick } = stage();
  say("page", { topics: ["trip.city"] });
  say("track", "search", { destination: "lisbonne" });
  say("consent", "pending");
  await tick();
  assert.deepEqual([seen.loads, seen.states], [0, ["pending"]]);
  say("consent", "granted");
  say("track", "quote_start");
  await tick();
  assert.deepEqual(seen.commands, [["track", "quote_start"]]);
  assert.deepEqual(seen.states, ["pending", "ready"]);
});

test("a misspelt consent allows nothing, erases nothing, and is reported", async () => {
  for (const value of [
    undefined,
    "yes",
    "GRANTED",
    1,
    true,
    { personalise: "true" },
    { p: true },
  ]) {
    const { seen, say, tick } = stage({ stored: true });
    say("consent", value);
    await tick();
    const { starts, withdrawals, mistakes } = seen;
    assert.deepEqual([starts.length, withdrawals, mistakes], [0, 0, [["consent", value]]]);
  }
});

test("Global Privacy Control: no profile, no sync", async () => {
  const { seen, say, tick } = stage({ globalPrivacyControl: true });
  say("consent", "granted");
  await tick();
  assert.deepEqual(
    seen.starts.map(({ purposes }) => [purposes.keep, purposes.sync]),
    [[false, false]],
  );
  assert.equal(seen.states.at(-1), "memory");
});

test("prepared slots are filled after consent to keep only, and emptied when it ends", async () => {
  const { seen, say, tick } = stage();
  say("consent", "pending");
  say("consent", { personalise: true });
  await tick();
  assert.deepEqual([seen.fills, seen.requests], [[false], 1]);
  say("consent", "granted");
  say("consent", "granted");
  assert.deepEqual(seen.fills, [false, true]);
  say("consent", "denied");
  assert.deepEqual([seen.fills, seen.requests], [[false, true, false], 2]);
});

const ASKS = [
  "explain",
  "question",
  "render",
  "profile.get",
  "profile.export",
  "flush",
  "centre",
  "nonsense",
];
const DOES = ["reset", "profile.forget", "profile.import", "profile.pause", "profile.resume"];

test("whoever asks where nothing may be done is answered, once: what can be done without a client is", async () => {
  for (const given of [{}, { isBot: true }, { fails: true }]) {
    const { say, tick } = stage(given);
    const answers = new Map([...ASKS, ...DOES, "ready", "choose"].map((name) => [name, mock.fn()]));
    if ("fails" in given) say("consent", "granted");
    await tick();
    for (const [name, answer] of answers)
      say(name, ...(name === "ready" ? [] : ["home-hero"]), answer);
    await tick();
    // Some wait for the visitor's word.
    say("consent", "denied");
    await tick();
    for (const [name, answer] of answers) {
      assert.equal(answer.mock.callCount(), 1, `${name} of ${JSON.stringify(given)}`);
      const [result] = answer.mock.calls[0]?.arguments ?? [];
      if (ASKS.includes(name)) assert.equal(result, undefined);
      if (DOES.includes(name))
        assert.ok("fails" in given ? result instanceof Error : result === name, name);
    }
  }
});

test("of calls that nobody can keep, each is answered", async () => {
  const { say, tick, arrive } = stage({ slow: true });
  const answers = Array.from({ length: 300 }, () => mock.fn());
  say("consent", "granted");
  for (const answer of answers) say("explain", "home-hero", answer);
  await tick();
  assert.equal(answers.filter((answer) => answer.mock.callCount() === 1).length, 100);
  say("consent", "denied");
  arrive();
  await tick();
  assert.ok(answers.every((answer) => answer.mock.callCount() === 1));
});

test(
  "who asks to be forgotten before consent is, and who begins anew waits for it",
  { tags: ["r8"] },
  async () => {
    const { seen, say, tick } = stage();
    const done = mock.fn();
    say("profile.forget", done);
    say("consent", "granted");
    await tick();
    assert.deepEqual([seen.withdrawals, done.mock.callCount(), seen.starts.length], [1, 1, 1]);
  },
);

test("an assertion repeated starts nothing twice", { tags: ["f19"] }, async () => {
  const { seen, say, tick } = stage();
  for (let times = 0; times < 5; times++) say("consent", "granted");
  await tick();
  say("consent", { personalise: true, keep: true, sync: true });
  await tick();
  assert.deepEqual([seen.starts.length, seen.stops], [1, 0]);
});

test("a client that cannot be had leaves the default", { tags: ["f20"] }, async () => {
  const { seen, say, tick } = stage({ fails: true });
  const answer = mock.fn();
  say("consent", "granted");
  say("choose", "home-hero", answer);
  await tick();
  assert.deepEqual(answer.mock.calls[0]?.arguments, [{ placement: "home-hero", reason: "off" }]);
  assert.equal(seen.states.at(-1), "off");
});

test("bots get the default at once", { tags: ["f23"] }, async () => {
  const { seen, say, tick } = stage({ isBot: true });
  const answer = mock.fn();
  say("consent", "granted");
  say("choose", "home-hero", answer);
  await tick();
  assert.deepEqual([seen.loads, answer.mock.callCount(), seen.states], [0, 1, ["off"]]);
});

test("after a trap one new instance then off", { tags: ["f21"] }, async () => {
  const { seen, say, tick } = stage();
  say("consent", "granted");
  await tick();
  seen.starts[0]?.report("off");
  await tick();
  assert.deepEqual([seen.loads, seen.fresh, seen.states.at(-1)], [2, 1, "ready"]);
  seen.starts[1]?.report("off");
  await tick();
  assert.deepEqual([seen.loads, seen.states.at(-1)], [2, "off"]);
});

test("a failing callback stops nothing", async () => {
  const silent = mock.method(console, "error", () => undefined);
  const { seen, say, tick } = stage();
  say("ready", () => {
    throw new Error("the site's own");
  });
  say("consent", "denied");
  say("consent", "granted");
  await tick();
  assert.equal(seen.starts.length, 1);
  assert.equal(silent.mock.callCount(), 1);
  silent.mock.restore();
});

test("a withdrawal during a start erases what the start stored", { tags: ["f35"] }, async () => {
  const { seen, say, tick, arrive } = stage({ slow: true });
  say("consent", "granted");
  await tick();
  assert.equal(seen.starts[0]?.isCurrent(), true);
  say("consent", "denied");
  await tick();
  assert.deepEqual(
    [seen.starts.map(({ isCurrent }) => isCurrent()), seen.withdrawals],
    [[false], 1],
  );
  arrive();
  await tick();
  assert.deepEqual(
    [seen.stops, seen.withdrawals, seen.commands, seen.states.at(-1)],
    [1, 2, [], "denied"],
  );
});

test("a client that cannot stop does not swallow a withdrawal", { tags: ["f21"] }, async () => {
  const silent = mock.method(console, "error", () => undefined);
  const { seen, say, tick } = stage({ broken: true });
  say("consent", "granted");
  await tick();
  say("consent", "denied");
  await tick();
  assert.deepEqual([seen.withdrawals, seen.states.at(-1)], [1, "denied"]);
  silent.mock.restore();
});

test("what was taken off is not put on again for the next client", async () => {
  const { seen, say, tick } = stage();
  const [kept, taken] = [mock.fn(), mock.fn()];
  say("on", "search", kept);
  say("on", "search", taken);
  say("off", "search", taken);
  say("consent", "granted");
  await tick();
  assert.deepEqual(seen.commands, [["on", "search", kept]]);
});

test("withdrawal erases once, a pause does not, and a refusal erases only what an earlier page stored", async () => {
  const granted = stage();
  granted.say("consent", "granted");
  await granted.tick();
  granted.say("consent", "pending");
  await granted.tick();
  assert.deepEqual([granted.seen.stops, granted.seen.withdrawals], [1, 0]);
  granted.say("consent", "granted");
  await granted.tick();
  granted.say("consent", "denied");
  await granted.tick();
  assert.deepEqual(
    [granted.seen.stops, granted.seen.withdrawals, granted.seen.states.at(-1)],
    [2, 1, "denied"],
  );

  for (const stored of [false, true]) {
    const fresh = stage({ stored });
    fresh.say("consent", "denied");
    await fresh.tick();
    assert.deepEqual([fresh.seen.loads, fresh.seen.withdrawals], stored ? [1, 1] : [0, 0]);
  }
});

test("in 500 generated orders nothing reaches a client that consent does not allow at that moment", async () => {
  const says = [
    "granted",
    "denied",
    "pending",
    { personalise: true },
    { personalise: true, keep: true },
    { keep: true },
    "maybe",
  ];
  let random = 20_261_121;
  const draw = (below: number): number =>
    (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) % below;
  for (let order = 0; order < 500; order++) {
    const { seen, say, tick } = stage();
    let allowed = false;
    for (let step = 0; step < 12; step++) {
      const value = says[draw(says.length)];
      const before = seen.commands.length;
      if (draw(2) === 0) say("track", `${order}-${step}`);
      else say("consent", value);
      if (!allowed) assert.equal(seen.commands.length, before);
      if (draw(3) === 0) await tick();
      allowed = ["ready", "memory"].includes(seen.states.at(-1) ?? "");
    }
    await tick();
    const last = seen.starts.at(-1)?.purposes;
    if (["ready", "memory"].includes(seen.states.at(-1) ?? ""))
      assert.equal(last?.personalise, true);
    assert.ok(seen.stops <= seen.starts.length);
  }
});
