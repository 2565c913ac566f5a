/**
 * Signals that arrive while the command line is still being loaded: nothing has begun, so it ends at once, with the code
 * that it ends with later. src/cli/signals.ts takes over.
 */
export function endAtSignals() {
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 143 }))
    process.on(signal, () => process.exit(code));
}
