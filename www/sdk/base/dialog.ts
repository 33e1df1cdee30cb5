/**
 * Modal dialog over the page. In: a name, a title, content. Out: a `<dialog>` with its content in a shadow root, so that
 * page and content do not style each other. Fonts and the colour scheme are the page's. Never: a lost focus.
 */
import { createButton, createElement, injectStyles, type Child } from "../../shared/dom.js";
import type { Language } from "./language.js";

/** Description of a dialog. */
export interface DialogOptions {
  /** Class of the `<dialog>`. */
  readonly name: string;
  /** Beginning of the classes of its title and its button. */
  readonly prefix: string;
  readonly language: Language;
  readonly title: string;
  /** Text of the button that closes it. */
  readonly close: string;
  /** Style sheet of the content. */
  readonly style: string;
  /** Greatest width, as CSS has it. */
  readonly width: string;
}

/** Dialog over the page. */
export interface PageDialog {
  readonly root: ShadowRoot;
  readonly dialog: HTMLDialogElement;
  readonly close: () => void;
}

/** Rules of the `<dialog>`, which is in the page: they win over any rule for dialogs. */
const boxStyle = (name: string, width: string): string => `
  dialog.${name} { position: fixed !important; inset: 0 !important; box-sizing: border-box !important; width: ${width} !important; min-width: 0 !important; max-width: calc(100% - 2rem) !important; height: fit-content !important; max-height: calc(100% - 2rem) !important; margin: auto !important; padding: 0 !important; overflow: auto !important; border: 1px solid var(--escale-border, #8888) !important; border-radius: var(--escale-radius, 0.75rem) !important; background: var(--escale-surface, Canvas) !important; color: var(--escale-text, CanvasText) !important; transform: none !important; opacity: 1 !important; }
  dialog.${name}::backdrop { background: rgb(0 0 0 / 50%); }
`;

const STYLE = `
  :host { all: initial !important; display: block !important; font-family: inherit !important; color: inherit !important; color-scheme: inherit !important; }
  *, ::before, ::after { box-sizing: border-box; }
  .inside { --surface: var(--escale-surface, Canvas); --accent: var(--escale-accent, light-dark(#1f5f8b, #8cc4ea)); --line: var(--escale-border, #8888);
    padding: 0 1.5rem 1.5rem; font-size: max(1rem, 16px); line-height: 1.5; text-align: start; overflow-wrap: anywhere; }
  header { position: sticky; top: 0; z-index: 1; display: flex; gap: 1rem; align-items: start; justify-content: space-between; margin: 0 -1.5rem; padding: 1.25rem 1.5rem 0.75rem; background: var(--surface); }
  h2 { margin: 0; font-size: 1.35em; line-height: 1.25; }
  p, ul { margin: 0.75rem 0; }
  button, .button { display: inline-block; min-height: 2.5rem; padding: 0.45rem 1rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--surface); color: inherit; font: inherit; line-height: 1.4; cursor: pointer; }
  button:hover, .button:hover { border-color: currentcolor; }
  button:disabled { opacity: 0.65; cursor: default; }
  header button { flex: none; }
  :focus-visible, .button:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** Selector of what can have the focus. */
const CONTROLS = "a[href], button:not(:disabled), input:not(:disabled), summary";

/**
 * Tab goes from the last control to the first, and back. By hand, because Firefox never returns from its own controls to
 * the first one of a shadow root.
 */
function wrapFocus(event: KeyboardEvent, root: ShadowRoot): void {
  const controls = [...root.querySelectorAll<HTMLElement>(CONTROLS)].filter(
    (control) => control.getClientRects().length > 0,
  );
  const [end, start] = event.shiftKey
    ? [controls[0], controls.at(-1)]
    : [controls.at(-1), controls[0]];
  if (event.key !== "Tab" || root.activeElement !== end || !start) return;
  event.preventDefault();
  start.focus();
}

/** Opens a dialog over the page, in place of one of the same name. It closes on Escape, and on a click beside it. */
export function openDialog(options: DialogOptions, ...content: Child[]): PageDialog {
  const { name, prefix, language, title, close: closeText, style, width } = options;
  injectStyles(boxStyle(name, width));
  document.querySelector(`dialog.${name}`)?.remove();
  const host = createElement("div", { lang: language, dir: "ltr" });
  const root = host.attachShadow({ mode: "open" });
  injectStyles(STYLE + style, root);
  const close = (): void => dialog.close();
  const header = createElement(
    "header",
    { part: "header" },
    createElement("h2", { class: `${prefix}-title`, part: "title" }, title),
    createButton(closeText, { class: `${prefix}-close`, part: "button close" }, close),
  );
  root.append(createElement("div", { class: "inside", part: "content" }, header, ...content));
  const dialog: HTMLDialogElement = createElement(
    "dialog",
    { class: name, lang: language, dir: "ltr", "aria-label": title },
    host,
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => wrapFocus(event, root));
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) close();
  });
  document.body.append(dialog);
  // A modal dialog makes the page behind it inert, closes on Escape, and gives the focus back.
  dialog.showModal();
  return { root, dialog, close };
}
