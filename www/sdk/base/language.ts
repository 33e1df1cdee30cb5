/** The page's language. Comes in: an element. Goes out: one of the languages that Escale's own texts exist in. */

/** A language of Escale's own texts. */
export type Language = "fr" | "en";

/** Returns the language around an element, by the nearest `lang` attribute. */
export function languageOf(element: Element): Language {
  const lang = element.closest("[lang]")?.getAttribute("lang") ?? "";
  return lang.toLowerCase().startsWith("fr") ? "fr" : "en";
}

/** Returns the two-letter code of the document's language, in lower case; empty if the document names none. */
export const documentLanguage = (): string =>
  document.documentElement.lang.slice(0, 2).toLowerCase();
