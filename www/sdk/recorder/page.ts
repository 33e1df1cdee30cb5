/**
 * Reader of the current page. In: the document, read anew at each view. Out: its facts for the
 * engine: explicit topics, path and query, JSON-LD tokens. Never: a stored or sent fact. The engine
 * keeps topics and counters only.
 */
import type { PageFacts } from "../engine/inputs.js";
import { jsonLdTokens } from "./jsonld.js";

const ELEMENTS_MAX = 16;
const EXPLICIT_MAX = 1_024;
const URL_MAX = 2_048;

/** Returns the facts of the page. `topics` are those of the site's call. */
export function readPage(topics: readonly string[] = []): PageFacts {
  const marked = [...document.querySelectorAll("[data-escale-topics]")].slice(0, ELEMENTS_MAX);
  const explicit = [
    ...topics,
    ...marked.map((element) => element.getAttribute("data-escale-topics") ?? ""),
  ];
  const scripts = document.querySelectorAll('script[type="application/ld+json"]');
  return {
    explicit: explicit.join(",").slice(0, EXPLICIT_MAX),
    url: (location.pathname + location.search).slice(0, URL_MAX),
    tokens: jsonLdTokens([...scripts].map((script) => script.textContent)),
  };
}
