/**
 * A loopback web server for tests: folders mapped to address prefixes go in, an origin comes out.
 * Must never serve anything outside those folders, nor with headers more lenient than the demo's.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

/**
 * @typedef {{ origin: string, close: () => Promise<void> }} Site a running server
 */

const TYPES = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".mjs", "text/javascript; charset=utf-8"],
  [".json", "application/json"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".wasm", "application/wasm"],
]);

/** As strict as a site may be: the one thing Escale needs beyond 'self' is to compile its module. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/**
 * @param {Record<string, string>} folders address prefix ("/pkg/") → folder
 * @param {Record<string, string>} [headers] beside the usual ones
 * @returns {Promise<Site>}
 */
export async function serveFolders(folders, headers = {}) {
  const server = createServer(
    (request, response) => void answer(folders, headers, request, response),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * @param {Record<string, string>} folders
 * @param {Record<string, string>} headers
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function answer(folders, headers, request, response) {
  const path = locate(folders, new URL(request.url ?? "/", "http://localhost").pathname);
  const body = path ? await readFile(path).catch(() => undefined) : undefined;
  response.writeHead(body ? 200 : 404, {
    "content-type": TYPES.get(extname(path ?? "")) ?? "application/octet-stream",
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...headers,
  });
  response.end(body);
}

/**
 * The file behind an address; the longest prefix wins.
 * @param {Record<string, string>} folders
 * @param {string} address
 */
function locate(folders, address) {
  const prefix = Object.keys(folders)
    .filter((candidate) => address.startsWith(candidate))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return undefined;
  const inside = normalize(`/${decodeURIComponent(address.slice(prefix.length))}`);
  return join(
    /** @type {string} */ (folders[prefix]),
    inside.endsWith("/") ? `${inside}index.html` : inside,
  );
}
