/**
 * What the worker gets of a price and what the platform keeps, as the market splits it: the worker's part is rounded down,
 * so that both together are the price.
 */
export function splitPrice(price: number, feeBasisPoints: number): { readonly net: number; readonly fee: number } {
  const net = Math.floor((price * (10_000 - feeBasisPoints)) / 10_000);
  return { net, fee: price - net };
}
