const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const shortIdLength = 5;

/** Five base62 characters from random bytes (at least 5), for instance `xK3mP` (seed 001, `organization_short_id`). */
export function shortIdFrom(random: Uint8Array): string {
  return Array.from(random.subarray(0, shortIdLength), (byte) => base62[byte % base62.length]).join("");
}
