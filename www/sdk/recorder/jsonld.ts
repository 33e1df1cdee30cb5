/**
 * Tokens of a page's schema.org JSON-LD. In: the texts of the scripts, of any origin. Out: at most
 * 64 lines `key=value` of a closed list of keys, and the scripts that cannot be read. Never: an error, or names,
 * descriptions and other free text.
 */
import { readAll } from "./jsonld-parse.js";
import { decodeEntities } from "./entities.js";

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
/** Properties about persons and their texts. They say nothing of the page, and there may be thousands. */
const PASSED_OVER = new Set(["review", "reviews", "author", "creator", "comment", "contributor"]);
/** Types of such nodes in a list of their own. Only the reviewed thing is read. */
const PERSONAL = new Set(["review", "userreview", "criticreview", "comment", "person"]);
/** Parts of a value, the first that has a text. */
const PARTS = ["name", "@value", "ratingvalue", "audiencetype", "value", "@list", "@set", "@id"];
const NOT_THERE = new Set(["false", "no", "non", "0", "n"]);
const SCHEMA = /^(?:https?:\/\/(?:www\.)?schema\.org[/#]+|schema:)/i;
const TOKENS_MAX = 64;
const VALUE_MAX = 80;
const TEXT_MAX = 2_048;
const NODES_MAX = 2_000;
const DEPTH_MAX = 8;
const SCRIPT_MAX = 1_048_576;
const SCRIPTS_MAX = 32;

/** Script that cannot be read, by its index among the page's JSON-LD scripts. */
export interface UnreadScript {
  readonly index: number;
  readonly text: string;
  /** Marks a script above the limit of length. */
  readonly isTooLong?: boolean;
}

/** Contents of a page's scripts. */
export interface JsonLd {
  readonly tokens: string;
  readonly unread: readonly UnreadScript[];
}

interface Walk {
  readonly tokens: Set<string>;
  /** Nodes by their `@id`. */
  readonly known: ReadonlyMap<string, object>;
  nodes: number;
}

/** Reads all scripts of a page. Tokens are in the page's order, each once. */
export function readJsonLd(scripts: Iterable<string>): JsonLd {
  const unread: UnreadScript[] = [];
  const roots: unknown[] = [];
  let index = 0;
  for (const text of scripts) {
    if (index >= SCRIPTS_MAX) break;
    if (text.length > SCRIPT_MAX) unread.push({ index, text: "", isTooLong: true });
    else {
      const values = readAll(text);
      if (values) roots.push(...values);
      else unread.push({ index, text });
    }
    index++;
  }
  const walk: Walk = { tokens: new Set(), known: knownNodes(roots), nodes: 0 };
  for (const root of roots) visit(walk, root, 0);
  return { tokens: [...walk.tokens].join("\n"), unread };
}

const isNode = (value: unknown): value is object => typeof value === "object" && value !== null;
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : [value];
/** Returns a name without its prefix, in lower case: `schema:Hotel` is `hotel`, `@type` is `type`. */
const plain = (name: string): string => name.replace(SCHEMA, "").replace(/^@/, "").toLowerCase();

/** Returns the nodes that others may refer to. */
function knownNodes(roots: readonly unknown[]): Map<string, object> {
  const known = new Map<string, object>();
  const queue = [...roots];
  for (let at = 0; at < queue.length && at < NODES_MAX; at++) {
    const node = queue[at];
    if (!isNode(node)) continue;
    const id: unknown = Object.hasOwn(node, "@id") && (node as { "@id"?: unknown })["@id"];
    if (typeof id === "string" && Object.keys(node).length > 1) known.set(id, node);
    for (const [name, value] of Object.entries(node))
      if (isNode(value) && !PASSED_OVER.has(plain(name))) queue.push(value);
  }
  return known;
}

function visit(walk: Walk, node: unknown, depth: number): void {
  if (!isNode(node) || depth > DEPTH_MAX) return;
  if (Array.isArray(node)) {
    for (const item of node as unknown[]) visit(walk, item, depth + 1);
    return;
  }
  const isPersonal = typesOf(node).some((type) => PERSONAL.has(type));
  if (!isPersonal && ++walk.nodes > NODES_MAX) return;
  for (const [name, value] of Object.entries(node)) {
    const key = plain(name);
    if (isPersonal ? key !== "itemreviewed" : PASSED_OVER.has(key)) continue;
    if (KEYS.has(key)) keep(walk, key, value);
    visit(walk, value, depth + 1);
  }
}

function typesOf(node: object): string[] {
  const type = Object.entries(node).find(([name]) => plain(name) === "type")?.[1] as unknown;
  return listOf(type).map((one) => (typeof one === "string" ? plain(one) : ""));
}

/** Adds the texts of a value: a text, a number, a list, or a nested object. */
function keep(walk: Walk, key: string, value: unknown): void {
  for (const item of listOf(value).slice(0, TOKENS_MAX)) {
    if (key === "amenityfeature" && isAbsent(walk, item)) continue;
    for (const text of textsOf(walk, item, 0))
      for (const part of key === "keywords" ? text.split(/[,;]/) : [text]) add(walk, key, part);
  }
}

/** Returns the node that a reference stands for. */
const resolved = (walk: Walk, value: object): object => {
  const { "@id": id, ...rest } = value as { "@id"?: unknown };
  const isReference = typeof id === "string" && Object.keys(rest).length === 0;
  return (isReference && walk.known.get(id)) || value;
};

/** Returns `true` for a feature whose value is a no, such as `LocationFeatureSpecification`. */
function isAbsent(walk: Walk, feature: unknown): boolean {
  if (!isNode(feature)) return false;
  const entry = Object.entries(resolved(walk, feature)).find(([name]) => plain(name) === "value");
  if (!entry) return false;
  const value: unknown = entry[1];
  if (value === false || value === 0) return true;
  return textsOf(walk, value, 0).some((text) => NOT_THERE.has(plain(text.trim())));
}

function textsOf(walk: Walk, value: unknown, depth: number): string[] {
  if (typeof value === "string") return [decodeEntities(value.slice(0, TEXT_MAX))];
  if (typeof value === "number") return [String(value)];
  if (!isNode(value) || depth > 4) return [];
  if (Array.isArray(value))
    return value.slice(0, TOKENS_MAX).flatMap((item) => textsOf(walk, item, depth + 1));
  const named = new Map(
    Object.entries(resolved(walk, value)).map(([name, part]) => [
      name.startsWith("@") ? name : plain(name),
      part as unknown,
    ]),
  );
  for (const part of PARTS) {
    const texts = named.has(part) ? textsOf(walk, named.get(part), depth + 1) : [];
    // The id of a node on this page is no value; that of a schema.org term is.
    if (texts.length > 0 && (part !== "@id" || SCHEMA.test(texts[0] ?? ""))) return texts;
  }
  return [];
}

function add(walk: Walk, key: string, value: string): void {
  const text = value
    .slice(0, 4 * VALUE_MAX)
    .replace(SCHEMA, "")
    .normalize("NFC")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase()
    .slice(0, VALUE_MAX)
    .trimEnd();
  // "4.0" and "4,0" are 4.
  const number = key === "starrating" ? /^\d+(?:[.,]\d+)?$/.exec(text)?.[0] : undefined;
  const token = number === undefined ? text : String(Number(number.replace(",", ".")));
  if (token && walk.tokens.size < TOKENS_MAX) walk.tokens.add(`${key}=${token}`);
}
