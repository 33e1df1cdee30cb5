/**
 * Colours and corners of Escale's own block, which move nothing: they come with the recorder. In: custom properties of
 * the site. Out: rules of the same weight as the layout's.
 */
export const BLOCK_PAINT = `escale-offer section:where(.escale-offer){box-shadow:0 0 0 1px var(--escale-border,#8886);border-radius:var(--escale-radius,.75rem);background:var(--escale-surface,none);color:var(--escale-text,inherit);text-align:start;overflow-wrap:anywhere;
& img{max-width:100%!important;object-fit:cover;border-radius:calc(var(--escale-radius,.75rem)/2)}
& :where(.escale-title,.escale-price,.escale-cta){font-weight:700}
& :where(.escale-badge,.escale-cta){box-shadow:inset 0 0 0 1px var(--escale-accent,currentcolor);border-radius:9em}
& :where(.escale-cta){background:var(--escale-accent,none);color:var(--escale-on-accent,inherit)}
& button{background:none;color:inherit;text-decoration:underline;cursor:pointer}}`;
