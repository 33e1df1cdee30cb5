/**
 * Bootstrap of the loader. In: options, a function that loads a file of the package. Out: the function that accepts every
 * command. A source of consent is loaded at once; readers of the page only after consent and the first choice. Never: a
 * read of the visitor's data, a write, or a request other than these files.
 */
import type { ClientModule, Dispatch, Plugin } from "../base/client-types.js";
import type { Options, State } from "../base/types.js";
import { readConsent } from "./consent.js";
import { openGate } from "./consent-gate.js";
import { browserHost } from "./environment.js";

const SOURCE = /^\w+/;
const LANDED = /[?&;]escale_send=/i;
const INSPECT = /[?&]escale=inspect\b/;

/** Opens the consent gate of this document. `module` is the address of `escale_bg.wasm`. `onState` receives each state. */
export function bootstrap(
  options: Options,
  load: (file: string) => Promise<unknown>,
  module: () => string | URL,
  onState?: (state: State) => void,
): Dispatch {
  const loaded = new Set<string>();
  const install = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    // Without its source, consent stays undecided.
    load(file)
      .then((plugin) => (plugin as Plugin).install(dispatch, options))
      .catch((error: unknown) => console.warn(`escale: no ${file}`, error));
  };
  const host = browserHost(
    options,
    (isRetry) => load(isRetry ? "client.js?retry" : "client.js") as Promise<ClientModule>,
    module,
  );
  const dispatch = openGate({
    ...host,
    setState: (state) => {
      host.setState(state);
      onState?.(state);
      const isActive = state === "ready" || state === "memory";
      if (isActive && (options.dataLayer !== undefined || LANDED.test(location.search)))
        install("signals.js");
    },
  });
  if (options.inspect !== undefined && INSPECT.test(location.search)) install("inspector.js");
  const { consent } = options;
  if (!consent) return dispatch;
  // A mistyped source must not bypass the visitor's answer: its file is missing, and consent stays undecided.
  if (!host.isBot) install(`consent-${SOURCE.exec(consent)?.[0]}.js`);
  // Besides a source, the page itself may only deny.
  return (command) => {
    if (command[0] !== "consent" || readConsent(command[1], false).state === "denied")
      dispatch(command);
  };
}
