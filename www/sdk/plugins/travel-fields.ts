/**
 * Travel, amounts and dates in events of other tools. In: parameters under anybody's names, unchecked. Out: Escale's own
 * fields. Never: a guess. An amount or a date with two readings is left out, and reported once on the console.
 */
import { warnOnce } from "../base/warn-once.js";
import type { Fields } from "../base/client-types.js";

export type Params = Readonly<Record<string, unknown>>;

/** Names of a field in other tools, in lower case without `_`, `-` and spaces. The guide lists them. */
const NAMES = {
  destination:
    "destination traveldestination traveldestid flightdestid arrivalcity hotelcity itemcity city destinationcity arrival",
  start:
    "startdate travelstartdate flightstartdate hrentalstartdate checkin checkindate arrival arrivaldate dateofarrival datedebut datearrivee outbounddate fechaentrada",
  end: "enddate travelenddate flightenddate hrentalenddate checkout checkoutdate returndate dateofdeparture datefin dateretour inbounddate fechasalida",
  departure: "departure departuredate datedepart",
  nights: "nights numberofnights nbnights numnights lengthofstay noches nuits nbnuits",
  adults:
    "adults numberofadults numberofpassengers nbadults numadults adultcount adult adultes nbadultes adultos travelers travellers",
  children:
    "children numberofchildren nbchildren numchildren childcount child kids enfants nbenfants ninos",
  pax: "pax party occupancy",
} as const;
const DAY_MS = 86_400_000;
const NIGHTS_MAX = 365;
const PEOPLE = /^(\d{1,3})(?:\s*\D{0,16})?$/;
const PAX = /^(\d{1,2})[-,/+ ](\d{1,2})(?:[-,/+ ](\d{1,2}))?$/;

/** Returns the fields about travel, from the event or else from its items. */
export function travelFields(given: Params, items: readonly Params[]): Fields {
  const params = [given, ...items].map(plainNames);
  const find = <T>(names: string, read: (text: string) => T | undefined): T | undefined => {
    for (const one of params)
      for (const name of names.split(" ")) {
        const text = asText(one.get(name));
        const found = text === undefined ? undefined : read(text);
        if (found !== undefined) return found;
      }
    return undefined;
  };
  const dates = new Dates(params);
  const read = (text: string): string | undefined => dates.read(text);
  const [departure, arrival] = [find(NAMES.departure, read), find(NAMES.start, read)];
  const start = arrival ?? departure;
  const nights = find(NAMES.nights, (text) => Number(PEOPLE.exec(text)?.[1]) || undefined);
  // Hotels depart at the end of a stay, flights at its beginning.
  const end =
    find(NAMES.end, read) ??
    (departure !== undefined && arrival !== undefined && departure > arrival
      ? departure
      : undefined) ??
    addDays(start, nights);
  const people = (text: string): string | undefined => PEOPLE.exec(text)?.[1];
  const pax = find(NAMES.pax, (text) => PAX.exec(text) ?? undefined);
  return {
    destination:
      find(NAMES.destination, (text) => (/^\d/.test(text) ? undefined : text)) ??
      params.map(placeInCountry).find((place) => place !== undefined),
    start_date: start,
    end_date: end,
    adults: find(NAMES.adults, people) ?? pax?.[1],
    children: find(NAMES.children, people) ?? (pax && String(Number(pax[2]) + Number(pax[3] ?? 0))),
  };
}

/** Returns the category of an item below that of a country's code, such as `ES` and `Mallorca`. */
function placeInCountry(params: Map<string, unknown>): string | undefined {
  const isCountry = /^[A-Z]{2,3}$/.test(asText(params.get("itemcategory")) ?? "");
  return isCountry ? asText(params.get("itemcategory2")) : undefined;
}

/** Returns parameters by their plain names: `check_in` and `checkIn` are `checkin`. */
const plainNames = (params: Params): Map<string, unknown> =>
  new Map(
    Object.keys(params).map((key) => [key.toLowerCase().replace(/[_\-\s]/g, ""), params[key]]),
  );

/** Returns a text, a number or a date as text. */
export function asText(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value).trim().slice(0, 128) || undefined;
}

const NUMERIC = /^(\d{1,2})([-/.])(\d{1,2})\2(20\d\d)$/;

/** Dates of one event. One date that can only be day-first shows the order of the others. */
class Dates {
  readonly #order: "day" | "month" | undefined;

  constructor(params: readonly Map<string, unknown>[]) {
    const dates = params
      .flatMap((one) => [...one.values()])
      .flatMap((value) => (typeof value === "string" ? [NUMERIC.exec(value.trim())] : []));
    const isDayFirst = dates.some((date) => date && Number(date[1]) > 12);
    const isMonthFirst = dates.some((date) => date && Number(date[3]) > 12);
    this.#order = isDayFirst === isMonthFirst ? undefined : isDayFirst ? "day" : "month";
  }

  /** Returns an ISO date; `undefined` if the text is none, or has two readings. */
  read(text: string): string | undefined {
    const compact = /^(20\d\d)(\d\d)(\d\d)$/.exec(text);
    if (compact) return realDate(compact[1], compact[2], compact[3]);
    const iso = /^(20\d\d)[-/](\d\d)[-/](\d\d)(?:[T ]([\d:.]*)(Z?).*)?$/.exec(text);
    if (iso) {
      // Midnight in UTC was a day without a time. Another instant is a day that depends on a time zone.
      const isInstant = iso[5] === "Z" && !/^[0:.]*$/.test(iso[4] ?? "");
      return isInstant ? unclear(text) : realDate(iso[1], iso[2], iso[3]);
    }
    const [, first = "", sign, second = "", year] = NUMERIC.exec(text) ?? [];
    if (year === undefined) return undefined;
    // Dates with points are written day-first everywhere.
    const order = first === second || sign === "." ? "day" : this.#order;
    if (order)
      return order === "day" ? realDate(year, second, first) : realDate(year, first, second);
    return unclear(text);
  }
}

/** Reports a date with two readings. */
function unclear(text: string): string | undefined {
  warnOnce(`dataLayer: the date "${text}" has two readings and is left out. Push it as 2027-04-02`);
  return undefined;
}

/** Returns the ISO date, if the calendar has it. */
function realDate(year = "", month = "", day = ""): string | undefined {
  const text = [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-");
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text
    ? undefined
    : text;
}

function addDays(day: string | undefined, days: number | undefined): string | undefined {
  if (day === undefined || days === undefined || days > NIGHTS_MAX) return undefined;
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const AMOUNT = /^(?:[A-Z]{3}|\p{Sc})?\s*(\d[\d.,'’\s]*?)\s*(?:[A-Z]{3}|\p{Sc})?$/u;
/** Digits grouped by a space or an apostrophe. */
const SPACED = /^\d{1,3}(?:['’\s]\d{3})+(?:[.,]\d+)?$/;
/** Digits grouped by commas or by points, two groups at least or with decimals. */
const GROUPED = [/^\d{1,3}(?:,\d{3})+(?:,\d{3}|\.\d+)$/, /^\d{1,3}(?:\.\d{3})+(?:\.\d{3}|,\d+)$/];
const DECIMAL = /^(\d+)(?:[.,](\d+))?$/;
/** Whole and three digits that may be a group of thousands. */
const AMBIGUOUS = /^[1-9]\d{0,2}[.,]\d{3}$/;

/** Returns an amount of at least 0: a number, or a text in a usual form. `undefined` if it has two readings. */
export function amountOf(value: unknown): number | undefined {
  if (typeof value === "number") return value >= 0 && Number.isFinite(value) ? value : undefined;
  const digits = AMOUNT.exec(asText(value) ?? "")?.[1] ?? "";
  const isSpaced = SPACED.test(digits);
  if (AMBIGUOUS.test(digits)) {
    warnOnce(`dataLayer: the amount "${digits}" has two readings and is left out. Push a number`);
    return undefined;
  }
  const grouping = GROUPED.find((form) => form.test(digits));
  const plain = isSpaced
    ? digits.replace(/['’\s]/g, "")
    : grouping
      ? digits.replace(grouping === GROUPED[0] ? /,/g : /\./g, "")
      : digits;
  const [, whole, part = "0"] = DECIMAL.exec(plain) ?? [];
  return whole === undefined ? undefined : Number(`${whole}.${part}`);
}

/** Returns the sum of the items, price by quantity. `undefined` if one of them has no readable price. */
export function sumOf(items: readonly Params[]): number | undefined {
  if (items.length === 0) return undefined;
  const prices = items.map((item) => {
    const [price, count] = [amountOf(item["price"]), amountOf(item["quantity"] ?? 1)];
    const discount = amountOf(item["discount"] ?? 0);
    return price === undefined || count === undefined || discount === undefined
      ? NaN
      : Math.max(0, price - discount) * count;
  });
  const sum = prices.reduce((total, price) => total + price, 0);
  return Number.isNaN(sum) ? undefined : Math.round(sum * 100) / 100;
}
