/** Checks of the public types: each wrong call must not compile. Compiled by `npm run check`, never run. */
import type { PublicCommand } from "./commands/table.js";
import { init, type Choice, type Escale, type EscaleError, type EscaleSnippet } from "./index.js";

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** The interface has exactly the commands of the table, besides the readers that frameworks use. */
export const commands: Equal<
  PublicCommand,
  Exclude<keyof Escale, "profile" | "get" | "subscribe"> | `profile.${keyof Escale["profile"]}`
> = true;

/** The snippet accepts every command of the table as its first argument. */
export const snippetCommands: Record<PublicCommand, (escale: EscaleSnippet) => void> = {
  consent: (escale) => escale("consent", { personalise: true }),
  ready: (escale) => escale("ready", (state) => state === "ready"),
  choose: (escale) => escale("choose", "hero", (choice) => choice.offer),
  on: (escale) => escale("on", "offer_click", ({ offer }) => offer),
  off: (escale) => escale("off", "search", () => undefined),
  explain: (escale) => escale("explain", "hero", (explanation) => explanation?.offer),
  question: (escale) => escale("question", (question) => question?.fact),
  render: (escale) => escale("render", "hero", "#hero"),
  page: (escale) => escale("page", { topics: ["trip.city"] }),
  track: (escale) => escale("track", "quote_start", { adults: 2 }),
  declare: (escale) => escale("declare", { interests: ["trip.city"] }),
  feedback: (escale) => escale("feedback", "hero", "less"),
  identify: (escale) => escale("identify", "token"),
  logout: (escale) => escale("logout"),
  flush: (escale) => escale("flush"),
  inspect: (escale) => escale("inspect", (insight) => insight?.sync?.failures),
  centre: (escale) => escale("centre"),
  debug: (escale) => escale("debug", false),
  reset: (escale) => escale("reset", (error) => error?.hint),
  "profile.get": (escale) => escale("profile.get", (profile) => profile?.labels),
  "profile.export": (escale) => escale("profile.export", (profile) => profile?.replica),
  "profile.import": (escale) => escale("profile.import", "{}", (error) => error?.code),
  "profile.pause": (escale) => escale("profile.pause"),
  "profile.resume": (escale) => escale("profile.resume"),
  "profile.forget": (escale) => escale("profile.forget", (error) => error?.hint),
};

export function options(): void {
  init({ site: "demo", config: "/escale.bin", bots: "allow", auto: "off", consent: "tcf:3,4" });
  // @ts-expect-error a site has a name
  init({ config: "/escale.bin" });
  // @ts-expect-error `bots` is `"allow"` only
  init({ site: "demo", config: "/escale.bin", bots: "deny" });
  // @ts-expect-error `auto` is `"off"` only
  init({ site: "demo", config: "/escale.bin", auto: "on" });
  // @ts-expect-error no such source of consent
  init({ site: "demo", config: "/escale.bin", consent: "onetrust" });
  // @ts-expect-error `cookie` is `"on"` or `"off"`
  init({ site: "demo", config: "/escale.bin", cookie: "yes" });
}

export function events(escale: Escale, choice: Choice): void {
  escale.track("search");
  escale.track("quote_start", { destination: "lisbon", start_date: "2027-05-07", adults: 2 });
  escale.track("purchase", { transaction_id: "B-7", value: 640, items: [{ item_id: "a" }] });
  escale.track("offer_click", choice);
  escale.on("booking", (booking) => booking?.id);
  escale.on("error", (error: EscaleError) => error.hint);
  // @ts-expect-error no such event
  escale.track("quote_began");
  // @ts-expect-error no such field
  escale.track("quote_start", { destiny: "lisbon" });
  // @ts-expect-error a number of adults is a number
  escale.track("quote_start", { adults: "two" });
  // @ts-expect-error a date is `YYYY-MM-DD`
  escale.track("search", { start_date: "7 May 2027" });
  // @ts-expect-error an event about an offer names the offer
  escale.track("offer_click");
  // @ts-expect-error no such channel
  escale.track("message_sent", { channel: "pigeon" });
  // @ts-expect-error no such event to listen to
  escale.on("offer_clicked", () => undefined);
  // @ts-expect-error the detail of `error` is an error
  escale.on("error", (error: Choice) => error);
}

export function calls(escale: Escale, snippet: EscaleSnippet): void {
  // @ts-expect-error no such consent
  escale.consent("yes");
  // @ts-expect-error no such feedback
  escale.feedback("hero", "more");
  // @ts-expect-error `identify` needs a token
  escale.identify();
  // @ts-expect-error a fact is text
  escale.declare({ fact: 7 });
  // @ts-expect-error no such command
  snippet("chose", "hero", () => undefined);
  // @ts-expect-error `choose` answers to a callback only
  snippet("choose", "hero");
  // @ts-expect-error no such event
  snippet("track", "quote_began");
  // @ts-expect-error `logout` answers nothing
  snippet("logout", () => undefined);
}

export function narrowing(choice: Choice): string {
  // @ts-expect-error a choice may have no content
  const unsafe: string | undefined = choice.content.title;
  if (!choice.offer) return `${choice.reason} ${choice.code ?? 0} ${unsafe ?? ""}`;
  const { title = "" } = choice.content;
  return `${title} ${choice.propensity.toFixed(3)} ${choice.variant} ${choice.arm}`;
}

export function destructured(choice: Choice): string {
  const { offer, content, reason } = choice;
  if (offer === undefined) return reason;
  return content["title"] ?? offer;
}
