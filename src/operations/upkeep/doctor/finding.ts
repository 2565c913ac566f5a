/** What a check comes to. A fault stands in the way of granting, or of telling members; a warning will, or makes it slow or hard to follow. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'fault';
  readonly found: string;
  /** What to do about it; absent when all is well. */
  readonly fix?: string;
  /** Of faults: `config` is a setting, or a server's, that a person must correct before anything can be looked at, `unavailable` may pass by itself; `set-up` passes when somebody acts. */
  readonly kind?: 'config' | 'unavailable' | 'set-up';
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found });

export const warning = (check: string, found: string, fix: string): Finding => ({
  check,
  state: 'warning',
  found,
  fix,
});

export const fault = (
  check: string,
  found: string,
  fix: string,
  kind: NonNullable<Finding['kind']> = 'set-up',
): Finding => ({ check, state: 'fault', found, fix, kind });
