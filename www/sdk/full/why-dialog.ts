/**
 * The panel behind "why this offer?". Comes in: an explanation, what to do with an answer. Goes out: a dialog
 * over the page with the reasons and three answers. Text is only ever text; focus goes in, and comes back.
 */
import type { Explanation } from "#accounts";
import type { Language } from "../base/language.js";

/** What the visitor may say of an offer; the names are the engine's events. */
export type Feedback = "offer_less" | "offer_booked" | "offer_never";

const ANSWERS: readonly Feedback[] = ["offer_less", "offer_booked", "offer_never"];

const WORDS: Readonly<
  Record<Language, Readonly<Record<Feedback | "title" | "close" | "missing", string>>>
> = {
  fr: {
    title: "Pourquoi cette offre ?",
    offer_less: "Moins de ce genre",
    offer_booked: "Déjà réservé",
    offer_never: "Ne plus la montrer",
    close: "Fermer",
    missing: "L’explication n’est pas disponible pour le moment.",
  },
  en: {
    title: "Why this offer?",
    offer_less: "Less of this",
    offer_booked: "Already booked",
    offer_never: "Never show it again",
    close: "Close",
    missing: "The explanation is not available at the moment.",
  },
};

/** A look that any style of the site's own overrules. */
const STYLE = `
  :where(.escale-why-panel) { max-width: 34rem; border: 0; border-radius: 0.75rem; padding: 1.5rem; color: #1b1b1b; background: #fff; }
  :where(.escale-why-title) { margin: 0 0 1rem; font-size: 1.25rem; }
  :where(.escale-why-answers) { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1.25rem 0 1rem; }
  :where(.escale-why-panel) :where(button) { padding: 0.5rem 0.9rem; border: 1px solid #767676; border-radius: 2rem; font: inherit; background: #fff; color: inherit; cursor: pointer; }
  :where(.escale-why-panel)::backdrop { background: rgb(0 0 0 / 45%); }
`;
let styled = false;

/** Once a page, and without a style element: a strict CSP refuses those. */
function style(): void {
  if (styled) return;
  styled = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets.push(sheet);
}

/** Opens the panel over the page; one at a time. */
export function showWhy(
  explanation: Explanation | undefined,
  language: Language,
  answered: (feedback: Feedback) => void,
): void {
  style();
  document.querySelector(".escale-why-panel")?.remove();
  const words = WORDS[language];
  const panel = document.createElement("dialog");
  panel.className = "escale-why-panel";
  panel.lang = language;
  panel.setAttribute("aria-label", words.title);
  const said = explanation?.words.find((one) => one.language === language) ?? explanation?.words[0];
  const reasons = said?.reasons ?? [words.missing];
  const list = element("ul", "escale-why-reasons");
  list.append(...reasons.map((reason) => element("li", "escale-why-reason", reason)));
  panel.append(element("h2", "escale-why-title", words.title), list);
  if (said?.would_change) panel.append(element("p", "escale-why-change", said.would_change));
  const answers = element("div", "escale-why-answers");
  for (const feedback of ANSWERS)
    answers.append(
      button(words[feedback], `escale-${feedback.replace("_", "-")}`, () =>
        close(() => answered(feedback)),
      ),
    );
  panel.append(
    answers,
    button(words.close, "escale-why-close", () => close()),
  );
  const close = (then?: () => void): void => {
    panel.close();
    then?.();
  };
  panel.addEventListener("close", () => panel.remove());
  document.body.append(panel);
  // A modal dialog keeps the focus inside, closes on Escape, and gives the focus back.
  panel.showModal();
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(text: string, className: string, pressed: () => void): HTMLElement {
  const made = element("button", className, text);
  made.setAttribute("type", "button");
  made.addEventListener("click", pressed);
  return made;
}
