/**
 * The visitor's centre: what Escale thinks of them, and what they want done about it. Comes in: the public words of Escale.
 * Goes out: a dialog over the page; corrections, by the same words. Must not know more than a site may ask, and must
 * not change anything that the visitor did not ask for.
 */
import { CentreView, type Deeds } from "./view.js";
import { failureInWords, WORDS } from "./messages.js";
import { EscaleError } from "../base/error.js";
import { languageOf } from "../base/language.js";
import type { ExportedProfile, Fields, ToldProfile } from "../base/types.js";

/** The words it needs; the object that `init` answers has them. */
export interface Centred {
  declare(fields: Fields): void;
  readonly profile: {
    get(): Promise<ToldProfile | undefined>;
    export(): Promise<ExportedProfile | undefined>;
    import(file: string): Promise<unknown>;
    pause(): Promise<unknown>;
    resume(): Promise<unknown>;
    forget(): Promise<unknown>;
  };
}

/** Opens the centre; `opener` is given the focus when it closes. The returned function closes it. */
export function openCentre(escale: Centred, opener?: HTMLElement): () => void {
  const language = languageOf(document.documentElement);
  const words = WORDS[language];
  const { profile } = escale;
  const show = async (done?: string): Promise<void> =>
    view.show(await profile.get(), document.documentElement.dataset["escale"] === "paused", done);
  /** What became of it, in words: it answers nothing where it was done, else why not. */
  const told = async (deed: Promise<unknown>, done: string): Promise<string> => {
    const failure = await deed.catch((error: unknown) => error ?? "unavailable");
    return failure
      ? failureInWords(language, failure instanceof EscaleError ? failure.code : "unavailable")
      : done;
  };
  const declared = (fields: Fields): Promise<void> => {
    escale.declare(fields);
    return show(words.done);
  };
  const deeds: Deeds = {
    deny: (topic) => declared({ deny: topic }),
    allow: (topic) => declared({ allow: topic }),
    remove: (fact) => declared({ fact, value: "" }),
    often: (frequency) => declared({ frequency }),
    pause: async () => show(await told(profile.pause(), words.done)),
    resume: async () => show(await told(profile.resume(), words.done)),
    export: async () => {
      const exported = await profile.export();
      if (exported) download(exported, language);
      return show(exported ? words.exported : words.missing);
    },
    import: async (file) => show(await told(profile.import(await file.text()), words.imported)),
    forget: async () => view.show(undefined, false, await told(profile.forget(), words.erased)),
  };
  const view = new CentreView(language, deeds, opener);
  void show();
  return () => view.close();
}

/** Hands the visitor a file, without a server. */
function download(exported: ExportedProfile, language: string): void {
  const address = URL.createObjectURL(
    new Blob([JSON.stringify(exported, undefined, 2)], { type: "application/json" }),
  );
  const link = document.createElement("a");
  link.href = address;
  link.download = language === "fr" ? "escale-profil.json" : "escale-profile.json";
  link.click();
  // The browser has taken the bytes by then, or will not.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
