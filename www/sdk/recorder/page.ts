/**
 * Reader of the current page. In: the document, read anew at each view. Out: its facts for the
 * engine: explicit topics, path and query, JSON-LD tokens. Never: a stored or sent fact. The engine
 * keeps topics and counters only.
 */
import type { PageFacts } from "../engine/inputs.js";
import { warnOnce } from "../base/warn-once.js";
import { readJsonLd, type JsonLd, type UnreadScript } from "./jsonld.js";

const ELEMENTS_MAX = 16;
const EXPLICIT_MAX = 1_024;
const URL_MAX = 2_048;
/** Type of JSON-LD, in any case, with parameters such as a charset. */
const JSON_LD = /^\s*application\/ld\+json\s*(?:;|$)/i;

/** Facts of a page, and its scripts that cannot be read. */
export interface ReadPage extends PageFacts {
  readonly unread: readonly UnreadScript[];
}

/** Returns the facts of the page at an address. `topics` are those of the site's call. */
export function readPage(address: string, topics: readonly string[] = []): ReadPage {
  const marked = [...document.querySelectorAll("[data-escale-topics]")].slice(0, ELEMENTS_MAX);
  const explicit = [
    ...topics,
    ...marked.map((element) => element.getAttribute("data-escale-topics") ?? ""),
  ];
  const { tokens, unread } = readScripts();
  return {
    explicit: explicit.join(",").slice(0, EXPLICIT_MAX),
    url: address.slice(0, URL_MAX),
    tokens,
    unread,
  };
}

function readScripts(): JsonLd {
  const scripts = [
    ...document.querySelectorAll<HTMLScriptElement>('script[type*="ld+json" i]'),
  ].filter((script) => JSON_LD.test(script.type));
  return readJsonLd(scripts.map((script) => script.textContent));
}

/** Reports scripts that cannot be read on the console. Returns the reports. */
export async function reportUnread(unread: readonly UnreadScript[]): Promise<readonly string[]> {
  const place = await import("./jsonld-place.js").catch(() => undefined);
  const errors = place
    ? unread.map(place.describeUnread)
    : [`${unread.length} JSON-LD scripts of the page cannot be read`];
  errors.forEach(warnOnce);
  return errors;
}
