/**
 * One example for each command, as a site in TypeScript writes it. `npm run check` compiles this file, and nothing runs it.
 * A command without an example, or with an outdated one, does not compile.
 */
import { EscaleError, init, type Choice, type Escale, type EscaleSnippet } from "escale";
import { openCentre } from "escale/centre";

type Profile = keyof Escale["profile"];
/** Every command: `track`, `profile.export`… */
type CommandName = Exclude<keyof Escale, "profile"> | `profile.${Profile}`;

declare const bookingForm: HTMLFormElement;
/** `<input type="file">`, once the visitor has chosen what `profile.export` gave elsewhere. */
declare const chosen: HTMLInputElement;
declare function draw(choice: Choice | undefined): void;
declare function save(name: string, json: string): void;

/** Called once per page. The result has the other commands. */
export const begin = (): Escale =>
  init({ site: "voyages", config: "/escale.bin", server: "", dataLayer: "" });

/** Reports an error by its code, or by its message and hint. */
export async function importProfile(escale: Escale, file: File): Promise<string> {
  try {
    await escale.profile.import(await file.text());
    return "Taken in.";
  } catch (error) {
    if (error instanceof EscaleError && error.code === "already_here")
      return "We know that already.";
    if (error instanceof EscaleError) return `${error.message}. ${error.hint}.`;
    throw error;
  }
}

export const EXAMPLES: Readonly<Record<CommandName, (escale: Escale) => unknown>> = {
  consent: (escale) => escale.consent({ personalise: true, keep: true, sync: false }),
  page: (escale) => escale.page({ topics: ["trip.city"] }),
  track: (escale) =>
    escale.track("quote_start", { destination: "lisbon", start_date: "2027-05-07", adults: 2 }),
  declare: (escale) => escale.declare({ fact: "party", value: "family" }),
  question: async (escale) => {
    const asked = await escale.question();
    if (asked) escale.declare({ fact: asked.fact, value: asked.answers[0]?.value });
  },
  identify: (escale) => escale.identify("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxNyJ9.c2lnbmF0dXJl"),
  logout: (escale) => escale.logout(),
  choose: async (escale) => draw(await escale.choose("sidebar")),
  get: (escale) => draw(escale.get("sidebar")),
  subscribe: (escale) => escale.subscribe("sidebar", () => draw(escale.get("sidebar"))),
  render: (escale) => escale.render("home-hero", "#hero"),
  explain: async (escale) =>
    (await escale.explain("sidebar", { nowMs: Date.UTC(2027, 11, 24) }))?.texts,
  inspect: async (escale) => (await escale.inspect())?.sync?.failures,
  feedback: (escale) => escale.feedback("home-hero", "less"),
  on: (escale) => escale.on("offer_click", (fields) => console.warn(fields)),
  off: (escale) => escale.off("offer_click", draw as (detail: unknown) => void),
  ready: async (escale) => (await escale.ready()) === "ready",
  flush: async (escale) => {
    await escale.flush();
    bookingForm.submit();
  },
  reset: (escale) => escale.reset(),
  debug: (escale) => escale.debug(),
  centre: async (escale) => (await escale.centre()) || location.assign("/privacy"),
  "profile.get": async (escale) =>
    (await escale.profile.get())?.facets.map(({ name, confidence }) => `${name}: ${confidence}`),
  "profile.export": async (escale) =>
    save("profile.json", JSON.stringify(await escale.profile.export())),
  "profile.import": async (escale) => {
    const file = chosen.files?.[0];
    if (file) await escale.profile.import(await file.text());
  },
  "profile.pause": (escale) => escale.profile.pause(),
  "profile.resume": (escale) => escale.profile.resume(),
  "profile.forget": (escale) => escale.profile.forget(),
};

/** The same words by the snippet: a callback last where the package answers a promise. */
export async function bySnippet(escale: EscaleSnippet, file: File): Promise<void> {
  escale("consent", "granted");
  escale("track", "search", { destination: "lisbon" });
  escale("choose", "sidebar", (choice) => draw(choice));
  escale("profile.export", (profile) => save("profile.json", JSON.stringify(profile)));
  escale("profile.import", await file.text(), (error) => console.warn(error?.hint));
  escale("on", "error", (error) => console.warn(error));
  // @ts-expect-error there is no such word
  escale("chose", "sidebar");
}

/** The centre, opened by a button of one's own. */
export const open = (escale: Escale, button: HTMLElement): (() => void) =>
  openCentre(escale, button);
