/**
 * A site that renders on its own server: the demo's pages go in, and come out with their slots filled by `escale/edge`, from
 * the cookie of each request. A plain Node server, as any site's; must never know the visitor but by that cookie.
 */
import { once } from "node:events";
import { createServer } from "node:http";

const SLOT = /<escale-offer placement="([^"]+)"[^>]*>([^]*?)<\/escale-offer>/g;

/**
 * Stands between the gate and the demo.
 * @param {string} demo origin of the demo's server
 */
export async function startRendering(demo) {
  // The built package; its types are checked where it is installed.
  const { openEdge } = /** @type {any} */ (
    await import(new URL("../../pkg/edge.js", import.meta.url).href)
  );
  const config = new Uint8Array(await (await fetch(`${demo}/v1/config?site=demo`)).arrayBuffer());
  const edge = await openEdge({ site: "demo", config });
  /** HTML of the slot as it was sent, by path. @type {Map<string, string>} */
  const sent = new Map();
  const http = createServer((request, response) => void render(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async function render(request, response) {
    const url = request.url ?? "/";
    const chunks = [];
    for await (const chunk of request) chunks.push(/** @type {Buffer} */ (chunk));
    const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
    const headers = Object.entries(request.headers).filter(([name]) =>
      ["content-type", "authorization", "cookie", "origin"].includes(name),
    );
    const answer = await fetch(demo + url, {
      method: request.method ?? "GET",
      headers: /** @type {any} */ (headers),
      ...(body ? { body } : {}),
    });
    const passed = Object.fromEntries(
      [...answer.headers].filter(
        ([name]) =>
          !["content-length", "content-encoding", "connection", "transfer-encoding"].includes(name),
      ),
    );
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isPage = answer.headers.get("content-type")?.startsWith("text/html");
    response.writeHead(
      answer.status,
      isPage ? { ...passed, "cache-control": "private, no-store" } : passed,
    );
    response.end(isPage ? fill(bytes.toString(), request) : bytes);
  }

  /** @param {string} html @param {import("node:http").IncomingMessage} request */
  function fill(html, request) {
    const placements = [...html.matchAll(SLOT)].map(([, placement]) => placement);
    const page = edge.page(
      { cookie: request.headers.cookie, language: "fr", url: request.url },
      placements,
    );
    return html.replace(SLOT, (_, placement, own) => {
      const slot = page.slot(placement, own);
      sent.set(placement, slot);
      return slot;
    });
  }

  const port = /** @type {import("node:net").AddressInfo} */ (http.address()).port;
  return {
    origin: `http://127.0.0.1:${port}`,
    sent,
    close: () => new Promise((resolve) => (http.closeAllConnections(), http.close(resolve))),
  };
}
