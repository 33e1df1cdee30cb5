/** The block's own words, for the browser and the server alike. */
import type { Language } from "../base/language.js";

/** The control that asks why. */
export const WHY: Readonly<Record<Language, string>> = {
  fr: "Pourquoi cette offre ?",
  en: "Why this offer?",
};
