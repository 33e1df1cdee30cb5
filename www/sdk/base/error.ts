/**
 * What went wrong, in words and with a remedy. Comes in: a code, what happened, what to do about it. Goes out: an error
 * that a program can tell apart and a person can act on. Must not hold anything of the visitor.
 */

/** What can go wrong; the codes stay the same from release to release. */
export type EscaleErrorCode =
  | "no_site" // `init` was given no name of the site
  | "unknown_command" // there is no such word
  | "unknown_event" // `track` knows no such event
  | "bad_field" // a date, number or name that cannot be read
  | "unknown_target" // `render` found no such element
  | "nothing_shown" // `feedback` on a placement that shows no offer
  | "bad_token" // the server did not accept the customer's token
  | "bad_file" // what was to be imported is no exported profile
  | "already_here" // what was to be imported is known here
  | "not_kept" // there is no consent, or no storage, to keep a profile
  | "not_everywhere" // `profile.forget` erased this browser, and perhaps not the customer's others
  | "bad_config" // the config is not of this release
  | "unavailable" // a file of Escale's could not be had
  | "failed"; // the browser could not do it; nothing says that it was done

const REMEDIES: Readonly<Record<EscaleErrorCode, string>> = {
  no_site: 'Give the site\'s name: init({ site: "voyages", … })',
  unknown_command: "Check the word against the guide's list of commands",
  unknown_event: "Use a name of the guide's table of events",
  bad_field: "Check dates (YYYY-MM-DD), numbers, and names against escale.json",
  unknown_target: "Give an element, or a CSS selector that finds one",
  nothing_shown: "Give the choice itself, or a placement that shows an offer",
  bad_token: "Check the token's aud and exp, the shared secret, and the server's clock",
  bad_file: "Choose a file that profile.export gave, unchanged",
  already_here: "Nothing is to be done: what the file tells counts already",
  not_kept: "Ask for consent to keep a profile first, and allow the site to store",
  not_everywhere:
    "Log in and ask again, or let the site's back end forget the customer: DELETE /v1/customers/…",
  bad_config: "Compile escale.json again with `escale build` of the same release",
  unavailable:
    "Serve all files of the package from one folder, and allow them in the content policy",
  failed: "Ask again; if it stays so, clear what the browser keeps of the site",
};

/** An error of Escale's. `instanceof` holds whichever of the package's files it comes from. */
export class EscaleError extends Error {
  override readonly name = "EscaleError";
  /** What to do about it. */
  readonly remedy: string;

  constructor(
    readonly code: EscaleErrorCode,
    what: string,
  ) {
    super(what);
    this.remedy = REMEDIES[code];
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "EscaleError";
  }
}
