/**
 * The dialog behind "why this offer?". In: an explanation. Out: a modal dialog with the reasons and three answers. Never:
 * markup made of text, or a lost focus.
 */
import type { Explanation } from "#accounts";
import { block as blockEn, why as en } from "../../messages/en.json";
import { block as blockFr, why as fr } from "../../messages/fr.json";
import { createButton, createElement } from "../../shared/dom.js";
import { openDialog } from "../base/dialog.js";
import type { Language } from "../base/language.js";

/** Feedback on an offer; the names are those of the events. */
export type Feedback = "offer_less" | "offer_booked" | "offer_never";

const FEEDBACK: readonly Feedback[] = ["offer_less", "offer_booked", "offer_never"];

const MESSAGES: Readonly<Record<Language, typeof en>> = { en, fr };
const TITLES: Readonly<Record<Language, string>> = { en: blockEn.why, fr: blockFr.why };

const STYLE = `
  ul { padding-inline-start: 1.25rem; }
  li + li { margin-top: 0.25rem; }
  .escale-why-answers { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 1.25rem; }
`;

/** Opens the dialog over the page, in place of one that is open. */
export function showWhy(
  explanation: Explanation | undefined,
  language: Language,
  onFeedback: (feedback: Feedback) => void,
): void {
  const { close: closeText, missing, answers } = MESSAGES[language];
  const account =
    explanation?.texts.find((one) => one.language === language) ?? explanation?.texts[0];
  const buttons = FEEDBACK.map((feedback) =>
    createButton(
      answers[feedback],
      { class: `escale-${feedback.replace("_", "-")}`, part: "button" },
      () => {
        close();
        onFeedback(feedback);
      },
    ),
  );
  const { close } = openDialog(
    {
      name: "escale-why-panel",
      prefix: "escale-why",
      language,
      title: TITLES[language],
      close: closeText,
      style: STYLE,
      width: "34rem",
    },
    createElement(
      "ul",
      { class: "escale-why-reasons", part: "reasons" },
      ...(account?.reasons ?? [missing]).map((reason) =>
        createElement("li", { class: "escale-why-reason" }, reason),
      ),
    ),
    account?.would_change
      ? createElement("p", { class: "escale-why-change" }, account.would_change)
      : undefined,
    createElement("div", { class: "escale-why-answers", part: "answers" }, ...buttons),
  );
}
