/**
 * Mapping of Google Analytics 4 events. In: the name and parameters, unchecked. Out: equal
 * arguments of `track`. Travel, amounts and ids pass only. Never: an error, names of items, search
 * terms, or personal data.
 */
import type { Fields } from "../base/client-types.js";

/** Arguments of `track`. */
export type TrackArguments = readonly [name: string, fields: Fields];

type Params = Readonly<Record<string, unknown>>;

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

/** Parameters of each field, the most usual first. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  destination: ["destination", "travel_destination", "travel_destid", "flight_destid"],
  start_date: ["start_date", "travel_startdate", "flight_startdate", "hrental_startdate"],
  end_date: ["end_date", "travel_enddate", "flight_enddate", "hrental_enddate"],
  adults: ["adults", "number_of_adults", "number_of_passengers"],
  children: ["children", "number_of_children"],
};
const DATE = /^20\d\d-\d\d-\d\d$/;
const COUNT = /^\d{1,3}$/;

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
    ? given["items"].slice(0, PROMOTIONS_MAX).map(asParams)
    : [];
  if (OFFER_EVENTS.includes(kind)) return promotions(given, items).map((fields) => [kind, fields]);
  // A partial refund leaves the trip booked.
  if (name === "refund" && items.length > 0) return [];
  return [[kind, { ...travel(given, items), ...money(given), ...topics(given) }]];
}

function asParams(params: unknown): Params {
  return typeof params === "object" && params !== null ? (params as Params) : {};
}

/** Returns one event per promotion id, from the event or its items. */
function promotions(given: Params, items: readonly Params[]): Fields[] {
  const named = items.some((item) => Object.hasOwn(item, "promotion_id")) ? items : [given];
  const ids = new Set(named.map((one) => text(own(one, "promotion_id"))));
  const placement = text(own(given, "creative_slot"));
  return [...ids].flatMap((offer) => (offer ? [{ offer, ...(placement && { placement }) }] : []));
}

function travel(given: Params, items: readonly Params[]): Fields {
  const found = Object.entries(PLACES).map(([field, places]) => {
    const isFit = (value: string): boolean =>
      field.endsWith("_date") ? DATE.test(value) : field === "destination" || COUNT.test(value);
    const values = [given, ...items].flatMap((one) => places.map((place) => text(own(one, place))));
    return [field, values.find((value) => value !== undefined && isFit(value))] as const;
  });
  return Object.fromEntries(found);
}

function money(given: Params): Fields {
  const id = text(own(given, "transaction_id") ?? own(given, "id"));
  const value = Number(text(own(given, "value")) ?? "none");
  return { id, value: value >= 0 && Number.isFinite(value) ? value : undefined };
}

function topics(given: Params): Fields {
  const named = own(given, "topics");
  return Array.isArray(named)
    ? { topics: named.filter((topic) => typeof topic === "string").slice(0, 16) }
    : { topics: text(named) };
}

const own = (params: Params, key: string): unknown =>
  Object.hasOwn(params, key) ? params[key] : undefined;

function text(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value).trim().slice(0, 128) || undefined;
}

/**
 * Returns a reader of dataLayer entries: each event with its parameters. `ecommerce` is kept for
 * the next event, once.
 */
export function readLayer(): (
  entry: unknown,
) => readonly [name: string, params: unknown] | undefined {
  let waiting: unknown;
  return (entry) => {
    if (typeof entry !== "object" || entry === null) return undefined;
    if (Array.isArray(entry) || Object.prototype.toString.call(entry) === "[object Arguments]") {
      const [command, name, params] = Array.prototype.slice.call(
        entry as ArrayLike<unknown>,
      ) as unknown[];
      return command === "event" && typeof name === "string" ? [name, params] : undefined;
    }
    const pushed = entry as Params;
    // `ecommerce: null` clears what an earlier push left.
    if (Object.hasOwn(pushed, "ecommerce")) waiting = pushed["ecommerce"];
    const name = own(pushed, "event");
    if (typeof name !== "string") return undefined;
    const params = { ...pushed, ...asParams(own(pushed, "eventModel")), ...asParams(waiting) };
    waiting = undefined;
    return [name, params];
  };
}
