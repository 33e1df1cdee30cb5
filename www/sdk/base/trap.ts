/** Returns `true` if the engine trapped: its state is unknown, and it must not be called again. */
export const isTrap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError;
