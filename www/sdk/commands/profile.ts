/**
 * Commands about the profile as a whole: read, export, import, pause, erase. In: calls of the site,
 * or of the privacy centre. Out: the result, to the callback; an `EscaleError` if an import fails.
 */
import type { EngineSnapshot } from "../engine/inputs.js";
import { reportError } from "./emit.js";
import { documentLanguage } from "../base/language.js";
import type { EscaleError, EscaleErrorCode } from "../base/error.js";
import { importable, type Importable } from "../full/import.js";
import { unloadBufferPrefix } from "../storage/keys.js";
import { preparedKey } from "../slots/prepared-record.js";
import { readText } from "../storage/unload-buffer.js";
import { newId } from "../storage/codec.js";
import { chooseAgain } from "../recorder/page-views.js";
import type { Recorder } from "../recorder/recorder.js";
import type { Command } from "../base/client-types.js";
import type { ExportedProfile, Insight, ProfileSummary } from "../base/types.js";

type Call = readonly unknown[];

/** Returns the profile with the inputs that it is read by. */
const snapshotOf = ({ session }: Recorder): EngineSnapshot => ({
  ...session.known,
  nowMs: session.nowMs(),
});

export async function getProfile(recorder: Recorder): Promise<ProfileSummary> {
  const full = await import("../full/index.js");
  const summary = await full.tellProfile(snapshotOf(recorder), documentLanguage());
  return { ...summary, consent: recorder.store?.visitor.receipt ?? null };
}

export async function exportProfile(recorder: Recorder): Promise<ExportedProfile> {
  const full = await import("../full/index.js");
  const { store } = recorder;
  const { site } = recorder.session.from.options;
  const names = {
    replica_id: store?.replica.id ?? "",
    customer: store?.visitor.customer ?? null,
    consent: store?.visitor.receipt ?? null,
    prepared: (store && readText(preparedKey(site))) ?? null,
  };
  return full.exportProfile(snapshotOf(recorder), unloadBufferPrefix(site), names);
}

/** Reports the state of this page for the site's developer. */
export function inspect({ session, store, sync, pageErrors }: Recorder): Insight {
  const kept = store && {
    since_ms: store.visitor.sinceMs,
    version: store.replica.version,
    own_bytes: store.replica.bytes.length,
    remote_bytes: store.remote.bytes.length,
  };
  const { version = 0, atMs = 0, failures = 0, notBeforeMs = 0 } = store?.syncState ?? {};
  const syncInsight = sync && {
    acknowledged_version: version,
    acknowledged_ms: atMs,
    failures,
    not_before_ms: notBeforeMs,
  };
  return {
    page: { ...session.known.page, errors: pageErrors },
    storage: kept ?? null,
    sync: syncInsight ?? null,
  };
}

/** Imports an exported profile, as another browser's. */
export async function importProfile(
  recorder: Recorder,
  [file]: Call,
): Promise<EscaleError | undefined> {
  const failed = await importFrom(recorder, file);
  return (
    failed &&
    reportError(recorder.session, failed, `profile.import: ${failed.replaceAll("_", " ")}`)
  );
}

async function importFrom(recorder: Recorder, file: unknown): Promise<EscaleErrorCode | undefined> {
  const { store } = recorder;
  if (!store) return "not_kept";
  const parsed = importable(file);
  if (!parsed) return "bad_file";
  const { visitor, replica } = store;
  const isOwn =
    parsed.replicaId === replica.id ||
    (visitor.customer !== undefined && parsed.customer === visitor.customer);
  if (isOwn || store.imported?.importIds.includes(parsed.importId)) return "already_here";
  const full = await import("../full/index.js").catch(() => undefined);
  return full ? join(recorder, parsed, full) : "unavailable";
}

/** Merges the import into the remote state, again if that changed meanwhile. */
async function join(
  recorder: Recorder,
  parsed: Importable,
  full: typeof import("../full/index.js"),
): Promise<EscaleErrorCode | undefined> {
  const { store } = recorder;
  if (!store) return "not_kept";
  const { imported, remote } = store;
  const unsent = imported?.isAcknowledged === false ? imported.bytes : undefined;
  const joined = await full.joinImported(snapshotOf(recorder), parsed, {
    unsent,
    remote: remote.bytes,
  });
  if (!joined) return "bad_file";
  const importIds = [...(imported?.importIds ?? []), parsed.importId].slice(-16);
  const kept = {
    id: unsent && imported ? imported.id : newId(),
    bytes: joined.imported,
    isAcknowledged: false,
    importIds,
  };
  const outcome = await store.saveImport(kept, joined.remote, remote.bytes);
  if (outcome === "again") return join(recorder, parsed, full);
  if (outcome !== "kept") return "not_kept";
  recorder.reloadEngine();
  recorder.notifyTabs();
  chooseAgain(recorder.session);
  recorder.sync?.schedule();
  return undefined;
}

/** Returns the result of a mutation: `undefined` once it is done, else the error. */
export async function answerOf(
  { session }: Recorder,
  name: string,
  done: Promise<boolean>,
): Promise<EscaleError | undefined> {
  return (await done)
    ? undefined
    : reportError(session, "not_kept", `${name}: nothing is kept of the visitor now`);
}

/** Opens the privacy centre over the page. Focus returns to the opener. */
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
