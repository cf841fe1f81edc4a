/** Set when a request finds that the session has ended: the page stays as it is and asks to sign in again. */
let hasExpired = false;
const listeners = new Set<() => void>();

function set(expired: boolean): void {
  if (hasExpired === expired) return;
  hasExpired = expired;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. */
export const sessionExpiry = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): boolean => hasExpired,
  begin: (): void => set(true),
  end: (): void => set(false),
};
