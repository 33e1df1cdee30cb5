/**
 * The dialog behind "why this offer?". In: an explanation. Out: a modal dialog with the reasons and three answers. Never:
 * markup made of text, or a lost focus.
 */
import type { Explanation } from "#accounts";
import { block as blockEn, why as en } from "../../messages/en.json";
import { block as blockFr, why as fr } from "../../messages/fr.json";
import { createButton, createElement, injectStyles } from "../../shared/dom.js";
import type { Language } from "../base/language.js";

/** Feedback on an offer; the names are those of the events. */
export type Feedback = "offer_less" | "offer_booked" | "offer_never";

const FEEDBACK: readonly Feedback[] = ["offer_less", "offer_booked", "offer_never"];

const MESSAGES: Readonly<Record<Language, typeof en>> = { en, fr };
const TITLES: Readonly<Record<Language, string>> = { en: blockEn.why, fr: blockFr.why };

/** `:where` gives it no specificity, so that any rule of the site overrides it. */
const STYLE = `
  :where(.escale-why-panel) { max-width: 34rem; border: 0; border-radius: 0.75rem; padding: 1.5rem; color: #1b1b1b; background: #fff; }
  :where(.escale-why-title) { margin: 0 0 1rem; font-size: 1.25rem; }
  :where(.escale-why-answers) { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1.25rem 0 1rem; }
  :where(.escale-why-panel) :where(button) { padding: 0.5rem 0.9rem; border: 1px solid #767676; border-radius: 2rem; font: inherit; background: #fff; color: inherit; cursor: pointer; }
  :where(.escale-why-panel)::backdrop { background: rgb(0 0 0 / 45%); }
`;

/** Opens the dialog over the page, in place of one that is open. */
export function showWhy(
  explanation: Explanation | undefined,
  language: Language,
  onFeedback: (feedback: Feedback) => void,
): void {
  injectStyles(STYLE);
  document.querySelector(".escale-why-panel")?.remove();
  const { close, missing, answers } = MESSAGES[language];
  const title = TITLES[language];
  const account =
    explanation?.texts.find((one) => one.language === language) ?? explanation?.texts[0];
  const buttons = FEEDBACK.map((feedback) =>
    createButton(answers[feedback], { class: `escale-${feedback.replace("_", "-")}` }, () => {
      dialog.close();
      onFeedback(feedback);
    }),
  );
  const dialog: HTMLDialogElement = createElement(
    "dialog",
    { class: "escale-why-panel", lang: language, dir: "ltr", "aria-label": title },
    createElement("h2", { class: "escale-why-title" }, title),
    createElement(
      "ul",
      { class: "escale-why-reasons" },
      ...(account?.reasons ?? [missing]).map((reason) =>
        createElement("li", { class: "escale-why-reason" }, reason),
      ),
    ),
    account?.would_change
      ? createElement("p", { class: "escale-why-change" }, account.would_change)
      : undefined,
    createElement("div", { class: "escale-why-answers" }, ...buttons),
    createButton(close, { class: "escale-why-close" }, () => dialog.close()),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  // A modal dialog keeps the focus inside, closes on Escape, and gives the focus back.
  dialog.showModal();
}
