/**
 * What visitors of the demo do, and what can be seen of it: a browser goes in, deeds and findings come out.
 * Must never reach into Escale: only the page, the public commands, and what lies in the browser's storage.
 */

/** @typedef {import("../browser/driver/browser.mjs").Browser} Browser */

export const CITY_PAGES = [
  "/voyages/lisbonne-3-nuits.html",
  "/voyages/porto-week-end.html",
  "/voyages/prague-week-end.html",
];
export const CITY_QUOTE = "/devis.html?voyage=seville-3-nuits";
export const EXOTIC_PAGES = [
  "/voyages/bali-9-nuits.html",
  "/voyages/zanzibar-8-nuits.html",
  "/voyages/martinique-8-nuits.html",
];
export const EXOTIC_QUOTE = "/devis.html?voyage=maurice-7-nuits";

/**
 * Waits until Escale has come to rest in a state. Having switched itself off instead fails at once.
 * @param {Browser} browser
 * @param {string[]} states
 */
export async function untilState(browser, ...states) {
  const wanted = `Escale to be ${states.join(" or ")}`;
  const seen = () => browser.run(() => document.documentElement.dataset["escale"] ?? "not there");
  const state = await browser
    .until(
      wanted,
      (/** @type {string[]} */ ends) =>
        ends.find((end) => end === document.documentElement.dataset["escale"]),
      [...states, "off"],
    )
    .catch(async (error) => Promise.reject(new Error(`${error.message}; it is ${await seen()}`)));
  if (!states.includes(state))
    throw new Error(`waited for ${wanted} at ${await browser.address()}; it is ${state}`);
}

/** Opens the site and agrees to everything. @param {Browser} browser @param {string} home */
export async function arriveAndAccept(browser, home) {
  await browser.open(home);
  await untilState(browser, "pending");
  await browser.click("#consent-accept");
  await untilState(browser, "ready");
}

/** Looks at pages one after the other, as a person does: each is open until Escale is ready. @param {Browser} browser @param {string[]} addresses */
export async function visitPages(browser, addresses) {
  for (const address of addresses) {
    await browser.open(address);
    await untilState(browser, "ready");
  }
}

/** The state of Escale in which it decides; in all others the page's own content was never touched. */
const DECIDES = ["ready", "memory"];

/**
 * Content of a placement, once Escale has decided or has reported that it will not.
 * @param {Browser} browser
 * @param {string} [placement]
 * @returns {Promise<{ state: "offer" | "default", offer?: string, reason?: string, text: string }>}
 */
export const slot = (browser, placement = "home-hero") =>
  browser.until(
    `the slot ${placement} to be decided`,
    (/** @type {string} */ name, /** @type {string[]} */ decides) => {
      const element = /** @type {HTMLElement} */ (
        document.querySelector(`escale-offer[placement="${name}"]`)
      );
      const { escaleState, escaleOffer: offer, escaleReason: reason } = element.dataset;
      const { escale } = document.documentElement.dataset;
      const isComplete =
        escaleState !== undefined || (escale !== undefined && !decides.includes(escale));
      return (
        isComplete && { state: escaleState ?? "default", offer, reason, text: element.innerText }
      );
    },
    placement,
    DECIDES,
  );

/** Waits until all that happened is written and, with consent, sent. @param {Browser} browser */
export const flush = (browser) =>
  browser.runAsync(
    () => new Promise((done) => /** @type {any} */ (window).escale("flush", () => done(true))),
  );

/** Everything that is kept of the visitor, as Escale gives it out. @param {Browser} browser */
export const exported = (browser) =>
  browser.runAsync(
    () => new Promise((done) => /** @type {any} */ (window).escale("profile.export", done)),
  );

/**
 * Waits until at least so many page views are written, and returns their number. The story's limit bounds the wait.
 * @param {Browser} browser
 * @param {number} least
 * @returns {Promise<number>}
 */
export async function viewsOnce(browser, least) {
  for (;;) {
    await flush(browser);
    const views = (await exported(browser)).knowledge.counts.page_views ?? 0;
    if (views >= least) return views;
  }
}

/**
 * The decision on the home page's offer, from the exported profile. Falsy until the moment is set.
 * @param {string} moment
 */
export function keptDecision(moment) {
  const page = /** @type {any} */ (window);
  page.escale("profile.export", (/** @type {any} */ profile) => (page.exportedProfile = profile));
  const kept = page.exportedProfile?.knowledge.decisions.find(
    (/** @type {any} */ { placement }) => placement === "home-hero",
  );
  return kept?.[moment] && kept;
}

/** Every place of the browser where a site can leave something. @param {Browser} browser */
export const storage = (browser) =>
  browser.runAsync(async () => ({
    local: Object.keys(localStorage).sort(),
    session: Object.keys(sessionStorage).sort(),
    cookies: document.cookie,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }));

/**
 * Content of Escale's database, by key. Empty without a database.
 * @param {Browser} browser
 * @returns {Promise<Record<string, any>>}
 */
export const kept = (browser) =>
  browser.runAsync(async () => {
    const names = (await indexedDB.databases())
      .map(({ name }) => name ?? "")
      .filter((name) => name.startsWith("escale:"));
    /** @type {Record<string, any>} */
    const found = {};
    const ask = (/** @type {IDBRequest} */ request) =>
      new Promise((resolve, reject) =>
        Object.assign(request, {
          onsuccess: () => resolve(request.result),
          onerror: () => reject(new Error(String(request.error))),
        }),
      );
    for (const name of names) {
      const database = /** @type {IDBDatabase} */ (await ask(indexedDB.open(name)));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        for (const key of /** @type {string[]} */ (await ask(rows.getAllKeys()))) {
          const value = await ask(rows.get(key));
          found[key] = { secret: value?.secret, version: value?.version };
        }
      }
      database.close();
    }
    return found;
  });

/** Everything that lies in the browser's storage, as one text; bytes as letters. @param {Browser} browser @returns {Promise<string>} */
export const everything = (browser) =>
  browser.runAsync(async () => {
    const ask = (/** @type {IDBRequest} */ request) =>
      new Promise((resolve, reject) =>
        Object.assign(request, {
          onsuccess: () => resolve(request.result),
          onerror: () => reject(new Error(String(request.error))),
        }),
      );
    const asText = (/** @type {unknown} */ value) =>
      JSON.stringify(value, (_, /** @type {unknown} */ part) =>
        ArrayBuffer.isView(part)
          ? String.fromCharCode(.../** @type {Uint8Array} */ (part))
          : part instanceof Map
            ? [...part]
            : part,
      );
    const found = [document.cookie, asText({ ...localStorage }), asText({ ...sessionStorage })];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = /** @type {IDBDatabase} */ (await ask(indexedDB.open(name)));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        found.push(name, asText(await ask(rows.getAllKeys())), asText(await ask(rows.getAll())));
      }
      database.close();
    }
    return found.join("\n");
  });

/**
 * Answer of the server for a visitor's stored data.
 * @param {string} origin
 * @param {string} secret
 */
export async function heldByServer(origin, secret) {
  const answer = await fetch(`${origin}/v1/me?site=demo`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  return {
    status: answer.status,
    body: /** @type {any} */ (await answer.json().catch(() => null)),
  };
}

/**
 * Signs in and waits until the server has accepted the token. Signs in on the account page, or on
 * the current page if `account` is `undefined`.
 * @param {Browser} browser
 * @param {string | undefined} account
 * @param {string} email
 */
export async function signIn(browser, account, email) {
  if (account !== undefined) await browser.open(account);
  await untilState(browser, "ready");
  await browser.run(() =>
    /** @type {any} */ (window).escale("on", "identify", () =>
      Object.assign(window, { isIdentified: true }),
    ),
  );
  await (await browser.find("#login input[name=email]")).type(email);
  await browser.click("#login button[type=submit]");
  await browser.until(
    "the customer to be identified",
    () => /** @type {any} */ (window).isIdentified === true,
  );
}

/**
 * Answers of commands to their callbacks, called one after the other.
 * Each is an error's code (or `no code`), `nothing`, or `something`.
 * @param {Browser} browser
 * @param {unknown[][]} commands
 * @returns {Promise<string[]>}
 */
export const answersTo = (browser, commands) =>
  browser.runAsync(
    async (/** @type {unknown[][]} */ ...all) => {
      const outcomes = [];
      for (const command of all) {
        const given = /** @type {any} */ (
          await new Promise((done) => /** @type {any} */ (window).escale(...command, done))
        );
        // A driver's scripts may have an `Error` of their own.
        outcomes.push(
          Object.prototype.toString.call(given) === "[object Error]"
            ? (given.code ?? "no code")
            : given === undefined
              ? "nothing"
              : "something",
        );
      }
      return outcomes;
    },
    ...commands,
  );

/** Gives a command to Escale, as a site's own script would. @param {Browser} browser @param {...unknown} command */
export const tell = (browser, ...command) =>
  browser.run(
    (/** @type {unknown[]} */ ...args) => void (/** @type {any} */ (window).escale(...args)),
    ...command,
  );
