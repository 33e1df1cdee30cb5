/**
 * The words about the profile as a whole: to see it, take it along, bring it back, let it rest, begin anew. Comes in: calls of
 * the site or of the visitor's centre. Goes out: what was asked for, to the callback; an `EscaleError` where an import fails.
 */
import type { EngineSnapshot } from "../engine/inputs.js";
import { complain } from "./emit.js";
import { documentLanguage } from "../base/language.js";
import type { EscaleError, EscaleErrorCode } from "../base/error.js";
import { importable, type Importable } from "../full/import.js";
import { tailPrefix } from "../storage/keys.js";
import { newId } from "../storage/codec.js";
import type { Visit } from "../recorder/recorder.js";
import type { Command, ExportedProfile, Insight, ToldProfile } from "../base/types.js";

type Call = readonly unknown[];

/** The profile and what it is read with, for the visitor's own eyes. */
const accountOf = ({ desk }: Visit): EngineSnapshot => ({ ...desk.known, nowMs: desk.nowMs() });

export async function getProfile(visit: Visit): Promise<ToldProfile> {
  const full = await import("../full/index.js");
  const told = await full.tellProfile(accountOf(visit), documentLanguage());
  return { ...told, consent: visit.store?.visitor.receipt ?? null };
}

export async function exportProfile(visit: Visit): Promise<ExportedProfile> {
  const full = await import("../full/index.js");
  const { store } = visit;
  const names = {
    replica_id: store?.replica.id ?? "",
    customer: store?.visitor.customer ?? null,
    consent: store?.visitor.receipt ?? null,
  };
  return full.exportProfile(accountOf(visit), tailPrefix(visit.desk.from.options.site), names);
}

/** How things stand on this page, for the site's developer. */
export function inspect({ desk, store, sync }: Visit): Insight {
  const kept = store && {
    since_ms: store.visitor.sinceMs,
    version: store.replica.version,
    own_bytes: store.replica.bytes.length,
    others_bytes: store.others.bytes.length,
  };
  const { version = 0, atMs = 0, failures = 0, notBeforeMs = 0 } = store?.pace ?? {};
  const talk = sync && {
    told_version: version,
    told_ms: atMs,
    failures,
    not_before_ms: notBeforeMs,
  };
  return { page: desk.known.page, storage: kept ?? null, sync: talk ?? null };
}

/** Takes in an exported profile, as another browser's. */
export async function importProfile(visit: Visit, [file]: Call): Promise<EscaleError | undefined> {
  const failed = await bringIn(visit, file);
  return failed && complain(visit.desk, failed, `profile.import: ${failed.replaceAll("_", " ")}`);
}

async function bringIn(visit: Visit, file: unknown): Promise<EscaleErrorCode | undefined> {
  const { store } = visit;
  if (!store) return "not_kept";
  const brought = importable(file);
  if (!brought) return "bad_file";
  const { visitor, replica } = store;
  const isOwn =
    brought.replicaId === replica.id ||
    (visitor.customer !== undefined && brought.customer === visitor.customer);
  if (isOwn || store.imported?.marks.includes(brought.mark)) return "already_here";
  const full = await import("../full/index.js").catch(() => undefined);
  return full ? join(visit, brought, full) : "unavailable";
}

/** Joins what was brought with what is known of others, until nothing came between. */
async function join(
  visit: Visit,
  brought: Importable,
  full: typeof import("../full/index.js"),
): Promise<EscaleErrorCode | undefined> {
  const { store } = visit;
  if (!store) return "not_kept";
  const { imported, others } = store;
  const untold = imported?.told === false ? imported.bytes : undefined;
  const joined = await full.joinImported(accountOf(visit), brought, {
    untold,
    others: others.bytes,
  });
  if (!joined) return "bad_file";
  const marks = [...(imported?.marks ?? []), brought.mark].slice(-16);
  const kept = {
    id: untold && imported ? imported.id : newId(),
    bytes: joined.imported,
    told: false,
    marks,
  };
  const outcome = await store.takeIn(kept, joined.others, others.bytes);
  if (outcome === "again") return join(visit, brought, full);
  if (outcome !== "kept") return "not_kept";
  visit.learned();
  visit.tellTabs();
  visit.desk.again();
  visit.sync?.soon();
  return undefined;
}

/** What a word that changes what is kept answers: nothing once it is done. */
export async function answerOf(
  { desk }: Visit,
  word: string,
  done: Promise<boolean>,
): Promise<EscaleError | undefined> {
  return (await done)
    ? undefined
    : complain(desk, "not_kept", `${word}: nothing is kept of the visitor now`);
}

/** Opens the visitor's centre over the page; answers once it is open. Focus goes back to the opener. */
export async function centre(visit: Visit, [opener]: Call): Promise<boolean> {
  const { openCentre } = await import("../privacy-centre/index.js");
  const run = (command: Command): void => visit.desk.guard(() => visit.run(command));
  const answer = <T>(...command: Command): Promise<T> =>
    new Promise((resolve) => run([...command, resolve]));
  const asked = {
    profile: {
      get: () => answer("profile.get"),
      export: () => answer("profile.export"),
      import: (file: string) => answer("profile.import", file),
      pause: () => answer("profile.pause"),
      resume: () => answer("profile.resume"),
      forget: () => answer("profile.forget"),
    },
    declare: (fields: object) => run(["declare", fields]),
  } as Parameters<typeof openCentre>[0];
  openCentre(asked, opener instanceof HTMLElement ? opener : undefined);
  return true;
}
