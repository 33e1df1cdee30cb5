/** Elements. Comes in: a name, attributes, children; goes out: the element. Never takes HTML: texts are texts. */

/** @typedef {Node | string | null | undefined} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Record<string, string>} [attributes] @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  return put(made, attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string | number>} [attributes] @param {...Child} children @returns {Element} */
export function drawn(name, attributes = {}, ...children) {
  return put(document.createElementNS(SVG, name), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} made @param {Record<string, string | number>} attributes @param {Child[]} children @returns {E}
 */
function put(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
