/**
 * An offer as nodes. In: the offer's texts, perhaps the site's template. Out: nodes that are not yet in the page. Never:
 * text parsed as markup (it works under Trusted Types), or an address outside the allow-list.
 */

/** Texts of an offer by key. */
export type Content = Readonly<Record<string, string>>;

/** Description of a node, for the browser and for HTML: its tag, attributes and children. */
export type VNode = [tag: string, attributes: Content, ...children: (VNode | string)[]];

/** Texts of the block in reading order, with their schema.org properties and the numbers for machines. */
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
 * Describes the block: a labelled section with a link and the button that asks why. It has microdata of schema.org's
 * `Offer`, with price and rating if the offer has them as numbers.
 */
export function describeBlock(content: Content, why: string): VNode {
  const [href, src] = [allowed(textOf(content, "url")), allowed(textOf(content, "image"))];
  const link: VNode = [
    href ? "a" : "div",
    { class: "escale-link", ...(href && { href, itemprop: "url" }) },
  ];
  if (src) link.push(describeImage(content, src));
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
      const value = textOf(content, name);
      if (value) part.push(["meta", { itemprop: property, content: value }]);
    }
    // A space, so that texts do not run together where they are read aloud or copied.
    link.push(" ", part);
  }
  return [
    "section",
    { class: "escale-offer", "aria-label": content["title"] || "Escale", ...item("Offer") },
    link,
    ["button", { class: "escale-why", type: "button" }, why],
  ];
}

/** Describes the image. With its size the browser keeps its room while it loads. */
function describeImage(content: Content, src: string): VNode {
  const { alt = "", image_width: width, image_height: height } = content;
  // The referrer's policy precedes the address: the image is requested without the page's own.
  const attributes = { class: "escale-image", referrerpolicy: "no-referrer", src, alt };
  return ["img", { ...attributes, itemprop: "image", ...(width && height && { width, height }) }];
}

const item = (type: string): Content => ({ itemscope: "", itemtype: `https://schema.org/${type}` });

/** Builds the block's nodes. */
export const buildBlock = (content: Content, why: string): Element[] => [
  createNode(describeBlock(content, why)),
];

/**
 * Fills a site's template: `data-bind` takes a text, `data-bind-href` and `data-bind-src` an address. Elements without a
 * value are removed.
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
  return [...fragment.children];
}

/**
 * Returns an address if it is allowed: `http`, `https` or relative; never `javascript:` or `data:`. Browsers ignore tabs
 * and line feeds inside an address, so an address with a control character is refused.
 */
export function allowed(address: string | undefined): string | undefined {
  const trimmed = address?.trim();
  return trimmed && !/[\p{Cc}\\]/u.test(trimmed) && /^(?:https?:|[^:]*$|[^:]*[/?#])/i.test(trimmed)
    ? trimmed
    : undefined;
}

/** Returns a text of the offer. `undefined` if it is absent or empty. */
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
