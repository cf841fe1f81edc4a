/** Fails with what is broken. */
export function promise(kept: boolean, broken: () => string): void {
  if (!kept) throw new Error(broken());
}
