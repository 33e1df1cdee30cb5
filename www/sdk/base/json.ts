/**
 * JSON that no script of the page changes. In: plain values. Out: their JSON text. Never: a call of `toJSON`: old libraries
 * add one to every array, which writes texts into texts.
 */

/** Returns the JSON text of plain objects, arrays, texts, numbers, booleans and `null`. */
export function toJson(value: unknown, indent = "", before = "\n"): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const inner = before + indent;
  const isArray = Array.isArray(value);
  const parts: string[] = [];
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined && !isArray) continue;
    const name = isArray ? "" : `${JSON.stringify(key)}:${indent && " "}`;
    parts.push(name + toJson(part, indent, inner));
  }
  const [open, close] = isArray ? "[]" : "{}";
  if (parts.length === 0 || !indent) return `${open}${parts.join(",")}${close}`;
  return `${open}${inner}${parts.join(`,${inner}`)}${before}${close}`;
}
