/**
 * Escale on a server: Node, Deno, Workers. Comes in: a request's cookie, which the site opted into, the page it is for. Goes
 * out: what the browser would choose, and the slots as HTML that it takes over without a change. Keeps nothing of anybody;
 * deciding cannot fail: without a cookie, or when anything is wrong, the page's own content is the answer.
 */
import { abandon, extend, instantiate, Runtime } from "../engine/runtime-binding.js";
import { Chooser } from "../engine/chooser.js";
import { EMPTY, type EngineInputs } from "../engine/inputs.js";
import { readCookie } from "../storage/cookie.js";
import { blockHtml, slotHtml } from "./html.js";
import { EscaleError } from "../base/error.js";
import { isTrap } from "../base/trap.js";
import type { Choice } from "../base/types.js";

/**
 * Options of the edge. In Node the modules are found beside this file; a Worker passes them
 * precompiled.
 */
export interface EdgeOptions {
  /** The site's name, as in the snippet. */
  readonly site: string;
  /** The compiled config's bytes, the same as the browser's. */
  readonly config: Uint8Array;
  /** `escale_bg.wasm`. */
  readonly module?: WebAssembly.Module;
  /** `later_bg.wasm`. */
  readonly later?: WebAssembly.Module;
}

/** Request for a page, as far as decisions depend on it. */
export interface EdgeRequest {
  /** The request's `Cookie` header. */
  readonly cookie: string | null | undefined;
  /** The page's language. */
  readonly language: string;
  /** The page's path and query, and the topics it is marked with, where the config's conditions ask about the page. */
  readonly url?: string;
  readonly topics?: readonly string[];
  /** Milliseconds since the Unix epoch. @defaultValue now */
  readonly nowMs?: number;
}

/** A page's choices. */
export interface EdgePage {
  /** `true` if the cookie held a profile. No cache may then store the answer. */
  readonly isPersonal: boolean;
  /** Chosen offers by placement. A placement without an offer shows the page's own content. */
  readonly choices: ReadonlyMap<string, readonly Choice[]>;
  /** The slot as HTML; `own` is the page's own content, as HTML. */
  slot(placement: string, own: string): string;
}

export interface Edge {
  /** Chooses for the placements of a page, in the page's order: no offer is shown twice. */
  page(request: EdgeRequest, placements: readonly string[]): EdgePage;
}

/** Which instance of the module is at work; all edges of the process share it. */
let instance = 0;

/** Opens the edge, once a process. Rejects with an `EscaleError` where the modules or the config cannot be had. */
export async function openEdge({ site, config, module, later }: EdgeOptions): Promise<Edge> {
  if (!site) throw new EscaleError("no_site", "openEdge: the site has no name");
  const [first, second] = [
    module ?? (await beside("escale_bg.wasm")),
    later ?? (await beside("later_bg.wasm")),
  ];
  let runtime: Runtime | undefined;
  let of = -1;
  const begin = (): Runtime | undefined => {
    if (of === instance) return runtime;
    instantiate(first);
    extend(second);
    of = instance;
    return (runtime = Runtime.open(config));
  };
  if (!begin()) throw new EscaleError("bad_config", "openEdge: the config is not of this release");
  return {
    page: (request, placements) => {
      try {
        return decide(begin(), site, { ...request, config }, placements);
      } catch (error) {
        // A trap leaves the engine in an unknown state, and perhaps with the visitor in it: the next request has another.
        if (isTrap(error)) {
          instance++;
          abandon();
        }
        console.error("escale: the page keeps its own content", error);
        return decide(undefined, site, { ...request, config }, placements);
      }
    },
  };
}

/** A file of the package, where files can be read. */
async function beside(file: string): Promise<WebAssembly.Module> {
  try {
    const { readFile } = await import("node:fs/promises");
    return await WebAssembly.compile(await readFile(new URL(file, import.meta.url)));
  } catch {
    throw new EscaleError("unavailable", `openEdge: ${file} could not be read`);
  }
}

/** All in one go: nothing of another request comes between. Without an engine, nothing is chosen. */
function decide(
  runtime: Runtime | undefined,
  site: string,
  request: EdgeRequest & { readonly config: Uint8Array },
  placements: readonly string[],
): EdgePage {
  const { cookie, url = "", topics = [], nowMs = Date.now(), config } = request;
  // A site without types may hand on a header that is not there.
  const language = (request.language as string | null | undefined) ?? "";
  const profile = readCookie(cookie, site);
  const atMs = Math.floor(nowMs);
  const choices = new Map<string, readonly Choice[]>();
  if (profile && runtime?.loadWith(profile.state, profile.remote) === 0) {
    const page = { explicit: topics.join(","), url, tokens: "" };
    const known: EngineInputs = { ...profile, config, page, skewMs: 0, isPaused: false };
    runtime.setVisitor(...profile.visitor);
    runtime.page(atMs, page.explicit, page.url, page.tokens);
    const chooser = new Chooser(runtime, known, () => atMs);
    runtime.turnPage();
    for (const placement of new Set(placements)) {
      const slots = [...Array(chooser.slots(placement)).keys()].map((slot) =>
        chooser.choose(placement, slot, language.slice(0, 2).toLowerCase()),
      );
      choices.set(
        placement,
        slots.filter(({ content }) => content),
      );
    }
    runtime.loadWith(EMPTY, EMPTY);
  }
  const catalogue = language.toLowerCase().startsWith("fr") ? "fr" : "en";
  const slot = (placement: string, own: string): string => {
    const shown = choices.get(placement) ?? [];
    return slotHtml(placement, own, {
      offers: shown.map(({ offer = "" }) => offer),
      blocks: shown.map(({ content = {} }) => blockHtml(content, catalogue)),
      atMs,
    });
  };
  return { isPersonal: profile !== undefined, choices, slot };
}
