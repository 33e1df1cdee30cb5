/**
 * A new task, so that the page can answer in between. Comes in: nothing. Goes out: a promise. Must not use a timer: a page
 * that nobody looks at would wait for a second.
 */

/** What the type library does not know of yet. */
interface Scheduler {
  yield?(): Promise<void>;
}

/** Resolves in a task of its own: before others' tasks where the browser can, else behind them. */
export function nextTask(): Promise<unknown> {
  const { scheduler } = globalThis as { readonly scheduler?: Scheduler };
  if (scheduler?.yield) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
}
