/**
 * The words about the profile as a whole: to see it, take it along, bring it back, let it rest, begin anew. Comes in: calls of
 * the site or of the visitor's centre. Goes out: what was asked for, to the callback; an `EscaleError` where an import fails.
 */
import type { EngineSnapshot } from "../engine/inputs.js";
import { reportError } from "./emit.js";
import { documentLanguage } from "../base/language.js";
import type { EscaleError, EscaleErrorCode } from "../base/error.js";
import { importable, type Importable } from "../full/import.js";
import { unloadBufferPrefix } from "../storage/keys.js";
import { newId } from "../storage/codec.js";
import type { Recorder } from "../recorder/recorder.js";
import type { Command } from "../base/client-types.js";
import type { ExportedProfile, Insight, ProfileSummary } from "../base/types.js";

type Call = readonly unknown[];

/** The profile and what it is read with, for the visitor's own eyes. */
const accountOf = ({ session }: Recorder): EngineSnapshot => ({
  ...session.known,
  nowMs: session.nowMs(),
});

export async function getProfile(recorder: Recorder): Promise<ProfileSummary> {
  const full = await import("../full/index.js");
  const told = await full.tellProfile(accountOf(recorder), documentLanguage());
  return { ...told, consent: recorder.store?.visitor.receipt ?? null };
}

export async function exportProfile(recorder: Recorder): Promise<ExportedProfile> {
  const full = await import("../full/index.js");
  const { store } = recorder;
  const names = {
    replica_id: store?.replica.id ?? "",
    customer: store?.visitor.customer ?? null,
    consent: store?.visitor.receipt ?? null,
  };
  return full.exportProfile(
    accountOf(recorder),
    unloadBufferPrefix(recorder.session.from.options.site),
    names,
  );
}

/** How things stand on this page, for the site's developer. */
export function inspect({ session, store, sync }: Recorder): Insight {
  const kept = store && {
    since_ms: store.visitor.sinceMs,
    version: store.replica.version,
    own_bytes: store.replica.bytes.length,
    remote_bytes: store.remote.bytes.length,
  };
  const { version = 0, atMs = 0, failures = 0, notBeforeMs = 0 } = store?.syncState ?? {};
  const talk = sync && {
    acknowledged_version: version,
    acknowledged_ms: atMs,
    failures,
    not_before_ms: notBeforeMs,
  };
  return { page: session.known.page, storage: kept ?? null, sync: talk ?? null };
}

/** Takes in an exported profile, as another browser's. */
export async function importProfile(
  recorder: Recorder,
  [file]: Call,
): Promise<EscaleError | undefined> {
  const failed = await bringIn(recorder, file);
  return (
    failed &&
    reportError(recorder.session, failed, `profile.import: ${failed.replaceAll("_", " ")}`)
  );
}

async function bringIn(recorder: Recorder, file: unknown): Promise<EscaleErrorCode | undefined> {
  const { store } = recorder;
  if (!store) return "not_kept";
  const brought = importable(file);
  if (!brought) return "bad_file";
  const { visitor, replica } = store;
  const isOwn =
    brought.replicaId === replica.id ||
    (visitor.customer !== undefined && brought.customer === visitor.customer);
  if (isOwn || store.imported?.importIds.includes(brought.mark)) return "already_here";
  const full = await import("../full/index.js").catch(() => undefined);
  return full ? join(recorder, brought, full) : "unavailable";
}

/** Joins what was brought with what is known of others, until nothing came between. */
async function join(
  recorder: Recorder,
  brought: Importable,
  full: typeof import("../full/index.js"),
): Promise<EscaleErrorCode | undefined> {
  const { store } = recorder;
  if (!store) return "not_kept";
  const { imported, remote } = store;
  const unsent = imported?.told === false ? imported.bytes : undefined;
  const joined = await full.joinImported(accountOf(recorder), brought, {
    unsent,
    remote: remote.bytes,
  });
  if (!joined) return "bad_file";
  const importIds = [...(imported?.importIds ?? []), brought.mark].slice(-16);
  const kept = {
    id: unsent && imported ? imported.id : newId(),
    bytes: joined.imported,
    told: false,
    importIds,
  };
  const outcome = await store.takeIn(kept, joined.remote, remote.bytes);
  if (outcome === "again") return join(recorder, brought, full);
  if (outcome !== "kept") return "not_kept";
  recorder.reloadEngine();
  recorder.notifyTabs();
  recorder.session.again();
  recorder.sync?.soon();
  return undefined;
}

/** What a word that changes what is kept answers: nothing once it is done. */
export async function answerOf(
  { session }: Recorder,
  word: string,
  done: Promise<boolean>,
): Promise<EscaleError | undefined> {
  return (await done)
    ? undefined
    : reportError(session, "not_kept", `${word}: nothing is kept of the visitor now`);
}

/** Opens the visitor's centre over the page; answers once it is open. Focus goes back to the opener. */
export async function centre(recorder: Recorder, [opener]: Call): Promise<boolean> {
  const { openCentre } = await import("../privacy-centre/index.js");
  const run = (command: Command): void => recorder.session.guard(() => recorder.run(command));
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
