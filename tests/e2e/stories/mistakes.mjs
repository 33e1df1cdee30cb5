/** Mistakes of a site: each is one line on the console with its remedy, and stands in the inspector. */
import assert from "node:assert/strict";
import { arriveAndAccept, kept, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";

/** @param {import("../gate.mjs").Gate} gate */
const lines = (gate) =>
  gate.reports.filter(({ kind }) => kind === "console").map(({ text }) => text);

/** Adds slots and topics to the home page. @param {string} html */
const withMistakes = (html) =>
  html
    .replace(" data-inspect=", ' data-cosent="tcf" data-auto="never" data-inspect=')
    .replace(
      "<main ",
      '<main data-escale-topics="trip.cty"><escale-offer placement="home_hero"></escale-offer></main><main ',
    );

export const mistakeStories = [
  story("a misspelt consent pauses, erases nothing, and is named", async ({ visit, gate, at }) => {
    const browser = await visit();
    await arriveAndAccept(browser, at("/"));
    await gate.until("/v1/sync");
    const before = await kept(browser);
    for (const [consent, line] of /** @type {[unknown, string][]} */ ([
      [true, 'consent(true) says nothing. Write consent("granted")'],
      ["accepted", 'consent("accepted") says nothing. Write consent("granted")'],
      [{ personalize: true, keep: true }, 'no purpose "personalize" (did you mean personalise?)'],
    ])) {
      await tell(browser, "consent", consent);
      await gate.untilReported(line);
      await untilState(browser, "pending");
    }
    assert.deepEqual(await kept(browser), before);
    assert.deepEqual(gate.asked("/v1/me"), []);
    await tell(browser, "consent", "granted");
    await untilState(browser, "ready");
  }),

  story(
    "misspelt options, placements, topics, events and fields are named once",
    async ({ visit, gate, at }) => {
      gate.rewrite = withMistakes;
      const browser = await visit();
      await arriveAndAccept(browser, at("/?escale=inspect"));
      await tell(browser, "track", "quotestart");
      await tell(browser, "track", "search", { destinaton: "lisbonne" });
      await tell(browser, "track", "booking", { id: "B1", value: "1,299" });
      await tell(browser, "track", "booking", { id: "B1", start_date: "31/12/2026" });
      await tell(browser, "track", "search", { topics: ["trip.cty"], destinaton: "porto" });
      await tell(browser, "trak", "search");
      const expected = [
        "there is no option data-cosent. Did you mean data-consent?",
        'data-auto is "never". It must be "off", or left out.',
        'the config has no placement "home_hero". Did you mean "home-hero"?',
        'the config has no topic "trip.cty". Did you mean "trip.city"?',
        'track("quotestart"): unknown event. Did you mean "quote_start"?',
        'the field "destinaton" is not read. Did you mean "destination"?',
        'the value "1,299" has two readings. Give a number.',
        'track("booking"): bad field "start_date".',
        'there is no command "trak". Did you mean "track"?',
      ];
      for (const line of expected) await gate.untilReported(line);
      for (const line of expected)
        assert.equal(lines(gate).filter((text) => text.includes(line)).length, 1, line);
      const panel = () =>
        browser.run(
          () =>
            document.querySelector("escale-inspector")?.shadowRoot?.querySelector("section")
              ?.innerText ?? "",
        );
      await browser.until("the mistakes in the inspector", () => {
        const root = document.querySelector("escale-inspector")?.shadowRoot;
        return (root?.querySelectorAll(".mistakes li").length ?? 0) > 4;
      });
      assert.match(await panel(), /Did you mean "home-hero"/);
    },
  ),

  story("a second tag of the snippet is named", async ({ visit, gate, at }) => {
    gate.rewrite = (html) =>
      html.replace(/<script async src="\/escale\/escale\.js"[^>]*><\/script>/, "$&$&");
    const browser = await visit();
    await arriveAndAccept(browser, at("/"));
    await gate.untilReported("this page has two tags of escale.js");
  }),

  story("a driven browser is named, with the attribute for tests", async ({ visit, gate, at }) => {
    gate.rewrite = (html) => html.replace(' data-bots="allow"', "");
    const browser = await visit();
    await browser.open(at("/"));
    await untilState(browser, "off");
    await gate.untilReported("off: driven browser, no data-bots");
  }),

  story("a slot that waited in vain is named", async ({ visit, gate, at }) => {
    gate.deadlineMs = 1;
    const browser = await visit();
    await browser.open(at("/"));
    await tell(browser, "consent", "granted");
    await untilState(browser, "ready");
    await gate.untilReported('"home-hero" keeps its default content: the engine came after');
  }),
];
