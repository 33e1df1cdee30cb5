/**
 * Browsers of one engine that stories use in turn: a browser that knows no page of the story comes out.
 * Must never lend one browser twice, nor a browser of a failed story again.
 * Each story has a host of its own (`nextHost`): storage, cookies and caches of the earlier ones are out of its reach.
 */
import { Visitor } from "./driver.mjs";

/** Stories until a browser is closed, so that what it keeps in memory stays bounded. */
const USES_MAX = 40;

/** @typedef {{ visitor: Visitor, uses: number }} Pooled */

export class BrowserPool {
  /** @type {Pooled[]} */
  #free = [];

  /** @param {import("./driver/engines.mjs").EngineName} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** Lends an open browser with one empty tab. @returns {Promise<Pooled>} */
  async borrow() {
    const free = this.#free.pop();
    if (free) {
      await free.visitor.browser?.renew();
      return free;
    }
    const visitor = new Visitor(this.engine);
    await visitor.open();
    return { visitor, uses: 0 };
  }

  /** Takes a browser back. @param {Pooled} used @param {boolean} isSound the story passed */
  async giveBack(used, isSound) {
    used.uses += 1;
    if (isSound && used.uses < USES_MAX) this.#free.push(used);
    else await used.visitor.leave();
  }

  /** Closes the browsers that are not lent. */
  async close() {
    for (const { visitor } of this.#free.splice(0)) await visitor.leave();
  }
}

/** Hosts of a byte, without 0 and 255. */
const BYTE_HOSTS = 254;
let hosts = 0;

/** A loopback address that no earlier story of this process had, from 127.0.1.1 on. @returns {string} */
export function nextHost() {
  const host = hosts++;
  return `127.0.${1 + Math.floor(host / BYTE_HOSTS)}.${1 + (host % BYTE_HOSTS)}`;
}
