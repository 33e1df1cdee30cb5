/**
 * Layout of Escale's own block, without which the page would shift later. Colours follow with `block-paint`. The rules
 * have the weight of a few element names: they win over resets, and every class of the site wins over them.
 */
export const BLOCK_LAYOUT =
  "escale-offer section:where(.escale-offer){padding:1rem;&+section{margin-top:1rem}& *{margin:0}& :where(.escale-link){display:grid;gap:.5rem;justify-items:start;color:inherit;text-decoration:none}& img{width:100%;height:auto;&:not([height]){aspect-ratio:3/2}}& :where(.escale-title){font-size:1.2em}& :where(.escale-badge,.escale-cta){padding:.4em 1em}& button{min-height:1.5rem;margin-top:.5rem;padding:0;border:0;font:inherit}}";

let sheet: CSSStyleSheet | undefined;

/** Adopts the layout once per document or shadow root. */
export function adoptBlockLayout(root: Node): void {
  const { adoptedStyleSheets } = root as Document;
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(BLOCK_LAYOUT);
  if (!adoptedStyleSheets.includes(sheet)) adoptedStyleSheets.push(sheet);
}
