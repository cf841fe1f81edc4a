export async function demo(print: (line: string) => void): Promise<void> {
  print("…");
}
