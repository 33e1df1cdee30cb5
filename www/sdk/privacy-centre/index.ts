/**
 * The privacy centre: the visitor's profile, with controls to correct, export and erase it. In: the public commands. Out:
 * a dialog over the page; corrections, by the same commands. Never: data that a site cannot read, or a change that the
 * visitor did not ask for.
 */
import { toJson } from "../base/json.js";
import { formatMessage } from "../../shared/format-message.js";
import { createElement } from "../../shared/dom.js";
import { EscaleError } from "../base/error.js";
import type { Fields } from "../base/client-types.js";
import type { ExportedProfile, ProfileSummary } from "../base/types.js";
import { languageOf, type Language } from "../base/language.js";
import { formatFailure, MESSAGES } from "./messages.js";
import { CentreView, type CentreActions } from "./view.js";

/** Commands that the centre calls. The object that `init` returns has them. */
export interface CentreCommands {
  declare(fields: Fields): void;
  readonly profile: {
    get(): Promise<ProfileSummary | undefined>;
    export(): Promise<ExportedProfile | undefined>;
    import(file: string): Promise<unknown>;
    pause(): Promise<unknown>;
    resume(): Promise<unknown>;
    forget(): Promise<unknown>;
  };
}

/**
 * Opens the privacy centre over the page, in the page's language.
 *
 * @param escale - The object that `init` returns.
 * @param opener - Gets the focus when the centre closes.
 * @defaultValue `opener` is the focused element.
 * @returns A function that closes the centre.
 * @example
 * button.addEventListener("click", () => openCentre(escale, button));
 */
export function openCentre(escale: CentreCommands, opener?: HTMLElement): () => void {
  const language = languageOf(document.documentElement);
  const messages = MESSAGES[language];
  const { profile } = escale;
  const refresh = async (status?: string): Promise<void> =>
    view.show(await profile.get(), document.documentElement.dataset["escale"] === "paused", status);
  const declare = (fields: Fields): Promise<void> => {
    escale.declare(fields);
    return refresh(messages.done);
  };
  const actions: CentreActions = {
    deny: (topic) => declare({ deny: topic }),
    allow: (topic) => declare({ allow: topic }),
    remove: (fact) => declare({ fact, value: "" }),
    setFrequency: (frequency) => declare({ frequency }),
    pause: async () => refresh(await statusOf(language, profile.pause(), messages.done)),
    resume: async () => refresh(await statusOf(language, profile.resume(), messages.done)),
    export: async () => {
      const exported = await profile.export();
      const { exportFile: file, missing } = messages;
      if (exported) download(exported, file);
      return refresh(exported ? formatMessage(messages.exported, { file }) : missing);
    },
    import: async (file) =>
      refresh(await statusOf(language, profile.import(await file.text()), messages.imported)),
    forget: async () =>
      view.show(undefined, false, await statusOf(language, profile.forget(), messages.erased)),
  };
  const view = new CentreView(language, actions, opener);
  void refresh();
  return () => view.close();
}

/** Returns the status message of a command, which resolves to an error or to nothing. */
async function statusOf(
  language: Language,
  command: Promise<unknown>,
  done: string,
): Promise<string> {
  const failure = await command.catch((error: unknown) => error ?? "unavailable");
  if (!failure) return done;
  return formatFailure(language, failure instanceof EscaleError ? failure.code : "unavailable");
}

/** Saves the profile as a file, without a server. */
function download(exported: ExportedProfile, file: string): void {
  const json = toJson(exported, "  ");
  const href = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  createElement("a", { href, download: file }).click();
  // A minute is enough for the browser to read the file.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
