/**
 * Canonical addresses: one spelling for each page. In: the address of a browser. Out: path and query after RFC 3986,
 * section 6.2.2, in NFC. The engine has the same rules in `src/core/base/address.rs`; `tests/frozen/addresses.json`
 * binds both. Never: an error.
 */

/** Encoded characters of UTF-8 outside ASCII, else one encoded byte, else what browsers encode. */
const PART =
   
  /%[c-d][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-4](?:%[89ab][\da-f]){3}|%[\da-f]{2}|[\0-\x20"<>\\^`{|}\x7f]/gi;
const UNRESERVED = /^[\w.~-]$/;

/** Returns the canonical path and query. Origin, fragment and matrix parameters are left out. */
export function canonicalAddress(address: string): string {
  const [beforeHash = ""] = address.split("#", 1);
  const origin = /^[a-z]+:\/\/[^/?]*/i.exec(beforeHash)?.[0].length ?? 0;
  const rest = beforeHash.slice(origin);
  const relative = origin > 0 && !rest.startsWith("/") ? (rest.startsWith("?") ? rest : "/") : rest;
  const at = relative.indexOf("?");
  if (at < 0) return canonicalPath(relative);
  return `${canonicalPath(relative.slice(0, at))}?${decoded(relative.slice(at + 1))}`;
}

function canonicalPath(path: string): string {
  const kept: string[] = [];
  const segments = decoded(path)
    .split("/")
    .map((segment) => segment.split(";", 1)[0] ?? "");
  segments.forEach((name, index) => {
    if (name !== "." && name !== "..") return kept.push(name);
    if (name === ".." && kept.length > 1) kept.pop();
    // The folder itself is meant: `/ski/.` is `/ski/`.
    return index === segments.length - 1 ? kept.push("") : 0;
  });
  return kept.join("/");
}

const decoded = (text: string): string => text.replace(PART, canonicalPart).normalize("NFC");

function canonicalPart(part: string): string {
  try {
    const character = part.length > 1 ? decodeURIComponent(part) : "";
    if (character > "\x7f" || UNRESERVED.test(character)) return character;
  } catch {
    // No UTF-8: it stays encoded.
  }
  return part.length > 1 ? part.toUpperCase() : encodeURIComponent(part);
}
