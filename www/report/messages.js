/** Messages of the page. In: a language. Out: the catalogue's section `report`. Never: a number; numbers are `format.js`'s. */

/** @typedef {typeof import("../messages/en.json")["report"]} Messages */
/** @typedef {"en" | "fr"} Language */

/** Returns the browser's language if the page has it, otherwise English. @returns {Language} */
export const preferredLanguage = () => (navigator.language.startsWith("fr") ? "fr" : "en");

/** Returns the language that the page is not in. @param {Language} language @returns {Language} */
export const otherLanguage = (language) => (language === "en" ? "fr" : "en");

/** @param {Language} language @returns {Promise<Messages>} */
async function load(language) {
  const response = await fetch(new URL(`../messages/${language}.json`, import.meta.url));
  const { report } = await response.json();
  return report;
}

const [en, fr] = await Promise.all([load("en"), load("fr")]);

/** Messages by language. @type {Readonly<Record<Language, Messages>>} */
export const MESSAGES = { en, fr };

/** Returns a message of a group by a name that comes from the server. @param {object} group @param {string} name */
export const messageOf = (group, name) =>
  /** @type {Record<string, string | undefined>} */ (group)[name] ?? name;
