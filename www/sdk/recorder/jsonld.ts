/**
 * Tokens of a page's schema.org JSON-LD. In: the texts of the scripts, of any origin. Out: at most
 * 64 lines `key=value` of a closed list of keys. Never: an error, or names, descriptions and other
 * free text.
 */

/**
 * Properties that pages are classified by, in lower case. The engine matches their values against
 * the config.
 */
const KEYS = new Set([
  "type",
  "additionaltype",
  "touristtype",
  "category",
  "keywords",
  "audiencetype",
  "applicablelocation",
  "addresscountry",
  "addresslocality",
  "addressregion",
  "itemcondition",
  "occupancytype",
  "amenityfeature",
  "starrating",
]);
const TOKENS_MAX = 64;
const VALUE_MAX = 80;
const NODES_MAX = 500;
const DEPTH_MAX = 8;
const SCRIPT_MAX = 65_536;
const SCRIPTS_MAX = 16;

interface Walk {
  readonly tokens: Set<string>;
  nodes: number;
}

/** Returns the tokens of all scripts of a page, in the page's order, each once. */
export function jsonLdTokens(scripts: Iterable<string>): string {
  const walk: Walk = { tokens: new Set(), nodes: 0 };
  let count = 0;
  for (const text of scripts) {
    if (++count > SCRIPTS_MAX) break;
    if (text.length <= SCRIPT_MAX) recorder(walk, parsed(text), 0);
  }
  return [...walk.tokens].join("\n");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function recorder(walk: Walk, node: unknown, depth: number): void {
  if (typeof node !== "object" || node === null || depth > DEPTH_MAX || ++walk.nodes > NODES_MAX)
    return;
  if (Array.isArray(node)) {
    for (const item of node as unknown[]) recorder(walk, item, depth + 1);
    return;
  }
  for (const [name, value] of Object.entries(node)) {
    const key = name.replace(/^@/, "").toLowerCase();
    if (KEYS.has(key)) keep(walk, key, value);
    recorder(walk, value, depth + 1);
  }
}

/** Adds a text, a list of texts, or the `name` or `value` of a nested object. */
function keep(walk: Walk, key: string, value: unknown): void {
  for (const item of (Array.isArray(value) ? value : [value]).slice(0, TOKENS_MAX) as unknown[]) {
    const text = typeof item === "object" && item !== null ? named(item) : item;
    if (typeof text !== "string") continue;
    for (const part of key === "keywords" ? text.slice(0, 2_048).split(",") : [text])
      add(walk, key, part);
  }
}

function named(thing: object): unknown {
  const { name, value } = thing as { name?: unknown; value?: unknown };
  return typeof name === "string" ? name : value;
}

function add(walk: Walk, key: string, value: string): void {
  const text = value
    .slice(0, VALUE_MAX)
    .replace(/^https?:\/\/schema\.org\//, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
  if (text && walk.tokens.size < TOKENS_MAX) walk.tokens.add(`${key}=${text}`);
}
