/**
 * An offer as nodes of the page. Comes in: the offer's texts, perhaps the site's own template. Goes out: nodes, not
 * yet in the page. Text is only ever text, addresses pass the allow-list, nothing is parsed as markup: it works
 * under Trusted Types.
 */

/** An offer's texts by their keys. */
export type Content = Readonly<Record<string, string>>;

/** The block's texts, in the order in which they are read out. */
export const PARTS = [
  ["span", "badge"],
  ["h3", "title"],
  ["p", "text"],
  ["span", "price"],
  ["span", "cta"],
] as const;

/** The block as Escale builds it: a labelled section with a link and the control that asks why. */
export function buildBlock(content: Content, why: string): Element[] {
  const section = element("section", "offer", { "aria-label": content["title"] || "Escale" });
  const button = element("button", "why", { type: "button" });
  button.textContent = why;
  section.append(buildLink(content), button);
  return [section];
}

/**
 * A site's own template, filled: `data-bind` takes a text, `data-bind-href` and `data-bind-src` an address.
 * What the offer lacks is taken out.
 */
export function fillTemplate(template: HTMLTemplateElement, content: Content): Element[] {
  const fragment = template.content.cloneNode(true) as DocumentFragment;
  for (const attribute of ["", "href", "src"]) {
    const bind = attribute === "" ? "data-bind" : `data-bind-${attribute}`;
    for (const bound of fragment.querySelectorAll(`[${bind}]`)) {
      const text = textOf(content, bound.getAttribute(bind) ?? "");
      const value = attribute === "" ? text : allowed(text);
      if (value === undefined) bound.remove();
      else if (attribute === "") bound.textContent = value;
      else bound.setAttribute(attribute, value);
    }
  }
  return Array.from(fragment.children);
}

/**
 * The address, if it is one to be used: `http`, `https` and relative ones, never `javascript:`, never `data:`.
 * Browsers drop tabs and line feeds wherever they stand, so that any control character is a refusal.
 */
export function allowed(address: string | undefined): string | undefined {
  const trimmed = address?.trim();
  return trimmed && !/[\p{Cc}\\]/u.test(trimmed) && /^(?:https?:|[^:]*$|[^:]*[/?#])/i.test(trimmed) ? trimmed : undefined;
}

function buildLink(content: Content): Element {
  const [href, src] = [allowed(textOf(content, "url")), allowed(textOf(content, "image"))];
  const link = element(href === undefined ? "div" : "a", "link", href === undefined ? {} : { href });
  if (src !== undefined) link.append(element("img", "image", { src, alt: content["alt"] ?? "" }));
  for (const [tag, key] of PARTS) {
    const text = textOf(content, key);
    if (text === undefined) continue;
    const part = element(tag, key);
    part.textContent = text;
    link.append(part);
  }
  return link;
}

/** A text of the offer, if it has one. */
export const textOf = (content: Content, key: string): string | undefined => (Object.hasOwn(content, key) && content[key]) || undefined;

function element(tag: string, name: string, attributes: Content = {}): Element {
  const made = document.createElement(tag);
  made.className = `escale-${name}`;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
