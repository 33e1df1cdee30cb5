/** Events and the fields that each reads, as the engine does. In: a name. Out: the known names. */

const TOPICS = ["topics", "interests"];
/** Fields of an event about travel. */
const TRAVEL = [
  ...TOPICS,
  "destination",
  "start_date",
  "end_date",
  "adults",
  "children",
  "value",
  "offer",
];
const BOOKING = [...TRAVEL, "id"];
const OFFER = [...TOPICS, "offer", "placement"];
const MESSAGE = ["channel", "family", "id"];
const DECLARATION = [
  ...TOPICS,
  "fact",
  "value",
  "zone",
  "birthday",
  "frequency",
  "deny",
  "allow",
  "source",
];

/** Fields by event. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  view_item: BOOKING,
  search: TRAVEL,
  quote_start: TRAVEL,
  quote_step: TRAVEL,
  quote_submit: TRAVEL,
  booking: BOOKING,
  booking_cancel: BOOKING,
  offer_impression: OFFER,
  offer_click: OFFER,
  offer_less: OFFER,
  offer_booked: OFFER,
  offer_never: OFFER,
  declare: DECLARATION,
  newsletter_signup: [...TRAVEL, "frequency"],
  add_to_wishlist: BOOKING,
  download: TRAVEL,
  contest: TRAVEL,
  review: TRAVEL,
  share: TRAVEL,
  referral: TRAVEL,
  unsubscribe: [...TOPICS, "frequency"],
  message_sent: MESSAGE,
  message_opened: [...MESSAGE, "machine"],
  message_clicked: MESSAGE,
};
/** Fields that the guide names as ignored, and those of Escale's own events. */
const IGNORED = ["currency", "step", "origin", "items", "slot", "decided_ms", "propensity"];
const KNOWN = new Set([...Object.values(FIELDS).flat(), ...IGNORED, "variant", "arm", "scenario"]);

/** Names of the events, those of Google Analytics included. */
export const EVENTS = [
  ...Object.keys(FIELDS),
  "begin_checkout",
  "add_shipping_info",
  "add_payment_info",
  "generate_lead",
  "purchase",
  "refund",
  "add_to_cart",
  "file_download",
  "select_promotion",
  "view_promotion",
  "view_search_results",
];

/** Returns the fields of an event. */
export const fieldsOf = (event: string): readonly string[] =>
  (Object.hasOwn(FIELDS, event) ? FIELDS[event] : undefined) ?? TRAVEL;

/** Returns `true` if some event reads a field, or the guide names it as ignored. */
export const isField = (name: string): boolean =>
  KNOWN.has(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
