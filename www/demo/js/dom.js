/**
 * In: words in both languages, tags and attributes. Out: DOM nodes and formatted text.
 * Never builds markup from strings: the site runs under Trusted Types.
 */

const english = document.documentElement.lang === "en";

/** The text in the page's language. */
export const say = (fr, en) => (english ? en : fr);

/** The language code the page is in. */
export const language = english ? "en" : "fr";

/** An element with attributes and children; `onclick`-like keys become listeners, null children are skipped. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

/** An amount in whole euros, as the page's language writes it. */
export const euros = (amount) =>
  new Intl.NumberFormat(language, {
    style: "currency",
    currency: "EUR",
    maximumFractionDigits: 0,
  }).format(amount);

/** A calendar day (YYYY-MM-DD) in words. */
export const day = (iso) =>
  new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${iso}T00:00:00Z`),
  );

/** The calendar day `days` after `iso`. */
export function plusDays(iso, days) {
  const date = new Date(`${iso}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** `true` if `text` is a real calendar day. */
export const isDay = (text) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(Date.parse(text));

/** The fields that hold something: what a form left empty is not reported. */
export const filled = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value != null));
