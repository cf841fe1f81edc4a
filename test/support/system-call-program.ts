/**
 * A program (x86-64, ELF, without libraries) that makes one system call and exits with the error number it got, or with 0.
 * So a test can ask the kernel directly, without a compiler and without a language that forbids it.
 */
export function systemCallProgram(number: number, ...args: readonly (number | bigint)[]): Buffer {
  const registers = [0x48bf, 0x48be, 0x48ba, 0x49ba, 0x49b8, 0x49b9];
  const code = [
    ...moveInto(0x48b8, number),
    ...args.flatMap((value, index) => moveInto(registers[index] ?? 0, value)),
    ...[0x0f, 0x05], // syscall
    ...exitWithNegated,
  ];
  return executable(code);
}

/** The same by the old 32-bit entrance, where calls have other numbers: `getpid`. */
export function oldEntranceProgram(): Buffer {
  return executable([0xb8, 20, 0, 0, 0, 0xcd, 0x80, ...exitWithNegated]);
}

/** neg eax; jns +2; xor eax, eax; mov edi, eax; mov eax, 60 (exit); syscall */
const exitWithNegated = [0xf7, 0xd8, 0x79, 2, 0x31, 0xc0, 0x89, 0xc7, 0xb8, 60, 0, 0, 0, 0x0f, 0x05];

function moveInto(opcode: number, value: number | bigint): number[] {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt16BE(opcode);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 2);
  return [...bytes];
}

function executable(code: readonly number[]): Buffer {
  const [headerBytes, segmentBytes, base] = [64, 56, 0x400000n];
  const start = headerBytes + segmentBytes;
  const file = Buffer.alloc(start + code.length);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file);
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(62, 18); // for x86-64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(base + BigInt(start), 24);
  file.writeBigUInt64LE(BigInt(headerBytes), 32);
  file.writeUInt16LE(headerBytes, 52);
  file.writeUInt16LE(segmentBytes, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, headerBytes); // loaded,
  file.writeUInt32LE(5, headerBytes + 4); // to be read and executed
  file.writeBigUInt64LE(base, headerBytes + 16);
  file.writeBigUInt64LE(base, headerBytes + 24);
  file.writeBigUInt64LE(BigInt(file.length), headerBytes + 32);
  file.writeBigUInt64LE(BigInt(file.length), headerBytes + 40);
  file.writeBigUInt64LE(4096n, headerBytes + 48);
  Buffer.from(code).copy(file, start);
  return file;
}
