/** Whatever is missing, blocked or wrong: the page keeps its own content, and nothing is thrown into it. */
import assert from "node:assert/strict";
import {
  answersTo,
  CITY_PAGES,
  CITY_QUOTE,
  flush,
  visitPages,
  slot,
  tell,
  untilState,
} from "../steps.mjs";
import { story } from "../story.mjs";

const BROKEN_CONFIG = JSON.stringify({
  version: 1,
  facets: { trip: { topics: ["city"] } },
  families: { towns: {} },
  placements: { "home-hero": {} },
  offers: [
    {
      id: "lisbonne",
      family: "twons",
      placements: ["home-hero"],
      content: { fr: { title: "Lisbonne" } },
    },
  ],
});

/** Words that ask, and words that do something. */
const ASKS = [
  ["explain", "home-hero"],
  ["question"],
  ["flush"],
  ["profile.get"],
  ["profile.export"],
  ["centre"],
  ["no-such-word"],
];
const DOES = [
  ["reset"],
  ["profile.pause"],
  ["profile.resume"],
  ["profile.import", "{}"],
  ["profile.forget"],
];

/** Storage as browsers refuse it: reading the name already throws. */
const DENIED = `for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}`;
/** A browser without memory for an instance. */
const NO_MEMORY = `WebAssembly.Instance = class { constructor() { throw new RangeError("WebAssembly.Instance(): Out of memory"); } };`;
/** Storage as some embedded browsers have it: not there. */
const ABSENT = `for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
  Object.defineProperty(window, name, { get: () => null });
}`;

/**
 * A story in which the engine cannot be had.
 * @param {string} name
 * @param {import("../story.mjs").StoryOptions} options
 * @param {(gate: import("../gate.mjs").Gate) => void} spoil
 */
const withoutEngine = (name, options, spoil) =>
  story(`${name}: the default stays`, options, async ({ visit, gate, at }) => {
    spoil(gate);
    const browser = await visit();
    await browser.open(at("/"));
    await untilState(browser, "pending");
    await browser.click("#consent-accept");
    await untilState(browser, "off");
    await assertDefault(browser);
  });

/** @param {import("../../browser/driver/browser.mjs").Browser} browser */
async function assertDefault(browser) {
  const hero = await slot(browser);
  assert.equal(hero.state, "default");
  assert.match(hero.text, /où faire escale/);
}

/** @param {string} name @param {import("../story.mjs").StoryOptions} options @param {string} prelude */
const withoutStorage = (name, options, prelude) =>
  story(
    `${name}: it works from memory, and the default stays`,
    options,
    async ({ visit, gate, at }) => {
      gate.prelude = prelude;
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "pending");
      await browser.click("#consent-accept");
      await untilState(browser, "memory");
      await assertDefault(browser);
      assert.deepEqual(gate.asked("/v1/sync"), [], "what is not kept is not sent");
    },
  );

export const faultStories = [
  withoutEngine("the module is missing", { tags: ["f20"] }, (gate) =>
    gate.answers.set("/escale/escale_bg.wasm", { status: 404 }),
  ),
  withoutEngine("the module is another one", { tags: ["f20"] }, (gate) =>
    gate.answers.set("/escale/escale_bg.wasm", {
      status: 200,
      type: "application/wasm",
      body: "\0asm\x01\0\0\0",
    }),
  ),
  withoutEngine("the module is of another type", { tags: ["f20"] }, (gate) =>
    gate.answers.set("/escale/escale_bg.wasm", {
      status: 200,
      type: "text/html",
      body: "<h1>404</h1>",
    }),
  ),
  withoutEngine("the policy forbids modules", { tags: ["f20"] }, (gate) => {
    gate.policy = (policy) => policy.replace("'wasm-unsafe-eval'", "");
    gate.expected = "policy";
  }),
  withoutEngine("there is no memory left", { tags: ["f22"] }, (gate) => (gate.prelude = NO_MEMORY)),
  withoutEngine("the client is missing", { tags: ["f20"] }, (gate) =>
    gate.answers.set("/escale/client.js", { status: 404 }),
  ),
  withoutEngine("the config is missing", { tags: ["f45"] }, (gate) =>
    gate.answers.set("/v1/config", { status: 404 }),
  ),
  withoutEngine("the config is no config", { tags: ["f45"] }, (gate) =>
    gate.answers.set("/v1/config", {
      status: 200,
      type: "application/octet-stream",
      body: "x".repeat(4_000),
    }),
  ),
  story(
    "what is loaded after the first choice is missing: offers still show, and whoever asks is answered",
    async ({ enter, gate, at }) => {
      const browser = await enter();
      await visitPages(browser, [...CITY_PAGES, CITY_QUOTE].map(at));
      // What the last page had not written yet would have to be taken up first, by what is missing here.
      await flush(browser);
      gate.answers.set("/escale/later.js", { status: 404 });
      await browser.open(at("/"));
      await untilState(browser, "memory");
      assert.equal((await slot(browser)).state, "offer");
      assert.deepEqual(
        await answersTo(browser, ASKS),
        ASKS.map(() => "nothing"),
      );
      assert.deepEqual(
        await answersTo(browser, DOES),
        DOES.map(() => "no code"),
        "none says that it was done",
      );
      gate.answers.clear();
      gate.answers.set("/escale/full", { status: 404 });
      await visitPages(browser, [at("/")]);
      assert.deepEqual(
        await answersTo(browser, [["profile.get"], ["profile.export"], ["explain", "home-hero"]]),
        ["nothing", "nothing", "nothing"],
      );
      assert.deepEqual(
        await answersTo(browser, [["profile.pause"], ["profile.resume"], ["profile.forget"]]),
        ["nothing", "nothing", "nothing"],
      );
    },
  ),

  withoutStorage("storage is denied", { tags: ["f01"] }, DENIED),
  withoutStorage("storage is absent", { tags: ["f02"] }, ABSENT),

  story(
    "the module comes too late: the default stays, then it works",
    { tags: ["f20"] },
    async ({ visit, gate, at }) => {
      let release = () => {};
      gate.held.set("/escale/escale_bg.wasm", new Promise((resolve) => (release = resolve)));
      gate.deadlineMs = 50;
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "pending");
      await browser.click("#consent-accept");
      await browser.run(
        (/** @type {number} */ waitMs) =>
          void Object.assign(window, { lateFrom: performance.now() + 2 * waitMs }),
        gate.deadlineMs,
      );
      await browser.until(
        "the deadline to be over",
        () => performance.now() > /** @type {any} */ (window).lateFrom,
      );
      release();
      await untilState(browser, "ready");
      assert.equal((await slot(browser)).reason, "deadline");
      await assertDefault(browser);
    },
  ),

  story(
    "a config with a fault is reported once, with its place and a hint, and the default stays",
    { tags: ["f45"] },
    async ({ visit, gate, at }) => {
      gate.answers.set("/broken.json", {
        status: 200,
        type: "application/json",
        body: BROKEN_CONFIG,
      });
      gate.rewrite = (html) => html.replace(/data-config="[^"]*"/, 'data-config="/broken.json"');
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "pending");
      await browser.click("#consent-accept");
      await untilState(browser, "off");
      await assertDefault(browser);
      await gate.untilReported("/offers/0/family");
      const found = gate.reports.filter(({ text }) => text.includes("/offers/0/family"));
      assert.equal(found.length, 1, JSON.stringify(gate.reports));
      assert.match(found[0]?.text ?? "", /towns/, "the hint names the family that was meant");
    },
  ),

  story("unknown placements, events and commands are survived", async ({ enter, at }) => {
    const browser = await enter();
    for (const command of [
      ["track", "teleported"],
      ["track"],
      ["track", "search", { start_date: "tomorrow" }],
      ["no-such-word"],
      ["choose"],
      [],
    ]) {
      await tell(browser, ...command);
    }
    await browser.run(() => {
      const element = document.createElement("escale-offer");
      element.setAttribute("placement", "nowhere");
      document.body.append(element);
    });
    assert.equal((await slot(browser, "nowhere")).state, "default");
    await visitPages(browser, [...CITY_PAGES, CITY_QUOTE, "/"].map(at));
    assert.equal((await slot(browser)).state, "offer", "and it still works");
  }),
];
