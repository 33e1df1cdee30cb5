/**
 * Package `escale`. In: options. Out: one typed object with the commands of the interface. The import itself does
 * nothing, reads nothing and needs no browser. `init` starts, and waits for consent.
 */
import type { Command } from "./base/client-types.js";
import { EscaleError } from "./base/error.js";
import type { Choice, Options } from "./base/types.js";
import type { Escale } from "./interface.js";
import { bootstrap } from "./loader/bootstrap.js";
import { warnOnce } from "./base/warn-once.js";
import { isSnippet } from "./mistakes/options.js";
import { ChoiceStore } from "./slots/choice-store.js";

export { EscaleError, type EscaleErrorCode } from "./base/error.js";
export type * from "./base/events.js";
export type * from "./base/types.js";
export type * from "./interface.js";

/** Files that are loaded on demand, as imports that a bundler finds. */
const FILES: Readonly<Record<string, () => Promise<unknown>>> = {
  "client.js": () => import("./client/session.js"),
  // Another address is another instance.
  // @ts-expect-error the compiler knows the file without its query only
  "client.js?retry": () => import("./client/session.js?retry"),
  "signals.js": () => import("./plugins/data-layer.js"),
  "inspector.js": () => import("./inspector/index.js"),
  "consent-tcf.js": () => import("./plugins/consent-tcf.js"),
  "consent-gpp.js": () => import("./plugins/consent-gpp.js"),
  "consent-google.js": () => import("./plugins/consent-google.js"),
  "mistakes.js": () => import("./mistakes/index.js"),
};
const load = (file: string): Promise<unknown> =>
  FILES[file]?.() ?? Promise.reject(new Error(`there is no ${file}`));

/** Address of the engine's module. In this form bundlers find the file. */
const module = (): URL => new URL("escale_bg.wasm", import.meta.url);

const NO_INIT =
  "useOffer and subscribe wait for init(), and the snippet does not serve them. Remove its tag, and call init({ site, config })";

const choices = new ChoiceStore();
let instance: Escale | undefined;

/**
 * Reads the current choice for a placement, as {@link Escale.get} does.
 *
 * @param placement - the name of the placement
 * @returns the choice; `undefined` until there is one, and before `init`
 */
export const get = (placement: string): Choice | undefined => choices.get(placement);

/**
 * Reports each change of a placement's choice, as {@link Escale.subscribe} does. It may be called before `init`.
 *
 * @param placement - the name of the placement
 * @param changed - called after each change
 * @returns a function that ends the subscription
 */
export const subscribe = (placement: string, changed: () => void): (() => void) => {
  // The snippet is an instance of its own.
  if (!instance && isSnippet()) warnOnce(NO_INIT);
  return choices.subscribe(placement, changed);
};

/**
 * Starts Escale, once a page. Later calls return the object of the first call.
 *
 * @param options - the options of the site
 * @returns the commands of the interface
 * @throws {@link EscaleError} with the code `no_site` if the site has no name
 * @example
 * const escale = init({ site: "voyages", config: "/escale.bin" });
 * escale.consent("granted");
 */
export function init(options: Options): Escale {
  if (!options.site) throw new EscaleError("no_site", "init: the site has no name");
  instance ??= start(options);
  return instance;
}

/** Converts an error of the loader, which is a file that could not be loaded. */
const asEscaleError = (error: Error, command: string): EscaleError =>
  error instanceof EscaleError
    ? error
    : new EscaleError("unavailable", `${command}: ${error.message}`);

function start(options: Options): Escale {
  const dispatch = bootstrap(options, load, module, (state) => choices.setState(state));
  const ask = <T>(...command: Command): Promise<T> =>
    new Promise((resolve, reject) =>
      dispatch([
        ...command,
        (result: T) =>
          result instanceof Error ? reject(asEscaleError(result, command[0])) : resolve(result),
      ]),
    );
  // `true`: one choice a page. It stays the same until it is dropped, which "choices" reports.
  choices.open(
    (placement) => new Promise((resolve) => dispatch(["choose", placement, resolve, true])),
  );
  dispatch(["on", "choices", () => choices.refresh()]);
  return {
    get,
    subscribe,
    consent: (consent) => dispatch(["consent", consent]),
    page: (view) => dispatch(["page", view]),
    track: (name, ...fields) => dispatch(["track", name, ...fields]),
    declare: (fields) => dispatch(["declare", fields]),
    question: () => ask("question"),
    identify: (token) => dispatch(["identify", token]),
    logout: () => dispatch(["logout"]),
    choose: (placement) => ask("choose", placement),
    explain: (placement, whatIf) => ask("explain", placement, ...(whatIf ? [whatIf] : [])),
    inspect: () => ask("inspect"),
    on: (name, listener) => dispatch(["on", name, listener]),
    off: (name, listener) => dispatch(["off", name, listener]),
    ready: () => ask("ready"),
    flush: () => ask("flush"),
    render: (placement, target) => ask("render", placement, target),
    feedback: (of, feedback) => dispatch(["feedback", of, feedback]),
    reset: () => ask("reset"),
    debug: (isOn) => dispatch(["debug", isOn]),
    centre: async () => (await ask("centre")) === true,
    profile: {
      get: () => ask("profile.get"),
      import: (file) => ask("profile.import", file),
      pause: () => ask("profile.pause"),
      resume: () => ask("profile.resume"),
      forget: () => ask("profile.forget"),
      export: () => ask("profile.export"),
    },
  };
}
