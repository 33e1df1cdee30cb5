/**
 * Landing from a message. In: the address that the document was opened by, after consent. Out: one
 * `message_clicked` event with the id of the sending. Never: other parts of the address, or a link
 * between persons, as messages are forwarded.
 */
import type { TrackArguments } from "./ga4.js";

const CHANNELS: Readonly<Record<string, string>> = {
  email: "email",
  "e-mail": "email",
  mail: "mail",
  sms: "sms",
  call: "call",
  shop: "shop",
};
const ID = /^[\w.~-]{1,64}$/;

/**
 * Returns the event of an address with `?escale_send=ID`; `utm_medium` gives the channel,
 * `escale_family` the family, `escale_offer` the offer.
 */
export function landingEvent(address: string): TrackArguments | undefined {
  const params = mailParams(address);
  const id = params.get("escale_send") ?? "";
  if (!ID.test(id)) return undefined;
  const medium = (params.get("utm_medium") ?? "").toLowerCase();
  const channel = Object.hasOwn(CHANNELS, medium) ? CHANNELS[medium] : "email";
  const named = (name: string): string | undefined => {
    const value = params.get(name) ?? "";
    return ID.test(value) ? value : undefined;
  };
  const [family, offer] = [named("escale_family"), named("escale_offer")];
  return ["message_clicked", { id, channel, family, ...(offer && { offer }) }];
}

/**
 * Returns the parameters of an address as mail programs rewrite them: `&amp;` between two, `=3D` of quoted-printable,
 * blanks at the ends, names in capitals. The first value of a name counts.
 */
function mailParams(address: string): Map<string, string> {
  const query = address.split("#", 1)[0]?.split("?").slice(1).join("?") ?? "";
  const given = [...new URLSearchParams(query.replace(/&(?:amp;)+/gi, "&"))].map(
    ([name, value]) => [name.trim().toLowerCase(), value.trim()] as const,
  );
  // Only a message that was decoded badly has all of its values so.
  const isQuotedPrintable = given.length > 0 && given.every(([, value]) => value.startsWith("3D"));
  const params = new Map<string, string>();
  for (const [name, value] of given)
    if (!params.has(name)) params.set(name, isQuotedPrintable ? value.slice(2) : value);
  return params;
}

/**
 * Returns the address that this document was opened by, whatever the site made of it since. A
 * reload gives the same event, which counts once.
 */
export const landingAddress = (): string =>
  performance.getEntriesByType("navigation")[0]?.name ?? location.href;
