/** Cuts a stream into parts of exactly `partBytes`, the last one shorter; nothing for an empty stream. */
export async function* inParts(
  bytes: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Uint8Array, undefined> {
  let chunks: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (waitingBytes + rest.length >= partBytes) {
      const taken = partBytes - waitingBytes;
      chunks.push(rest.subarray(0, taken));
      yield Buffer.concat(chunks);
      chunks = [];
      waitingBytes = 0;
      rest = rest.subarray(taken);
    }
    if (rest.length > 0) chunks.push(rest);
    waitingBytes += rest.length;
  }
  if (waitingBytes > 0) yield Buffer.concat(chunks);
  return undefined;
}
