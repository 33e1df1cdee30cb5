/**
 * New task, so that the page can respond in between. Out: a promise. Never: a timer, which waits
 * for a second in a background page.
 */

/** Scheduler API, which the type library lacks. */
interface Scheduler {
  yield?(): Promise<void>;
}

/** Resolves in a new task: before other tasks where the browser can, else after them. */
export function nextTask(): Promise<unknown> {
  const { scheduler } = globalThis as { readonly scheduler?: Scheduler };
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
}
