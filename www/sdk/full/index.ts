/**
 * What is loaded only when a person asks: people's own JSON configs, why an offer was chosen, the export of a
 * profile. Comes in: inputs of a decision, bytes. Goes out: words and objects. Must not touch the store.
 */
import { PRIVATE } from "../base/fetch-options.js";
import { compileConfig, Full, initSync, unloadBuffers, type Runtime } from "#full";
import type { Explanation } from "#accounts";
import { EMPTY, type EngineSnapshot, type DecisionInputs } from "../engine/inputs.js";
import type { Importable } from "./import.js";
import { toBase64url } from "../storage/codec.js";
import type { ExportedProfile, ProfileSummary, WhatIf } from "../base/types.js";

export { showWhy } from "./why-dialog.js";

/** Written in by the build: the hash of `full_bg.wasm`. */
declare const FULL_INTEGRITY: string;

let loading: Promise<void> | undefined;

function load(): Promise<void> {
  loading ??= instantiate();
  return loading;
}

async function instantiate(): Promise<void> {
  const response = fetch(new URL("full_bg.wasm", import.meta.url), {
    integrity: FULL_INTEGRITY,
    ...PRIVATE,
  });
  initSync({ module: await WebAssembly.compileStreaming(response) });
}

/**
 * Compiles a JSON config. Logs each validation error and warning with its path and a hint.
 * Rejects if there is an error.
 */
export async function compile(json: string): Promise<Uint8Array> {
  await load();
  const compilation = compileConfig(json);
  try {
    const { bytes, errors, warnings } = compilation;
    for (const { path, message, hint } of [...errors, ...warnings]) {
      const line = `escale.json ${path}: ${message}. ${hint}.`;
      if (bytes) console.warn(line);
      else console.error(line);
    }
    if (!bytes) throw new Error("the config has errors");
    return bytes;
  } finally {
    compilation.free();
  }
}

/** Explains a choice from its inputs, or the choice that changed inputs would give. */
export async function explain(
  inputs: DecisionInputs,
  { nowMs = inputs.nowMs, persona, consent }: WhatIf,
): Promise<Explanation> {
  await load();
  const runtime = asItWas({
    ...inputs,
    nowMs,
    ...(consent === "page" && { state: EMPTY, remote: EMPTY }),
  });
  try {
    if (persona !== undefined) runtime.overridePersona(persona);
    return runtime.explain(nowMs, inputs.placement, inputs.slot, Uint16Array.from(inputs.exclude));
  } finally {
    runtime.free();
  }
}

/** Summary of a visitor's profile, with the topics' names in a language. */
export async function tellProfile(
  account: EngineSnapshot,
  language: string,
): Promise<Omit<ProfileSummary, "consent">> {
  await load();
  const runtime = asItWas(account);
  try {
    return { ...runtime.snapshot(account.nowMs), labels: runtime.topicLabels(language) };
  } finally {
    runtime.free();
  }
}

/**
 * Merges an imported profile. Returns the bytes to be sent and the merged state of all other
 * devices.
 * `undefined` if the imported bytes are no profile.
 */
export async function joinImported(
  { config }: EngineSnapshot,
  { replica, remote, pending }: Importable,
  known: { readonly unsent: Uint8Array | undefined; readonly remote: Uint8Array },
): Promise<{ imported: Uint8Array; remote: Uint8Array } | undefined> {
  await load();
  const runtime = Full.open(config);
  try {
    if (runtime.loadWith(remote, EMPTY) !== 0 || runtime.loadWith(replica, remote) !== 0)
      return undefined;
    for (const events of pending) runtime.apply(events);
    const merged = runtime.known();
    const join = (a: Uint8Array, b: Uint8Array): Uint8Array => (
      runtime.loadWith(a, b),
      runtime.known()
    );
    return {
      imported: known.unsent ? join(known.unsent, merged) : merged,
      remote: join(known.remote, merged),
    };
  } finally {
    runtime.free();
  }
}

/**
 * Exports a visitor's profile: the stored bytes, their content in readable form, and the events in
 * unload buffers under a prefix.
 */
export async function exportProfile(
  account: EngineSnapshot,
  prefix: string,
  names: Pick<ExportedProfile, "replica_id" | "customer" | "consent" | "prepared">,
): Promise<ExportedProfile> {
  await load();
  const runtime = asItWas(account);
  try {
    return {
      format: "escale-profile/1",
      ...names,
      exported_ms: account.nowMs,
      knowledge: runtime.snapshot(account.nowMs),
      replica: toBase64url(account.state),
      remote: toBase64url(account.remote),
      pending: unloadBuffers(prefix).map(({ document, bytes }) => ({
        document,
        events: toBase64url(Uint8Array.from(bytes)),
      })),
    };
  } finally {
    runtime.free();
  }
}

function asItWas({ config, visitor, state, remote, page, nowMs }: EngineSnapshot): Runtime {
  const runtime = Full.open(config);
  runtime.setVisitor(...visitor);
  runtime.loadWith(state, remote);
  runtime.page(nowMs, page.explicit, page.url, page.tokens);
  return runtime;
}
