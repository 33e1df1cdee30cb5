/**
 * An offer as nodes of the page. Comes in: the offer's texts, perhaps the site's own template. Goes out: nodes, not
 * yet in the page. Text is only ever text, addresses pass the allow-list, nothing is parsed as markup: it works
 * under Trusted Types.
 */

/** An offer's texts by their keys. */
export type Content = Readonly<Record<string, string>>;

/** A node to be: its tag, its attributes, and what stands in it. */
export type VNode = [tag: string, attributes: Content, ...inside: (VNode | string)[]];

/** The block's texts, in the order in which they are read out, what schema.org calls them, and the numbers that machines read beside them. */
const PARTS: readonly (readonly [
  tag: string,
  key: string,
  property?: string,
  numbers?: Content,
])[] = [
  ["span", "badge"],
  ["h3", "title", "name"],
  ["p", "text", "description"],
  [
    "span",
    "rating",
    "aggregateRating",
    { ratingValue: "rating_value", bestRating: "rating_best", reviewCount: "rating_count" },
  ],
  ["span", "price", "", { price: "price_value", priceCurrency: "price_currency" }],
  ["span", "cta"],
];

/**
 * The block as Escale builds it: a labelled section with a link and the control that asks why. It carries microdata of
 * schema.org's `Offer`, with the price and the rating where the offer tells them as numbers, too.
 */
export function describeBlock(content: Content, why: string): VNode {
  const [href, src] = [allowed(textOf(content, "url")), allowed(textOf(content, "image"))];
  const link: VNode = [
    href ? "a" : "div",
    { class: "escale-link", ...(href && { href, itemprop: "url" }) },
  ];
  if (src)
    link.push([
      "img",
      { class: "escale-image", src, alt: content["alt"] ?? "", itemprop: "image" },
    ]);
  for (const [tag, key, itemprop, numbers = {}] of PARTS) {
    const text = textOf(content, key);
    if (!text) continue;
    const part: VNode = [
      tag,
      {
        class: `escale-${key}`,
        ...(itemprop && { itemprop }),
        ...(key === "rating" && item("AggregateRating")),
      },
      text,
    ];
    for (const [property, name] of Object.entries(numbers)) {
      const told = textOf(content, name);
      if (told) part.push(["meta", { itemprop: property, content: told }]);
    }
    link.push(part);
  }
  return [
    "section",
    { class: "escale-offer", "aria-label": content["title"] || "Escale", ...item("Offer") },
    link,
    ["button", { class: "escale-why", type: "button" }, why],
  ];
}

const item = (type: string): Content => ({ itemscope: "", itemtype: `https://schema.org/${type}` });

/** The block as nodes. */
export const buildBlock = (content: Content, why: string): Element[] => [
  createNode(describeBlock(content, why)),
];

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
  return trimmed && !/[\p{Cc}\\]/u.test(trimmed) && /^(?:https?:|[^:]*$|[^:]*[/?#])/i.test(trimmed)
    ? trimmed
    : undefined;
}

/** A text of the offer, if it has one. */
export const textOf = (content: Content, key: string): string | undefined =>
  (Object.hasOwn(content, key) && content[key]) || undefined;

/** Builds a node. Not by `createElement`, whose optional attributes and children would cost every page 60 bytes. */
function createNode([tag, attributes, ...children]: VNode): Element {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(
    ...children.map((child) => (typeof child === "string" ? child : createNode(child))),
  );
  return element;
}
