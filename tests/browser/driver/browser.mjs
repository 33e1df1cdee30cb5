/**
 * A browser under test: where to go and what to do goes in, what the page says comes out.
 * Must never wait for a span of time: every wait names its condition and has a limit.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ELEMENT_KEY, Element } from "./element.mjs";
import { pause } from "./launch.mjs";
import { command } from "./wire.mjs";

/** Long enough for a busy machine: a condition that holds is seen at once anyway. */
const WAIT_LIMIT_MS = 60_000;
const POLL_MS = 25;

/** The size of a window when a story begins, in CSS pixels. */
export const [WIDTH, HEIGHT] = [1280, 900];

/** Errors that only mean "not yet" while a page is being replaced or built. */
const NOT_YET = new Set([
  "no such element",
  "stale element reference",
  "javascript error",
  "no such execution context",
]);

/** Keys that have no letter, as the standard codes them. */
export const KEYS = { tab: "\uE004", enter: "\uE007", escape: "\uE00C" };

/** Finds an element in shadow roots, as a function of the page. @param {string} css @returns {any} */
function inShadow(css) {
  /** @type {any} */
  let found = document;
  for (const part of css.split(" >>> ")) found = (found?.shadowRoot ?? found)?.querySelector(part);
  return found;
}

/**
 * Text of anything that a page throws: an error of whatever realm, or a plain object.
 * `String` would show the validation errors of a rejected config as "[object Object]".
 * Runs in the page.
 * @param {any} thrown
 */
const describe = (thrown) =>
  typeof thrown?.stack === "string"
    ? `${String(thrown)}\n${thrown.stack}`
    : typeof thrown === "object"
      ? JSON.stringify(thrown)
      : String(thrown);

export class Browser {
  /**
   * @param {import("./engines.mjs").EngineName} engine
   * @param {string} base address of the session
   */
  constructor(engine, base) {
    this.engine = engine;
    this.base = base;
  }

  /**
   * @param {"GET" | "POST" | "DELETE"} method
   * @param {string} path
   * @param {object} [body]
   */
  send(method, path, body) {
    return command(this.base, method, path, body);
  }

  /** Opens an address and waits for the page's load event. @param {string} url */
  open(url) {
    return this.send("POST", "/url", { url });
  }

  reload() {
    return this.send("POST", "/refresh");
  }

  back() {
    return this.send("POST", "/back");
  }

  /** The address of the page. @returns {Promise<string>} */
  address() {
    return this.send("GET", "/url");
  }

  /**
   * Runs a function in the page; it sees only its arguments, and answers with JSON. What it leaves for later goes on
   * `window`: Firefox gives each function a `globalThis` of its own.
   * @param {Function} body
   * @param {...unknown} args
   */
  run(body, ...args) {
    return this.send("POST", "/execute/sync", {
      script: `return (${body.toString()}).apply(null, arguments)`,
      args,
    });
  }

  /**
   * Runs an asynchronous function in the page and waits for what it resolves to.
   * @param {Function} body
   * @param {...unknown} args
   */
  async runAsync(body, ...args) {
    const script = `const args = [...arguments], done = args.pop();
      (${body.toString()}).apply(null, args).then((value) => done({ value }), (error) => done({ error: (${describe.toString()})(error) }));`;
    const { value, error } = await this.send("POST", "/execute/async", { script, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /**
   * Waits until a function of the page answers with something true, and returns it.
   * @param {string} what is waited for, as the error will say it
   * @param {Function} condition
   * @param {...unknown} args
   */
  until(what, condition, ...args) {
    return this.#poll(what, () => this.run(condition, ...args));
  }

  /**
   * Waits for an element and returns it. `a >>> b` finds `b` in the shadow root of `a`.
   * @param {string} css @returns {Promise<Element>}
   */
  find(css) {
    if (css.includes(" >>> "))
      return this.#poll(`element ${css}`, async () => {
        const found = await this.run(inShadow, css);
        return found && new Element(this, found[ELEMENT_KEY]);
      });
    return this.#poll(`element ${css}`, async () => {
      const found = await this.send("POST", "/element", { using: "css selector", value: css });
      return new Element(this, found[ELEMENT_KEY]);
    });
  }

  /** Waits for an element that a person could click, and clicks it. @param {string} css */
  async click(css) {
    await this.until(
      `${css} to be shown`,
      (/** @type {string} */ selector) => {
        /** @type {any} */
        let element = document;
        for (const part of selector.split(" >>> "))
          element = (element?.shadowRoot ?? element)?.querySelector(part);
        return !!element && element.getClientRects().length > 0;
      },
      css,
    );
    const found = await this.find(css);
    // Chromium's driver does not scroll to an element of a shadow root.
    if (css.includes(" >>> "))
      await this.run(
        (/** @type {globalThis.Element} */ element) =>
          element.scrollIntoView({ block: "center", behavior: "instant" }),
        found,
      );
    await found.click();
  }

  /** Presses keys one after the other, on whatever has the focus. @param {...string} keys */
  press(...keys) {
    const actions = keys.flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    return this.send("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** The open tabs. @returns {Promise<string[]>} */
  tabs() {
    return this.send("GET", "/window/handles");
  }

  /** Opens an empty tab, goes to it, and returns it. @returns {Promise<string>} */
  async newTab() {
    const { handle: tab } = await this.send("POST", "/window/new", { type: "tab" });
    await this.goTo(tab);
    return tab;
  }

  /** @param {string} tab */
  goTo(tab) {
    return this.send("POST", "/window", { handle: tab });
  }

  /** Closes the tab in front; another one must be chosen next. @returns {Promise<string[]>} */
  closeTab() {
    return this.send("DELETE", "/window");
  }

  /** Leaves everything that is open: one empty tab of the usual size remains. */
  async renew() {
    const old = await this.tabs();
    const fresh = await this.newTab();
    for (const tab of old) {
      await this.goTo(tab);
      await this.closeTab();
    }
    await this.goTo(fresh);
    await this.resize(WIDTH, HEIGHT);
  }

  /** @param {number} width @param {number} height in CSS pixels */
  resize(width, height) {
    return this.send("POST", "/window/rect", { width, height });
  }

  /** Writes what the window shows to a PNG file. @param {string} path */
  async screenshot(path) {
    const png = await this.send("GET", "/screenshot");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(png, "base64"));
  }

  /**
   * @template T
   * @param {string} what
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T>}
   */
  async #poll(what, attempt) {
    const end = Date.now() + WAIT_LIMIT_MS;
    let last = "";
    while (Date.now() < end) {
      try {
        const value = await attempt();
        if (value) return value;
        last = "";
      } catch (error) {
        if (!NOT_YET.has(/** @type {any} */ (error).code)) throw error;
        last = ` (${/** @type {Error} */ (error).message})`;
      }
      await pause(POLL_MS);
    }
    throw new Error(`waited ${WAIT_LIMIT_MS} ms for ${what} at ${await this.address()}${last}`);
  }
}
