/**
 * Reads a file that a visitor imports: an exported profile. Comes in: untrusted text or an object.
 * Goes out: its bytes, or nothing where it is no such file. Must not trust an unchecked shape.
 * The engine decides if the bytes are a profile.
 */
import { toJson } from "../base/json.js";
import { hash32 } from "../base/hash.js";
import { fromBase64url } from "../storage/codec.js";

/** Content of an imported profile file. */
export interface Importable {
  readonly replica: Uint8Array;
  readonly remote: Uint8Array;
  readonly pending: readonly Uint8Array[];
  readonly replicaId: string;
  readonly customer: number | undefined;
  /** Hash of the file's content, so that no file is imported twice. */
  readonly importId: string;
}

const TEXT_MAX = 4 * 1_048_576;
const BYTES_MAX = 65_536;
const PENDING_MAX = 64;

/** Returns the profile in a file. `undefined` if the file holds none. */
export function importable(file: unknown): Importable | undefined {
  const found = asObject(typeof file === "string" ? parsed(file) : file);
  if (found.format !== "escale-profile/1") return undefined;
  const [replica, remote] = [bytesOf(found.replica), bytesOf(found.remote)];
  const { pending = [] } = found;
  if (!replica || !remote || !Array.isArray(pending) || pending.length > PENDING_MAX)
    return undefined;
  const texts = pending.map((buffer: unknown) => asObject(buffer).events);
  const events = texts.map(bytesOf);
  if (!events.every((bytes) => bytes !== undefined)) return undefined;
  const whole = toJson([found.replica, found.remote, texts]);
  return {
    replica,
    remote,
    pending: events,
    replicaId: typeof found.replica_id === "string" ? found.replica_id : "",
    customer: typeof found.customer === "number" ? found.customer : undefined,
    importId: [hash32(whole, 0x811c9dc5), hash32(whole, 0x9e3779b9)]
      .map((half) => half.toString(36))
      .join("-"),
  };
}

function parsed(text: string): unknown {
  if (text.length > TEXT_MAX) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

function bytesOf(text: unknown): Uint8Array | undefined {
  const bytes = fromBase64url(text);
  return bytes && bytes.length <= BYTES_MAX ? bytes : undefined;
}
