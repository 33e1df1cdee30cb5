/** Sync: data sent to the server, its delivery to the customer's other browsers, and erasure. */
import assert from "node:assert/strict";
import {
  CITY_PAGES,
  CITY_QUOTE,
  answersTo,
  arriveAndAccept,
  flush,
  heldByServer,
  kept,
  visitPages,
  signIn,
  slot,
  storage,
  tell,
  untilState,
} from "../steps.mjs";
import { story } from "../story.mjs";
import { isAbout } from "./taste.mjs";

const ERASED_WITHIN_MS = 10_000;
const CUSTOMER = "camille@example.org";

/** Waits until nothing is left of Escale in the browser, not even an erasure that is still owed. @param {import("../../browser/driver/browser.mjs").Browser} browser */
async function untilGone(browser) {
  const end = Date.now() + ERASED_WITHIN_MS;
  let left = await kept(browser);
  while (Object.keys(left).length > 0) {
    assert.ok(Date.now() < end, `still kept: ${Object.keys(left).join(", ")}`);
    left = await kept(browser);
  }
}

export const syncStories = [
  story("the profile reaches the server", async ({ enter, gate, at }) => {
    const browser = await enter();
    await visitPages(browser, CITY_PAGES.map(at));
    await flush(browser);
    const { secret } = (await kept(browser))["visitor"];
    const { status, body } = await heldByServer(gate.origin, secret);
    assert.equal(status, 200);
    assert.deepEqual(
      body.replicas.map((/** @type {any} */ { profile }) => profile.counts.page_views),
      [1 + CITY_PAGES.length],
    );
  }),

  story(
    "another browser of the same customer receives what the first one knows",
    async ({ enter, engine, at }) => {
      const email = `${engine}-${CUSTOMER}`;
      const home = await enter();
      await visitPages(home, [...CITY_PAGES, CITY_QUOTE].map(at));
      await signIn(home, at("/compte.html"), email);
      await flush(home);

      const office = await enter();
      assert.equal((await slot(office)).state, "default");
      await signIn(office, at("/compte.html"), email);
      await visitPages(office, [at("/")]);
      const hero = await slot(office);
      assert.equal(hero.state, "offer");
      assert.ok(isAbout(hero.offer, "trip.city"), `${hero.offer} is about city trips`);
    },
  ),

  story(
    "forgotten in one browser, a customer is gone from the others and from the server",
    { tags: ["r8"] },
    async ({ visit, engine, gate, at }) => {
      const email = `${engine}-forgotten-${CUSTOMER}`;
      const [home, office] = [await visit(), await visit()];
      const secrets = [];
      for (const browser of [home, office]) {
        await arriveAndAccept(browser, at("/"));
        await signIn(browser, at("/compte.html"), email);
        await flush(browser);
        secrets.push((await kept(browser))["visitor"].secret);
      }
      await home.runAsync(
        () =>
          new Promise((done) =>
            /** @type {any} */ (window).escale("profile.forget", () => done(true)),
          ),
      );
      await untilGone(home);
      for (const secret of secrets)
        assert.equal((await heldByServer(gate.origin, secret)).status, 410);
      await tell(office, "track", "search", { destination: "bali" });
      await flush(office);
      await untilGone(office);
    },
  ),

  story(
    "forgotten while consent is undecided, it is gone here and on the server",
    { tags: ["r8"] },
    async ({ enter, gate, at }) => {
      const browser = await enter();
      await visitPages(browser, CITY_PAGES.map(at));
      await flush(browser);
      const { secret } = (await kept(browser))["visitor"];
      await tell(browser, "consent", "pending");
      await untilState(browser, "pending");
      const { ["visitor"]: still } = await kept(browser);
      assert.equal(still.secret, secret, "undecided, nothing is erased by itself");
      assert.deepEqual(
        await answersTo(browser, [["profile.import", "{}"], ["profile.pause"], ["profile.get"]]),
        ["not_kept", "not_kept", "nothing"],
      );
      assert.deepEqual(await answersTo(browser, [["profile.forget"]]), ["nothing"]);
      await untilGone(browser);
      assert.equal((await heldByServer(gate.origin, secret)).status, 410);
    },
  ),

  story(
    "a server that cannot answer is asked again for the customer, and the token is not blamed",
    { tags: ["f27"] },
    async ({ enter, engine, gate, at }) => {
      const browser = await enter();
      gate.answers.set("/v1/identify", {
        status: 200,
        type: "text/html",
        body: "the log-in page of a hotel",
      });
      await browser.open(at("/compte.html"));
      await untilState(browser, "ready");
      await browser.run(() =>
        /** @type {any} */ (window).escale("on", "error", (/** @type {any} */ error) =>
          Object.assign(window, { blamed: error.code }),
        ),
      );
      const signed = signIn(browser, undefined, `${engine}-again-${CUSTOMER}`);
      await Promise.race([signed, gate.until("/v1/identify")]);
      gate.answers.delete("/v1/identify");
      await signed;
      assert.ok(gate.asked("/v1/identify").length >= 2);
      assert.equal(
        await browser.run(() => /** @type {any} */ (window).blamed ?? "nothing"),
        "nothing",
      );
    },
  ),

  story(
    "withdrawn, it is gone here, in the other tab and on the server",
    { tags: ["f35"] },
    async ({ enter, gate, at }) => {
      const browser = await enter();
      await visitPages(browser, [...CITY_PAGES, CITY_QUOTE, "/"].map(at));
      assert.equal((await slot(browser)).state, "offer");
      await flush(browser);
      const { secret } = (await kept(browser))["visitor"];
      assert.equal((await heldByServer(gate.origin, secret)).status, 200);

      const [first = ""] = await browser.tabs();
      await browser.newTab();
      await visitPages(browser, [at("/vie-privee.html")]);
      await browser.click("#withdraw");
      await untilState(browser, "denied");
      await untilGone(browser);
      assert.equal((await heldByServer(gate.origin, secret)).status, 410);
      assert.deepEqual((await storage(browser)).local, ["voyages-consent"]);

      await browser.goTo(first);
      await untilState(browser, "denied");
      assert.equal((await slot(browser)).state, "default");
      assert.deepEqual(await kept(browser), {});
    },
  ),

  story("a server that is down changes nothing for the visitor", async ({ enter, gate, at }) => {
    gate.answers.set("/v1/sync", { status: 503 });
    const browser = await enter();
    await visitPages(browser, [...CITY_PAGES, CITY_QUOTE, "/"].map(at));
    assert.equal((await slot(browser)).state, "offer");
  }),
];
