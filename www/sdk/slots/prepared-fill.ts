/**
 * First frame: fills slots from the record of prepared decisions, as the parser creates them. In: a site whose visitor
 * agreed on this page. Out: filled slots. Never: a request, or an element that could run a script: the record is data of
 * the browser's storage.
 */
import { languageOf } from "../base/language.js";
import {
  RECORD_FORM,
  preparedKey,
  type PreparedElement,
  type PreparedRecord,
} from "./prepared-record.js";
import type { Content, VNode } from "./render.js";

const TAGS = /^(a|b|button|div|h\d|img|meta|p|section|span)$/;
const UNSAFE = /^(on|style|form)/i;

let stop = (): void => undefined;

/** Fills this page's slots, as they appear until the page is parsed. */
export function fillPrepared(site: string): void {
  const record = readRecord(preparedKey(site));
  if (!record || slots("[data-escale-at]")[0]) return;
  let steps = record.first;
  const fill = (): void => {
    for (const slot of slots(":not([data-escale-state])")) {
      const step = steps[slot.getAttribute("placement") ?? ""];
      // This slot and the later ones are the engine's: a new layout, or blocks that only the page can render.
      if (!step?.blocks || slot.hasAttribute("template") || languageOf(slot) !== record.language)
        return stop();
      steps = step.next;
      slot.escalePrepared = { record, step };
      setAttributes(slot, step.attributes);
      if (step.blocks[0]) show(slot, step.blocks, record);
    }
  };
  const observer = new MutationObserver(fill);
  stop = () => observer.disconnect();
  observer.observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", stop);
  fill();
}

/** Restores the page's own content in the slots that no session has taken over yet. */
export function emptyPrepared(): void {
  stop();
  for (const slot of slots("[data-escale-at]")) {
    if (!slot.escalePrepared) continue;
    for (const node of [...slot.children]) if (node.slot) node.remove();
    slot.shadowRoot?.replaceChildren(document.createElement("slot"));
    for (const name of Object.keys(slot.escalePrepared.step.attributes)) slot.removeAttribute(name);
    // Without a state the slot would be hidden until its deadline.
    setAttributes(slot, { "data-escale-state": "default", "data-escale-reason": "consent" });
  }
}

const slots = (selector: string): PreparedElement[] => [
  ...document.querySelectorAll<PreparedElement>(`escale-offer${selector}`),
];

function readRecord(key: string): PreparedRecord | undefined {
  try {
    const record = JSON.parse(localStorage.getItem(key) as string) as PreparedRecord;
    const nowMs = Date.now();
    const isValid = nowMs >= record.fromMs && nowMs < record.untilMs;
    if (isValid && record.form === RECORD_FORM) return record;
  } catch {
    // Without storage, a record, or with another text under this key, the engine decides.
  }
  return undefined;
}

function show(
  slot: HTMLElement,
  blocks: readonly string[],
  { nodes, style }: PreparedRecord,
): void {
  const root = slot.shadowRoot ?? slot.attachShadow({ mode: "open" });
  const outlet = document.createElement("slot");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  // The block's rules are for the document, the slot's for its own root.
  for (const scope of [root, document]) scope.adoptedStyleSheets.push(sheet);
  outlet.name = "escale";
  root.replaceChildren(outlet);
  for (const key of blocks) {
    const node = nodes[key];
    if (node) slot.append(createNode(node));
  }
}

/** Builds a node of a block. Throws for any other node: the slot keeps its own content. */
function createNode([tag, attributes, ...children]: VNode): Element {
  // No element has an empty name: this throws.
  const element = document.createElement(TAGS.test(tag) ? tag : "");
  setAttributes(element, attributes);
  if ((element as Partial<HTMLAnchorElement>).protocol === "javascript:") throw new TypeError(tag);
  for (const child of children)
    element.append(typeof child === "string" ? child : createNode(child));
  return element;
}

function setAttributes(element: Element, attributes: Content): void {
  for (const name in attributes)
    if (!UNSAFE.test(name)) element.setAttribute(name, attributes[name] ?? "");
}
