/**
 * Sections and controls of the privacy centre. In: texts, callbacks. Out: elements that are not yet in the page. Never:
 * two controls that a screen reader could not tell apart.
 */
import { createButton, createElement, type Child } from "../../shared/dom.js";

/** Creates a section under its own heading. */
export function createSection(title: string, name: string, ...content: Child[]): HTMLElement {
  const id = `escale-centre-${name}`;
  return createElement(
    "section",
    { class: id, "aria-labelledby": id },
    createElement("h3", { class: "escale-centre-heading", part: "heading", id }, title),
    ...content,
  );
}

/** Creates a list, or a paragraph that says why there is none. */
export const createList = (items: readonly HTMLElement[], none: string): HTMLElement =>
  items.length > 0
    ? createElement("ul", { class: "escale-centre-list" }, ...items)
    : createElement("p", { class: "escale-centre-none" }, none);

/** Options of a button besides its text. */
export interface ButtonOptions {
  /** Identifies the button across renderings, so that it keeps the focus. */
  readonly key?: string;
  /** Completes the accessible name where several buttons have the same text. */
  readonly subject?: string;
  readonly isDisabled?: boolean;
}

/** Creates a button of the centre; `name` completes its class. */
export const createCentreButton = (
  text: string,
  name: string,
  onClick: (button: HTMLElement) => unknown,
  { key, subject, isDisabled }: ButtonOptions = {},
): HTMLButtonElement =>
  createButton(
    text,
    {
      class: `escale-centre-${name}`,
      part: "button",
      "data-key": key,
      // The visible text first: speech input matches it.
      "aria-label": subject === undefined ? undefined : `${text} : ${subject}`,
      disabled: isDisabled,
    },
    onClick,
  );

/** Creates a radio button with its label. */
export function createRadio(
  text: string,
  { name, key, isChecked }: { name: string; key: string; isChecked: boolean },
  onChange: () => unknown,
): HTMLElement {
  const input = createElement("input", {
    type: "radio",
    name,
    checked: isChecked,
    "data-key": key,
  });
  input.addEventListener("change", () => void onChange());
  const label = createElement("span", { class: "escale-centre-label" }, text);
  return createElement("label", { class: "escale-centre-choice" }, input, label);
}
