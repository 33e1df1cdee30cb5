/**
 * Errors of Escale. In: a code and a message. Out: an error with a hint, which programs can tell apart by its code.
 * Never: data of the visitor.
 */

/** Code of an error. Codes stay the same from release to release. */
export type EscaleErrorCode =
  | "no_site" // `init` without the name of the site
  | "unknown_command" // no command of this name
  | "unknown_event" // `track` with an unknown event
  | "bad_field" // a date, number or name that cannot be read
  | "unknown_target" // `render` found no such element
  | "nothing_shown" // `feedback` on a placement that shows no offer
  | "bad_token" // the server rejected the customer's token
  | "bad_file" // the imported file is no exported profile
  | "already_here" // the imported profile is known here
  | "not_kept" // no consent, or no storage, to keep a profile
  | "not_everywhere" // this browser is erased, the customer's other browsers perhaps not
  | "bad_config" // the config is of another release
  | "unavailable" // a file of the package could not be loaded
  | "failed"; // the browser failed; the command may not be done

const HINTS: Readonly<Record<EscaleErrorCode, string>> = {
  no_site: 'Give the site\'s name: init({ site: "voyages", … })',
  unknown_command: "Check the name against the guide's list of commands",
  unknown_event: "Use a name of the guide's table of events",
  bad_field: "Check dates (YYYY-MM-DD), numbers, and names against escale.json",
  unknown_target: "Give an element, or a CSS selector that finds one",
  nothing_shown: "Give the choice itself, or a placement that shows an offer",
  bad_token: "Check the token's aud and exp, the shared secret, and the server's clock",
  bad_file: "Choose a file that profile.export gave, unchanged",
  already_here: "Nothing is to be done: the contents of this file count already",
  not_kept: "Ask for consent to keep a profile first, and allow the site to store",
  not_everywhere:
    "Log in and ask again, or let the site's back end forget the customer: DELETE /v1/customers/…",
  bad_config: "Compile escale.json again with `escale build` of the same release",
  unavailable:
    "Serve all files of the package from one folder, and allow them in the content policy",
  failed: "Ask again; if it stays so, clear the site's data in the browser",
};

/** Error of Escale. `instanceof` works for errors of every file of the package. */
export class EscaleError extends Error {
  override readonly name = "EscaleError";
  /** Hint at a solution. */
  readonly hint: string;

  /**
   * Creates an error.
   *
   * @param code - the code, which selects the hint
   * @param message - the description of the failure
   */
  constructor(
    readonly code: EscaleErrorCode,
    message: string,
  ) {
    super(message);
    this.hint = HINTS[code];
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "EscaleError";
  }
}
