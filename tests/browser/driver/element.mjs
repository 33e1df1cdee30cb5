/**
 * One element of a page, as a WebDriver knows it: what a person does to it goes in, what it shows comes out.
 * Must never act by script where a person would act by hand: clicks and keys are the driver's own.
 */

/** The key under which the standard puts an element's reference. */
export const ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf";

export class Element {
  /**
   * @param {import("./browser.mjs").Browser} browser
   * @param {string} id
   */
  constructor(browser, id) {
    this.browser = browser;
    this.id = id;
  }

  click() {
    return this.#command("POST", "click");
  }

  /** @param {string} text */
  type(text) {
    return this.#command("POST", "value", { text });
  }

  clear() {
    return this.#command("POST", "clear");
  }

  /** The text as rendered. */
  text() {
    return this.#command("GET", "text");
  }

  isShown() {
    return this.#command("GET", "displayed");
  }

  /** @param {string} name */
  attribute(name) {
    return this.#command("GET", `attribute/${name}`);
  }

  /** As an argument of a script. */
  toJSON() {
    return { [ELEMENT_KEY]: this.id };
  }

  /**
   * @param {"GET" | "POST"} method
   * @param {string} command
   * @param {object} [body]
   */
  #command(method, command, body) {
    return this.browser.send(method, `/element/${this.id}/${command}`, body);
  }
}
