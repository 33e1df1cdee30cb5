/**
 * A gate between a browser and the demo's server: requests go through it. A list of them comes out,
 * with the errors of the pages. It can answer in the server's place. Must never change a page,
 * except for a witness script before the page's own and the deadline of slots.
 */
import { EventEmitter, once } from "node:events";
import { createServer, request as send } from "node:http";
import { readFile } from "node:fs/promises";
import { nextHost } from "../browser/pool.mjs";

const WITNESS_PATH = "/e2e/witness.js";
const REPORT_PATH = "/e2e/report";
const WITNESS = new URL("witness.js", import.meta.url);

/**
 * @typedef {{ status: number, type?: string, body?: string }} Answer
 * @typedef {{ kind: "error" | "policy" | "console", text: string, page: string }} Report
 */

export class Gate {
  /** Requests of the browser: method and path with query. @type {string[]} */
  requests = [];
  /** `Referer` of each request that has one, behind its path. @type {string[]} */
  referrers = [];
  /** Bodies of all requests that pages sent to the server. */
  sent = "";
  /** @type {Report[]} */
  reports = [];
  #heard = new EventEmitter();
  /** Answers in the server's place, by the path's beginning. @type {Map<string, Answer>} */
  answers = new Map();
  /** Changes a page on its way. @type {(html: string) => string} */
  rewrite = (html) => html;
  /** Time that a slot waits for its offer. Long, so that a busy machine changes no result. */
  deadlineMs = 60_000;
  /** Requests that wait, by the path's beginning, until their promise resolves. @type {Map<string, Promise<void>>} */
  held = new Map();
  /** Changes a page's Content-Security-Policy on its way. @type {(policy: string) => string} */
  policy = (policy) => policy;
  /** Kind of report that a story causes on purpose. @type {Report["kind"] | undefined} */
  expected = undefined;
  /** Script that runs before the witness and the page's own scripts. */
  prelude = "";

  /** @param {string} server origin behind the gate */
  constructor(server) {
    this.server = new URL(server);
    this.http = createServer((request, response) => void this.#pass(request, response));
    this.host = nextHost();
    this.origin = "";
  }

  async open() {
    this.http.listen(0, this.host);
    await once(this.http, "listening");
    this.origin = `http://${this.host}:${/** @type {import("node:net").AddressInfo} */ (this.http.address()).port}`;
  }

  async close() {
    const closed = once(this.http, "close");
    this.http.close();
    this.http.closeAllConnections();
    await closed;
  }

  /** The requests whose path begins so. @param {string} prefix */
  asked(prefix) {
    return this.requests.filter((request) => request.split(" ")[1]?.startsWith(prefix));
  }

  /** Until somebody asks for such a path. @param {string} prefix */
  async until(prefix) {
    while (this.asked(prefix).length === 0) await once(this.#heard, "request");
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #pass(request, response) {
    const path = request.url ?? "/";
    if (path === WITNESS_PATH) return this.#witness(response);
    if (path === REPORT_PATH) return this.#note(request, response);
    this.requests.push(`${request.method} ${path}`);
    if (request.headers.referer) this.referrers.push(`${path} ${request.headers.referer}`);
    this.#heard.emit("request");
    await [...this.held].find(([prefix]) => path.startsWith(prefix))?.[1];
    const answer = [...this.answers].find(([prefix]) => path.startsWith(prefix))?.[1];
    if (answer)
      return void response
        .writeHead(answer.status, { "content-type": answer.type ?? "text/plain" })
        .end(answer.body);
    this.#forward(request, response);
  }

  /** @param {import("node:http").ServerResponse} response */
  async #witness(response) {
    const script = `${this.prelude}\n${await readFile(WITNESS, "utf8")}`;
    response
      .writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" })
      .end(script);
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #note(request, response) {
    this.reports.push(JSON.parse((await read(request)).toString()));
    response.writeHead(204).end();
    this.#heard.emit("report");
  }

  /** Waits for a report with this text: the witness sends it beside all else. @param {string} text */
  async untilReported(text) {
    while (!this.reports.some((report) => report.text.includes(text)))
      await once(this.#heard, "report");
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  #forward(request, response) {
    const { hostname, port } = this.server;
    const headers = { ...request.headers, "accept-encoding": "identity" };
    const options = { hostname, port, path: request.url, method: request.method, headers };
    const onward = send(options, (answer) => void this.#return(answer, response));
    // The server may be gone: the browser then sees a broken connection, as it would without a gate.
    onward.on("error", () => response.destroy());
    request.on("data", (chunk) => (this.sent += chunk));
    request.pipe(onward);
  }

  /** @param {import("node:http").IncomingMessage} answer @param {import("node:http").ServerResponse} response */
  async #return(answer, response) {
    const isPage =
      answer.headers["content-type"]?.startsWith("text/html") && answer.statusCode === 200;
    if (!isPage) {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      return void answer.pipe(response);
    }
    const page = this.rewrite((await read(answer)).toString());
    const watched = page
      .replace("<head>", `<head><script src="${WITNESS_PATH}"></script>`)
      .replace(" data-site=", ` data-deadline-ms="${this.deadlineMs}" data-site=`);
    /** @type {import("node:http").OutgoingHttpHeaders} */
    const headers = {
      ...answer.headers,
      "content-length": String(Buffer.byteLength(watched)),
      "cache-control": "no-store",
    };
    const policy = headers["content-security-policy"];
    if (typeof policy === "string") headers["content-security-policy"] = this.policy(policy);
    response.writeHead(200, headers).end(watched);
  }
}

/** @param {import("node:http").IncomingMessage} stream */
async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(/** @type {Buffer} */ (chunk));
  return Buffer.concat(chunks);
}
