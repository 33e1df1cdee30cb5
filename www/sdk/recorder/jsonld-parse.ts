/**
 * Parser of JSON-LD as content systems print it. In: the text of a script. Out: its values, or nothing. Repairs what has
 * one reading only: wrappers of comments and CDATA, several objects, commas and semicolons too many, raw line breaks.
 * Never: an error, or an evaluated script.
 */
import { decodeEntities } from "./entities.js";

/** A string, with raw line breaks perhaps. Longer alternatives must not start inside of one. */
const STRING = '"(?:[^"\\\\]|\\\\[^])*"';
/** Wrappers of old habits: `//<![CDATA[`, `<!--`, `/*]]>*\/` and the like. */
const WRAPPER = "(?:/[/*][ \\t]*)*(?:<!--|-->|<!\\[CDATA\\[|<!\\]\\]>|\\]\\]>)(?:[ \\t]*\\*/)?";
const COMMENT = "//[^\\n]*|/\\*[^]*?\\*/";
const EXTRA = new RegExp(`${STRING}|${WRAPPER}|${COMMENT}|;`, "g");
const COMMAS = new RegExp(`${STRING}|,(?=\\s*(?:[,}\\]]|$))`, "g");
const BRACKETS = new RegExp(`${STRING}|[{}[\\]]`, "g");
/** An escape that JSON has not, such as `\'`. */
const ESCAPE = /\\([^])/g;
const ESCAPED = '"\\/bfnrtu';

/** Returns the values of a script; none if it is empty, `undefined` if it cannot be read. */
export function readAll(text: string): unknown[] | undefined {
  const trimmed = text.replace(/^\ufeff/, "").trim();
  if (!trimmed) return [];
  return parseAll([trimmed]) ?? parseAll(repaired(trimmed));
}

function parseAll(parts: readonly string[]): unknown[] | undefined {
  try {
    return parts.map((part) => JSON.parse(part) as unknown);
  } catch {
    return undefined;
  }
}

/** Returns the objects and lists of a text, one by one. */
function repaired(text: string): string[] {
  // Some editors encode or curl every quotation mark.
  const quoted = text.includes('"')
    ? text
    : decodeEntities(text).replace(/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"');
  const clean = quoted
    .replace(EXTRA, (part) => (part.startsWith('"') ? repairedString(part) : " "))
    .replace(COMMAS, (part) => (part.startsWith('"') ? part : ""));
  return separated(clean);
}

const repairedString = (text: string): string =>
  text
    .replace(ESCAPE, (all, character: string) => (ESCAPED.includes(character) ? all : character))
    .replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Cuts a text where a value of the first level ends. */
function separated(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: part, index } of text.matchAll(BRACKETS)) {
    if (part.startsWith('"')) continue;
    depth += part === "{" || part === "[" ? 1 : -1;
    if (depth > 0) continue;
    parts.push(text.slice(start, index + 1).replace(/^\s*,/, ""));
    start = index + 1;
  }
  const rest = text.slice(start).replace(/[\s,]+/g, "");
  return rest || parts.length === 0 ? [...parts, text.slice(start)] : parts;
}
