/**
 * What stands around the gate. Comes in: options, a way to bring a file of its own. Goes out: the function that takes
 * every command. The source of consent that the site names is brought at once; what listens to the page, only once
 * consent is there and the first choice is made. Must itself read, store and send nothing.
 */
import { browserHost } from "./environment.js";
import { readConsent } from "./consent.js";
import { openQueue } from "./consent-gate.js";
import type { ClientModule, Extra, Options, State, Take } from "../base/types.js";

const SOURCES = /^(tcf|google)\b/;
const LANDED = /[?&]escale_send=/;
const INSPECT = /[?&]escale=inspect\b/;

/** Opens the gate of this document; `turned` is told each state. */
export function openDoor(
  options: Options,
  bring: (file: string) => Promise<unknown>,
  turned?: (state: State) => void,
): Take {
  const brought = new Set<string>();
  const attend = (file: string): void => {
    if (brought.has(file)) return;
    brought.add(file);
    // A source that cannot be had says nothing: consent stays undecided.
    bring(file)
      .then((extra) => (extra as Extra).attend(take, options))
      .catch((error: unknown) => console.warn("escale", error));
  };
  const host = browserHost(
    options,
    (afresh) => bring(afresh ? "client.js?afresh" : "client.js") as Promise<ClientModule>,
  );
  const take = openQueue({
    ...host,
    mark: (state) => {
      host.mark(state);
      turned?.(state);
      const works = state === "ready" || state === "memory";
      if (works && (options.dataLayer !== undefined || LANDED.test(location.search)))
        attend("signals.js");
    },
  });
  if (options.inspect !== undefined && INSPECT.test(location.search)) attend("inspector.js");
  const { consent } = options;
  if (!consent) return take;
  const source = SOURCES.exec(consent)?.[0];
  // Nobody can say yes then: a name that was mistyped must not be a way around the visitor's answer.
  if (!source) console.warn(`escale: no consent source "${consent}"`);
  else if (!host.barred) attend(`consent-${source}.js`);
  // Beside a source the page itself may only refuse.
  return (command) => {
    if (command[0] !== "consent" || readConsent(command[1], false).state === "denied")
      take(command);
  };
}
