/**
 * Elements, shared by the SDK and the report page. In: a tag, attributes, children. Out: an element that is not yet in
 * the page. Never: markup made of text.
 */

/** @typedef {Readonly<Record<string, string | number | boolean | null | undefined>>} Attributes */
/** @typedef {Node | string | null | undefined} Child */

/**
 * Creates an HTML element. Attributes that are absent or `false` are left out; so are absent children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const createElement = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);

/**
 * Creates an SVG element, by the rules of {@link createElement}.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export const createSvgElement = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/**
 * Creates a button that submits no form.
 *
 * @param {string} text
 * @param {Attributes} attributes
 * @param {(button: HTMLButtonElement) => unknown} onClick
 */
export function createButton(text, attributes, onClick) {
  const button = createElement("button", { type: "button", ...attributes }, text);
  button.addEventListener("click", () => void onClick(button));
  return button;
}

/**
 * Adopts a style sheet once per document or shadow root. A strict CSP refuses `style` elements; adopted sheets pass.
 *
 * @param {string} css
 * @param {DocumentOrShadowRoot} [root]
 */
export function injectStyles(css, root = document) {
  const sheet = sheets.get(css) ?? new CSSStyleSheet();
  if (!sheets.has(css)) sheet.replaceSync(css);
  sheets.set(css, sheet);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}

/** @type {Map<string, CSSStyleSheet>} */
const sheets = new Map();

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} [attributes]
 * @param {readonly Child[]} [children]
 * @returns {E}
 */
function fill(element, attributes = {}, children = []) {
  for (const [name, value] of Object.entries(attributes))
    if (value || value === "" || value === 0)
      element.setAttribute(name, value === true ? "" : String(value));
  element.append(...children.filter((child) => child != null));
  return element;
}
