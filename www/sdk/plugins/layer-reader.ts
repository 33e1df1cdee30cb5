/**
 * Reader of dataLayer entries. In: entries of any shape, in order. Out: events with GA4's names and parameters. Older
 * shapes of Universal Analytics are read as well. Never: an entry kept beyond the next event.
 */
import type { Params } from "./travel-fields.js";

/** Actions of Universal Analytics under `ecommerce`, and GA4's names for them. */
const ACTIONS: Readonly<Record<string, string>> = {
  purchase: "purchase",
  refund: "refund",
  checkout: "begin_checkout",
  add: "add_to_cart",
  detail: "view_item",
};
/** Events of GA4 that an action of Universal Analytics may stand under. */
const NAMES = Object.values(ACTIONS);

/** Event with its parameters. */
export type LayerEvent = readonly [name: string, params: unknown];

const asParams = (params: unknown): Params =>
  typeof params === "object" && params !== null ? (params as Params) : {};
const own = (params: Params, key: string): unknown =>
  Object.hasOwn(params, key) ? params[key] : undefined;

/**
 * Returns a reader of dataLayer entries: each event with its parameters. `ecommerce` is kept for
 * the next event, once.
 */
export function readLayer(): (entry: unknown) => LayerEvent | undefined {
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
    const older = universal(name, pushed, asParams(waiting));
    if (older) waiting = undefined;
    if (older || typeof name !== "string") return older;
    const params = { ...pushed, ...asParams(own(pushed, "eventModel")), ...asParams(waiting) };
    waiting = undefined;
    return [name, params];
  };
}

/** Reads an entry of Universal Analytics: an action with its products, or the fields of a transaction. */
function universal(name: unknown, pushed: Params, ecommerce: Params): LayerEvent | undefined {
  const isTransaction =
    typeof own(pushed, "transactionId") === "string" ||
    typeof own(pushed, "transactionId") === "number";
  if (isTransaction && !NAMES.includes(String(name)))
    return ["purchase", flat(pushed, pushed, own(pushed, "transactionProducts"))];
  const action = Object.keys(ACTIONS).find((key) => typeof own(ecommerce, key) === "object");
  if (action === undefined) return undefined;
  const given = asParams(ecommerce[action]);
  const params = flat(pushed, asParams(own(given, "actionField")), own(given, "products"));
  return [NAMES.includes(String(name)) ? String(name) : (ACTIONS[action] ?? action), params];
}

/** Returns GA4's parameters for a transaction. The other fields of the push stay. */
const flat = (pushed: Params, field: Params, products: unknown): Params => ({
  ...pushed,
  ecommerce: undefined,
  transaction_id: own(field, "id") ?? own(field, "transactionId"),
  value: own(field, "revenue") ?? own(field, "transactionTotal"),
  items: Array.isArray(products)
    ? products.map((product) => ({ ...asParams(product), item_id: own(asParams(product), "id") }))
    : undefined,
});
