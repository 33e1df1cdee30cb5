/**
 * Interface of the IAB's consent platforms, `__tcfapi` and `__gpp`. In: its name. Out: the events of the platform of
 * this page, or of a page around this frame. Never: a message of another window taken for an answer.
 */
import type { Platform, Report } from "./consent-source.js";

/** Listener of a platform. Its arguments are unchecked. */
export type AnswerListener = (answer: unknown, success: unknown) => void;

/** Description of an interface. */
export interface IabApi {
  /** Name of the function, from which those of messages and frames follow. */
  readonly name: "__tcfapi" | "__gpp";
  readonly version: number | string;
  /** Calls the function of this page. */
  call(api: (...args: unknown[]) => void, listener: AnswerListener): void;
  /** Reports an event as a consent. */
  read(answer: unknown, success: unknown, report: Report): void;
}

/** Returns the platform: the function, or its stub; else that of a page around this frame. */
export function findIab(api: IabApi, value: unknown): Platform | undefined {
  if (typeof value === "function")
    return {
      identity: value,
      attach: (report) =>
        api.call(value as () => void, (answer, success) => api.read(answer, success, report)),
    };
  const page = around(`${api.name}Locator`);
  return (
    page && {
      identity: identityOf(page, api.name),
      attach: (report) => listenAround(page, api, report),
    }
  );
}

/** Returns the platform's function where it can be read, else its window. */
function identityOf(page: Window, name: string): unknown {
  try {
    return (page as unknown as Record<string, unknown>)[name] ?? page;
  } catch {
    return page;
  }
}

/** Adds a listener from inside a frame, by messages. */
function listenAround(page: Window, api: IabApi, report: Report): void {
  const callId = `escale-${Math.random()}`;
  addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
    // Messages of other sources are ignored.
    if (source !== page) return;
    const answer = readAnswer(data, `${api.name}Return`);
    if (answer?.callId === callId) api.read(answer.returnValue, answer.success, report);
  });
  const call = { command: "addEventListener", version: api.version, callId };
  page.postMessage(JSON.stringify({ [`${api.name}Call`]: call }), "*");
}

/** Finds the page around this frame that has a frame of the platform's name. */
function around(locator: string): Window | undefined {
  // A frame that left its document has no parent.
  const parentOf = (page: Window): Window | null => page.parent;
  for (let page = parentOf(window); page; page = parentOf(page)) {
    try {
      if (page !== window && page.frames[locator as unknown as number]) return page;
    } catch {
      // A page of another origin, without such a frame.
    }
    if (page === page.parent) break;
  }
  return undefined;
}

/** Answer of a platform to a message. */
interface Answer {
  readonly callId?: unknown;
  readonly returnValue?: unknown;
  readonly success?: unknown;
}

/** Parses a platform's answer: an object, or JSON. */
function readAnswer(data: unknown, key: string): Answer | undefined {
  try {
    return ((typeof data === "string" ? JSON.parse(data) : data) as Record<string, Answer>)[key];
  } catch {
    return undefined;
  }
}
