/**
 * Binding of the runtime module, written by hand. Input: numbers, strings and bytes. Output: the engine's answers
 * in the same three forms. Invariant: the signatures below are those of the module; the build compares them.
 *
 * The build keeps the exports declared here and drops all others. It then replaces each name by the short one that
 * wasm-opt chose, so this file costs a page few bytes.
 */

/** Exports of the first half (`escale_bg.wasm`): what a first choice needs. */
interface FirstExports {
  readonly memory: WebAssembly.Memory;
  __wbindgen_malloc(size: number, align: number): number;
  __wbindgen_free(pointer: number, size: number, align: number): void;
  runtime_arm(runtime: number): number;
  runtime_asksForPage(runtime: number): number;
  runtime_choose(runtime: number, nowMs: number, placement: number, slot: number): number;
  runtime_configVersion(runtime: number): number;
  runtime_content(
    runtime: number,
    offer: number,
    variant: number,
    language: number,
    languageSize: number,
  ): [number, number];
  runtime_load(runtime: number, profile: number, profileSize: number): number;
  runtime_offerId(runtime: number, offer: number): [number, number];
  runtime_open(config: number, configSize: number): number;
  runtime_placement(runtime: number, name: number, nameSize: number): number;
  runtime_propensity(runtime: number): number;
  runtime_release(runtime: number, offer: number): void;
  runtime_seedHi(runtime: number): number;
  runtime_seedLo(runtime: number): number;
  runtime_setVisitor(runtime: number, high: number, low: number, uncertain: number): void;
  runtime_slots(runtime: number, placement: number): number;
  runtime_variant(runtime: number): number;
}

/** Exports of the second half (`later_bg.wasm`): what recording needs. */
interface SecondExports {
  __wbg_runtime_free(runtime: number, zero: number): void;
  runtime_apply(runtime: number, events: number, eventsSize: number): number;
  runtime_lastError(runtime: number): number;
  runtime_loadWith(
    runtime: number,
    profile: number,
    profileSize: number,
    remote: number,
    remoteSize: number,
  ): number;
  runtime_names(runtime: number): [number, number];
  runtime_page(
    runtime: number,
    nowMs: number,
    explicit: number,
    explicitSize: number,
    url: number,
    urlSize: number,
    tokens: number,
    tokensSize: number,
  ): [number, number];
  runtime_question(
    runtime: number,
    nowMs: number,
    language: number,
    languageSize: number,
  ): [number, number];
  runtime_save(runtime: number): [number, number];
  runtime_track(
    runtime: number,
    nowMs: number,
    name: number,
    nameSize: number,
    fields: number,
    fieldsSize: number,
  ): [number, number];
  runtime_turnPage(runtime: number): void;
}

let instance: WebAssembly.Instance | undefined;
/** Exports of the running instance. Those of the second half are missing before `extend`. */
let wasm: FirstExports & SecondExports;

/** Starts the engine, unless one is running. The module has no imports. */
export function instantiate(module: WebAssembly.Module): void {
  if (instance) return;
  instance = new WebAssembly.Instance(module);
  wasm = instance.exports as unknown as FirstExports & SecondExports;
}

/** Adds the second half to the running engine. It imports memory and functions of the first half as `b`. */
export function extend(module: WebAssembly.Module): void {
  const first = wasm as unknown as WebAssembly.ModuleImports;
  wasm = { ...wasm, ...new WebAssembly.Instance(module, { b: first }).exports };
}

/** Leaves the running engine. The next `instantiate` starts another. */
export function abandon(): void {
  instance = undefined;
}

/** Frees the memory of a runtime, which must not be used afterwards. Needs the second half. */
export function dispose({ pointer }: Runtime): void {
  wasm.__wbg_runtime_free(pointer, 0);
}

const encoder = new TextEncoder();

/** View of the module's memory. It is taken anew each time, as growth of the memory detaches earlier views. */
const view = (): Uint8Array => new Uint8Array(wasm.memory.buffer);

/** Copies bytes into the module, which frees them. */
function pass(bytes: Uint8Array): [pointer: number, size: number] {
  const pointer = wasm.__wbindgen_malloc(bytes.length, 1);
  view().set(bytes, pointer);
  return [pointer, bytes.length];
}

/** Copies a text into the module, as UTF-8. */
const passText = (text: string): [pointer: number, size: number] => pass(encoder.encode(text));

/** Copies bytes out of the module and frees them there. */
function take([pointer, size]: [pointer: number, size: number]): Uint8Array {
  const bytes = view().slice(pointer, pointer + size);
  wasm.__wbindgen_free(pointer, size, 1);
  return bytes;
}

/** Engine of one visitor, with the details of its last choice. Numbers are as in `src/web/bindings.rs`. */
export class Runtime {
  private constructor(readonly pointer: number) {}

  /** Opens a compiled config. `undefined` if it is none, or of another release. */
  static open(config: Uint8Array): Runtime | undefined {
    const pointer = wasm.runtime_open(...pass(config));
    return pointer ? new Runtime(pointer) : undefined;
  }

  /** Sets the hash of the visitor id, in two halves, and whether the browser may have purged its storage. */
  setVisitor(high: number, low: number, isUncertain: boolean): void {
    wasm.runtime_setVisitor(this.pointer, high, low, isUncertain ? 1 : 0);
  }

  /** Reads of a replica what choices need. 0: read · 1: written by a newer release · 2: corrupt. */
  load(profile: Uint8Array): number {
    return wasm.runtime_load(this.pointer, ...pass(profile));
  }

  /** Reads a replica and the merged state of the visitor's other devices. Codes as for `load`. */
  loadWith(profile: Uint8Array, remote: Uint8Array): number {
    return wasm.runtime_loadWith(this.pointer, ...pass(profile), ...pass(remote));
  }

  /** Returns the bytes of the replica. */
  save(): Uint8Array {
    return take(wasm.runtime_save(this.pointer));
  }

  /** Returns true if a condition of the config reads the page, so that `page` must precede `choose`. */
  asksForPage(): boolean {
    return wasm.runtime_asksForPage(this.pointer) !== 0;
  }

  /** Starts another page: offers shown on the last one may be shown again. */
  turnPage(): void {
    wasm.runtime_turnPage(this.pointer);
  }

  /** Classifies a page and returns the bytes of its event. */
  page(nowMs: number, explicit: string, url: string, tokens: string): Uint8Array {
    return take(
      wasm.runtime_page(
        this.pointer,
        nowMs,
        ...passText(explicit),
        ...passText(url),
        ...passText(tokens),
      ),
    );
  }

  /** Returns the bytes of an event; none if it is refused, and `lastError` has the reason. */
  track(nowMs: number, name: string, fields: string): Uint8Array {
    return take(wasm.runtime_track(this.pointer, nowMs, ...passText(name), ...passText(fields)));
  }

  /** Returns the error of the last `track`. 0: none · 1: unknown event · 2: a field cannot be read. */
  lastError(): number {
    return wasm.runtime_lastError(this.pointer);
  }

  /** Applies events to the profile and returns their number. */
  apply(events: Uint8Array): number {
    return wasm.runtime_apply(this.pointer, ...pass(events));
  }

  /** Returns the next question as packed fields. Empty if there is none now. */
  question(nowMs: number, language: string): Uint8Array {
    return take(wasm.runtime_question(this.pointer, nowMs, ...passText(language)));
  }

  /** Returns the index of a placement. -1 if the config does not have it. */
  placement(name: string): number {
    return wasm.runtime_placement(this.pointer, ...passText(name));
  }

  /** Returns the number of slots of a placement. */
  slots(placement: number): number {
    return wasm.runtime_slots(this.pointer, placement);
  }

  /** Chooses for a slot. Returns the index of the offer, or -1 minus the reason for none. */
  choose(nowMs: number, placement: number, slot: number): number {
    return wasm.runtime_choose(this.pointer, nowMs, placement, slot);
  }

  /** Marks an offer as no longer shown: it may be chosen again. */
  release(offer: number): void {
    wasm.runtime_release(this.pointer, offer);
  }

  /** Returns the propensity of the last choice. */
  propensity(): number {
    return wasm.runtime_propensity(this.pointer);
  }

  /** Returns the variant of the last choice. 0: the offer's own texts. */
  variant(): number {
    return wasm.runtime_variant(this.pointer);
  }

  /** Returns the arm of the last choice. 0: personalised · 1: control group. */
  arm(): number {
    return wasm.runtime_arm(this.pointer);
  }

  /** Returns the upper half of the last choice's seed. */
  seedHi(): number {
    return wasm.runtime_seedHi(this.pointer) >>> 0;
  }

  /** Returns the lower half of the last choice's seed. */
  seedLo(): number {
    return wasm.runtime_seedLo(this.pointer) >>> 0;
  }

  /** Returns the hash of the config. */
  configVersion(): number {
    return wasm.runtime_configVersion(this.pointer) >>> 0;
  }

  /** Returns the texts of an offer's variant in a language, as packed fields. */
  content(offer: number, variant: number, language: string): Uint8Array {
    return take(wasm.runtime_content(this.pointer, offer, variant, ...passText(language)));
  }

  /** Returns the names of placements and topics: `name␟kind␞…`. */
  names(): Uint8Array {
    return take(wasm.runtime_names(this.pointer));
  }

  /** Returns the name of an offer, in UTF-8. */
  offerId(offer: number): Uint8Array {
    return take(wasm.runtime_offerId(this.pointer, offer));
  }
}
