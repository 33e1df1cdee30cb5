/**
 * The wire to a WebDriver: a method, a path and a JSON body go in, the `value` of the answer comes out.
 * Must never retry: a command that failed may have been carried out.
 *
 * By hand, because the npm package `webdriver` 9 (tried in all three engines) would replace this
 * file alone. It returns "no such element" as a value and has 125 dependencies.
 * It starts neither WebKitGTK nor a browser with a persistent profile.
 */

const COMMAND_LIMIT_MS = 90_000;

/**
 * Rejected command of a WebDriver, with the error code of the W3C table ("no such element", "script
 * timeout"…).
 */
export class WireError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(`${code}: ${message}`);
    this.name = "WireError";
    this.code = code;
  }
}

/**
 * Sends one command.
 * @param {string} base address of the driver or of a session, without a final slash
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} path with its first slash
 * @param {object} [body] of a POST; the standard asks for an object even where there is nothing to say
 */
export async function command(base, method, path, body = {}) {
  const answer = await fetch(base + path, {
    method,
    body: method === "POST" ? JSON.stringify(body) : null,
    headers: { "content-type": "application/json; charset=utf-8" },
    signal: AbortSignal.timeout(COMMAND_LIMIT_MS),
  });
  const { value } = /** @type {{ value: any }} */ (await answer.json());
  if (!answer.ok)
    throw new WireError(value?.error ?? `HTTP ${answer.status}`, value?.message ?? "");
  return value;
}
