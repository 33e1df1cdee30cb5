/** Labels of Escale's own block, for the browser and the server alike. */
import { block as en } from "../../messages/en.json";
import { block as fr } from "../../messages/fr.json";
import type { Language } from "../base/language.js";

/** Text of the button that opens the why dialog. */
export const WHY: Readonly<Record<Language, string>> = { fr: fr.why, en: en.why };
