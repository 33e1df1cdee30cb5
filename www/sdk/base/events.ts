/**
 * Events that a site tracks, each with its fields. Types only: nothing of this file reaches a bundle.
 * Never: a name that the engine or the dataLayer reader does not know.
 */
import type { Choice } from "./types.js";

/** Topics of the config, such as `trip.city`, or `trip.city:0.5` with a weight up to 4. A string is separated by commas. */
export type Topics = readonly string[] | string;

/** Calendar date, `YYYY-MM-DD`, from 2020 to 2099. */
export type IsoDate = `${number}-${number}-${number}`;

/** Topics that any event may name. Without any, an event is about the page at hand. */
export interface TopicFields {
  readonly topics?: Topics | undefined;
  /** Same as `topics`. */
  readonly interests?: Topics | undefined;
}

/** Fields of an event about travel. */
export interface TravelFields extends TopicFields {
  /** Name or alias of a topic of the facet `destination`. */
  readonly destination?: string | undefined;
  readonly start_date?: IsoDate | undefined;
  readonly end_date?: IsoDate | undefined;
  /** Same as `start_date`. */
  readonly startDate?: IsoDate | undefined;
  /** Same as `end_date`. */
  readonly endDate?: IsoDate | undefined;
  /** Whole number, up to 255. */
  readonly adults?: number | undefined;
  /** Whole number, up to 255. */
  readonly children?: number | undefined;
  /** Amount of at least 0, in the site's currency. It is kept to the cent. */
  readonly value?: number | undefined;
}

/** Fields of a booking and its cancellation. */
export interface BookingFields extends TravelFields {
  /** Id of the booking. Only its hash is kept. An id that is tracked again counts once. */
  readonly id?: string | number | undefined;
}

/** Fields of an event about an offer. */
export interface OfferFields extends TopicFields {
  /** Id of the offer. */
  readonly offer: string;
  /** Name of the placement that shows the offer. */
  readonly placement?: string | undefined;
}

/** Wanted frequency of messages. */
export type Frequency = "any" | "weekly" | "monthly" | "seasonal" | "never";

/** Fields of a message of another channel. */
export interface MessageFields {
  readonly channel: "web" | "email" | "sms" | "mail" | "call" | "shop";
  /** Family of the message, as the config names it. */
  readonly family?: string | undefined;
  /** Offer that the message carried, or that was clicked. Its family is the message's. */
  readonly offer?: string | undefined;
  /** Topics that a reaction teaches, instead of those of the family. */
  readonly topics?: string | readonly string[] | undefined;
  /** Id of the sending. Only its hash is kept. */
  readonly id?: string | undefined;
}

/** Declaration of the visitor. Without `source` it is the visitor's own. */
export interface DeclareFields extends TopicFields {
  /** Facet, or number, that `value` answers. */
  readonly fact?: string | undefined;
  /** Answer to `fact`. An empty one is "no answer". */
  readonly value?: string | number | undefined;
  /** Zone of school holidays. */
  readonly zone?: string | undefined;
  /** Day of birth: `MM-DD`, or a full date, of which the year is discarded. */
  readonly birthday?: string | undefined;
  readonly frequency?: Frequency | undefined;
  /** Topic that no longer counts, and counts against its offers. */
  readonly deny?: string | undefined;
  /** Topic that counts again after `deny`. */
  readonly allow?: string | undefined;
  /** Origin of the declaration. @defaultValue `"self"` */
  readonly source?: "self" | "shop" | "crm" | undefined;
}

/** Each event of Escale, with its fields. */
export interface EventMap {
  /** A product is viewed. */
  view_item: BookingFields;
  /** A search opens a trip in mind, or continues one. */
  search: TravelFields;
  /** A quote begins. */
  quote_start: TravelFields;
  /** A quote continues. */
  quote_step: TravelFields;
  /** A quote is sent. */
  quote_submit: TravelFields;
  booking: BookingFields;
  booking_cancel: BookingFields;
  /** An offer is seen. A choice with an offer records its decision too. */
  offer_impression: OfferFields | Choice;
  /** An offer is clicked. A choice with an offer records its decision too. */
  offer_click: OfferFields | Choice;
  /** The visitor wants to see less of an offer. */
  offer_less: OfferFields;
  /** The visitor has booked this already. */
  offer_booked: OfferFields;
  /** The visitor never wants to see an offer again. */
  offer_never: OfferFields;
  declare: DeclareFields;
  newsletter_signup: TopicFields;
  add_to_wishlist: BookingFields;
  download: TravelFields;
  contest: TopicFields;
  /** A review counts towards being an advocate. */
  review: TopicFields;
  /** Sharing counts towards being an advocate. */
  share: TopicFields;
  /** A referral counts towards being an advocate. */
  referral: TopicFields;
  unsubscribe: { readonly frequency?: Frequency | undefined };
  message_sent: MessageFields;
  /** An opening by a machine counts as a sending. */
  message_opened: MessageFields & { readonly machine?: boolean | undefined };
  message_clicked: MessageFields;
}

/** Fields of an event of Google Analytics 4. Escale reads travel, amounts and ids; all others are ignored. */
export type Ga4Fields = Readonly<Record<string, unknown>>;

/** Events of Google Analytics 4 that Escale counts as its own. */
export interface Ga4EventMap {
  begin_checkout: Ga4Fields;
  add_shipping_info: Ga4Fields;
  add_payment_info: Ga4Fields;
  generate_lead: Ga4Fields;
  purchase: Ga4Fields;
  refund: Ga4Fields;
  add_to_cart: Ga4Fields;
  file_download: Ga4Fields;
  select_promotion: Ga4Fields;
  view_promotion: Ga4Fields;
  view_search_results: Ga4Fields;
}

/** Name of an event that `track` counts. */
export type EventName = keyof EventMap | keyof Ga4EventMap;

/** Fields that `track` accepts for an event. Items are those of Google Analytics 4. */
export type FieldsOf<E extends EventName> = E extends keyof EventMap
  ? EventMap[E] | (Ga4Fields & { readonly items: readonly object[] })
  : Ga4Fields;

/** Event whose fields are required: it is about an offer or a message. */
export type EventWithRequiredFields = Extract<EventName, `offer_${string}` | `message_${string}`>;

/** Fields argument of `track`, required where the event needs one. */
export type TrackFields<E extends EventName> = E extends EventWithRequiredFields
  ? [fields: FieldsOf<E>]
  : [fields?: FieldsOf<E>];

/** Name of an event that `on` listens to. */
export type ListenableEvent = keyof EventMap | "identify" | "error";
