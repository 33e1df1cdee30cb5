/**
 * Places of errors in JSON-LD. In: the text of a script that cannot be read. Out: line and column of the first
 * character that no JSON has there. Loaded after such an error only. Never: a text of the page.
 */
import type { UnreadScript } from "./jsonld.js";

/** A token of JSON, blanks before it, or comments that are passed over. */
const TOKEN =
  /\s*(?:("(?:[^"\\]|\\[^])*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],:])|(\/\/[^\n]*|\/\*[^]*?\*\/|<!--|-->|<!\[CDATA\[|\]\]>|;))/y;

/** Describes an unread script: `JSON-LD script 2 of the page cannot be read: line 3, column 5`. */
export function describeUnread({ index, text, isTooLong }: UnreadScript): string {
  const what = `JSON-LD script ${index + 1} of the page`;
  if (isTooLong) return `${what} is longer than 1 MiB: it is not read`;
  const at = errorIndex(text);
  const before = text.slice(0, at).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `${what} cannot be read: line ${before.length}, column ${column}, ${at < text.length ? "unexpected text" : "it ends too early"}`;
}

/** Value, key, colon or comma that may follow. */
type Expected = "value" | "key" | "colon" | "next" | "first";

/** Returns the index of the first token that cannot stand there; the length if the text ends too early. */
export function errorIndex(text: string): number {
  const open: string[] = [];
  let expected: Expected = "value";
  TOKEN.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) return from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
    const next = follow(match, expected, open);
    if (next === undefined) return TOKEN.lastIndex - match[0].trimStart().length;
    expected = next;
  }
}

/** Returns what may follow a token; `undefined` if it cannot stand there. */
function follow(
  [, string, number, name, sign]: RegExpExecArray,
  expected: Expected,
  open: string[],
): Expected | undefined {
  const inside = open.at(-1);
  if (string !== undefined && (expected === "key" || (expected === "first" && inside === "{")))
    return "colon";
  if ((string ?? number ?? name) !== undefined)
    return isValue(expected, inside) ? "next" : undefined;
  return sign === undefined ? expected : followSign(sign, expected, open);
}

function followSign(sign: string, expected: Expected, open: string[]): Expected | undefined {
  const inside = open.at(-1);
  if (sign === ":") return expected === "colon" ? "value" : undefined;
  if (sign === ",") return expected === "next" ? (inside === "{" ? "key" : "value") : undefined;
  if (sign === "}" || sign === "]") return close(sign, expected, open);
  if (!isValue(expected, inside) && !(expected === "next" && !inside)) return undefined;
  open.push(sign);
  return "first";
}

/** Returns `true` if a value may stand there. */
const isValue = (expected: Expected, inside: string | undefined): boolean =>
  expected === "value" || (expected === "first" && inside === "[");

/** Closes an object or a list. A comma too many is repaired, and is no error. */
function close(sign: string, expected: Expected, open: string[]): Expected | undefined {
  const isObject = sign === "}";
  const isAllowed = isObject
    ? expected !== "colon" && expected !== "value"
    : expected !== "colon" && expected !== "key";
  return isAllowed && open.pop() === (isObject ? "{" : "[") ? "next" : undefined;
}
