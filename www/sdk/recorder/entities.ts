/**
 * Character references of HTML in texts of a page. In: a text. Out: the text with each reference decoded once. Never:
 * markup given to a parser, which Trusted Types forbid.
 */

const ACCENTS: Readonly<Record<string, string>> = {
  grave: "\u0300",
  acute: "\u0301",
  circ: "\u0302",
  tilde: "\u0303",
  uml: "\u0308",
  ring: "\u030a",
  caron: "\u030c",
  cedil: "\u0327",
};
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  szlig: "ß",
  oelig: "œ",
  OElig: "Œ",
  aelig: "æ",
  AElig: "Æ",
  oslash: "ø",
  Oslash: "Ø",
  euro: "€",
  lsquo: "‘",
  rsquo: "’",
  laquo: "«",
  raquo: "»",
  ndash: "–",
  mdash: "—",
  hellip: "…",
};
const REFERENCE = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]{2,8}));/g;
const ACCENTED = /^([A-Za-z])([a-z]+)$/;
const CODE_POINT_MAX = 0x10ffff;

/** Decodes each reference once: `&amp;eacute;` is the text `&eacute;`. Unknown ones stay. */
export const decodeEntities = (text: string): string =>
  text.includes("&")
    ? text.replace(
        REFERENCE,
        (all, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
          if (name !== undefined) return namedCharacter(name) ?? all;
          const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
          return code > 0 && code <= CODE_POINT_MAX ? String.fromCodePoint(code) : all;
        },
      )
    : text;

function namedCharacter(name: string): string | undefined {
  if (Object.hasOwn(NAMED, name)) return NAMED[name];
  const [, letter = "", accent = ""] = ACCENTED.exec(name) ?? [];
  return Object.hasOwn(ACCENTS, accent)
    ? `${letter}${ACCENTS[accent] ?? ""}`.normalize("NFC")
    : undefined;
}
