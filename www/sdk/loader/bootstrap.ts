/**
 * Bootstrap of the loader. In: options, a function that loads a file of the package. Out: the function that accepts every
 * command. A source of consent is loaded at once; readers of the page only after consent and the first choice. Never: a
 * read of the visitor's data, a write, or a request other than these files.
 */
import type {
  ClientModule,
  Dispatch,
  MistakesModule,
  Plugin,
  ReportMistake,
} from "../base/client-types.js";
import type { Options, State } from "../base/types.js";
import { readConsent } from "./consent.js";
import { openGate } from "./consent-gate.js";
import { browserHost } from "./environment.js";

const SOURCE = /^\w+/;
const LANDED = /[?&;]escale_send=/i;
const INSPECT = /[?&]escale=inspect\b/;
/** Attribute that may be meant for `consent`. The recorder finds all others, once there is consent. */
const MISSPELT = /^c(?!onsent$|onfig$|ookie$|f)\w{3,7}$/;

/** Opens the consent gate of this document. `module` is the address of `escale_bg.wasm`. `onState` receives each state. */
export function bootstrap(
  options: Options,
  load: (file: string) => Promise<unknown>,
  module: () => string | URL,
  onState?: (state: State) => void,
): Dispatch {
  const loaded = new Set<string>();
  // The words are loaded when there is a mistake.
  const report: ReportMistake = (...mistake) => {
    load("mistakes.js")
      .then((mistakes) => (mistakes as MistakesModule).report(mistake, options))
      .catch(() => console.warn("escale", ...mistake));
  };
  if (!options.site || Object.keys(options).some((name) => MISSPELT.test(name))) report("options");
  const install = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    // Without its source, consent stays undecided.
    load(file)
      .then((plugin) => (plugin as Plugin).install(dispatch, options))
      .catch(() => report("file", file));
  };
  const host = browserHost(
    options,
    (isRetry) => load(isRetry ? "client.js?retry" : "client.js") as Promise<ClientModule>,
    module,
    report,
  );
  if (host.isBot && navigator.webdriver) console.warn("escale: off: driven browser, no data-bots");
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
  let text = "escale: consent is ignored beside data-consent";
  // Besides a source, the page itself may only deny.
  return (command) => {
    const [name, input] = command;
    if (name !== "consent" || readConsent(input, false).state === "denied") dispatch(command);
    // Not by the file: before consent nothing but the source is loaded.
    else if (input !== "pending" && text) {
      console.warn(text);
      text = "";
    }
  };
}
