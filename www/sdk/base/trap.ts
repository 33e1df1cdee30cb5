/** Whether the engine failed: it is in an unknown state, and nothing more may be asked of it. */
export const isTrap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError;
