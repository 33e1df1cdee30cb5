/**
 * Mapping of Google Analytics 4 events. In: the name and parameters, unchecked. Out: equal
 * arguments of `track`. Travel, amounts and ids pass only. Never: an error, names of items, search
 * terms, or personal data.
 */
import { hash32 } from "../base/hash.js";
import { warnOnce } from "../base/warn-once.js";
import type { Fields } from "../base/client-types.js";
import { amountOf, asText, sumOf, travelFields, type Params } from "./travel-fields.js";

/** Arguments of `track`. */
export type TrackArguments = readonly [name: string, fields: Fields];

/** Event names by GA4's names. A list view has no entry: the page view covers it. */
const ALIASES: Readonly<Record<string, string>> = {
  begin_checkout: "quote_start",
  add_shipping_info: "quote_step",
  add_payment_info: "quote_step",
  generate_lead: "quote_submit",
  purchase: "booking",
  refund: "booking_cancel",
  add_to_cart: "add_to_wishlist",
  file_download: "download",
  select_promotion: "offer_click",
  view_promotion: "offer_impression",
  view_search_results: "search",
};
/** Escale's own names, which a site may push into its dataLayer. */
const OWN = [
  "view_item",
  "search",
  "quote_start",
  "quote_step",
  "quote_submit",
  "booking",
  "booking_cancel",
  "newsletter_signup",
  "add_to_wishlist",
  "download",
  "contest",
  "review",
  "share",
  "referral",
];
/** Known names without an event of their own: later events count. */
const PASSED_OVER = ["page_view", "view_item_list", "select_item", "view_cart", "remove_from_cart"];
const OFFER_EVENTS = ["offer_click", "offer_impression"];
const PROMOTIONS_MAX = 8;

const ITEMS_MAX = 64;
/** Totals of the purchases on this page, by id. */
const purchases = new Map<string, number | undefined>();
const PURCHASES_MAX = 64;

/**
 * Returns the mapped events; `undefined` for an unknown name. Unreadable parameters give no events.
 */
export function eventsFromGa4(
  name: string,
  params: unknown,
): readonly TrackArguments[] | undefined {
  try {
    return mapEvent(name, params);
  } catch {
    return [];
  }
}

function mapEvent(name: string, params: unknown): readonly TrackArguments[] | undefined {
  if (PASSED_OVER.includes(name)) return [];
  const kind = Object.hasOwn(ALIASES, name) ? ALIASES[name] : OWN.find((own) => own === name);
  if (kind === undefined) return undefined;
  const given = asParams(params);
  const items = Array.isArray(given["items"])
    ? given["items"].slice(0, ITEMS_MAX).map(asParams)
    : [];
  if (OFFER_EVENTS.includes(kind))
    return promotions(given, items.slice(0, PROMOTIONS_MAX)).map((fields) => [kind, fields]);
  const fields = { ...travelFields(given, items), ...money(given, items), ...topics(given) };
  if (name === "refund" && isPartial(fields, items)) return [];
  if (kind === "booking") return [[kind, booking(fields, items)]];
  return [[kind, fields]];
}

/** Returns `true` for a refund of some items. It leaves the trip booked. */
function isPartial({ id, value }: Fields, items: readonly Params[]): boolean {
  if (items.length === 0) return false;
  const total = purchases.get(String(id));
  if (total !== undefined && typeof value === "number") return value < total;
  warnOnce(
    "dataLayer: a refund with items may be a part of the booking, and cancels nothing. Push it without items to cancel",
  );
  return true;
}

/** Returns a booking with an id. Without one, equal bookings of a day are one: pages are loaded again. */
function booking(fields: Fields, items: readonly Params[]): Fields {
  const { id = contentId(fields, items), value } = fields;
  if (purchases.size < PURCHASES_MAX) purchases.set(String(id), value as number | undefined);
  return { ...fields, id };
}

function contentId(fields: Fields, items: readonly Params[]): string {
  warnOnce("dataLayer: a purchase has no transaction_id. Equal purchases of one day count once");
  const day = new Date().toISOString().slice(0, 10);
  const content = JSON.stringify([day, fields, items.map((item) => asText(own(item, "item_id")))]);
  return `content-${hash32(content, 0x811c9dc5)}-${hash32(content, 0x9e3779b9)}`;
}

function asParams(params: unknown): Params {
  return typeof params === "object" && params !== null ? (params as Params) : {};
}

/** Returns one event per promotion id, from the event or its items. */
function promotions(given: Params, items: readonly Params[]): Fields[] {
  const named = items.some((item) => Object.hasOwn(item, "promotion_id")) ? items : [given];
  const ids = new Set(named.map((one) => asText(own(one, "promotion_id"))));
  const placement = asText(own(given, "creative_slot"));
  return [...ids].flatMap((offer) => (offer ? [{ offer, ...(placement && { placement }) }] : []));
}

function money(given: Params, items: readonly Params[]): Fields {
  const id = asText(own(given, "transaction_id")) ?? asText(own(given, "id"));
  // Zero stands for "no value" where items have prices.
  const value = amountOf(own(given, "value")) || undefined;
  const isGiven = asText(own(given, "value")) !== undefined && value === undefined;
  const sum = isGiven && Number(own(given, "value")) !== 0 ? undefined : sumOf(items);
  return { id, value: value ?? sum ?? (isGiven ? amountOf(own(given, "value")) : undefined) };
}

function topics(given: Params): Fields {
  const named = own(given, "topics");
  return Array.isArray(named)
    ? { topics: named.filter((topic) => typeof topic === "string").slice(0, 16) }
    : { topics: asText(named) };
}

const own = (params: Params, key: string): unknown =>
  Object.hasOwn(params, key) ? params[key] : undefined;
