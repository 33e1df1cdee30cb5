/**
 * The landing from a message. Comes in: the address the document was opened by, once consent is there. Goes out: the
 * recipient's reaction, by the id of the sending, once. Must keep nothing else of the address, and tie nobody to
 * anybody: messages are forwarded.
 */
import type { Told } from "./ga4.js";

const CHANNELS: Readonly<Record<string, string>> = {
  email: "email",
  "e-mail": "email",
  mail: "mail",
  sms: "sms",
  call: "call",
  shop: "shop",
};
const ID = /^[\w.~-]{1,64}$/;

/** The reaction that an address tells of: `?escale_send=ID`, `utm_medium` for the channel, `escale_family` if you like. */
export function landingEvent(address: string): Told | undefined {
  const params = new URLSearchParams(address.split("#", 1)[0]?.split("?").slice(1).join("?"));
  const id = params.get("escale_send") ?? "";
  if (!ID.test(id)) return undefined;
  const medium = (params.get("utm_medium") ?? "").toLowerCase();
  const channel = Object.hasOwn(CHANNELS, medium) ? CHANNELS[medium] : "email";
  const family = params.get("escale_family") ?? "";
  return ["message_clicked", { id, channel, family: ID.test(family) ? family : undefined }];
}

/** The address this document was opened by, whatever the site has made of it since; loaded again it tells the same, which counts once. */
export const landingAddress = (): string =>
  performance.getEntriesByType("navigation")[0]?.name ?? location.href;
