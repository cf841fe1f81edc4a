/**
 * A very small assembler for classic BPF, the language of seccomp filters: what is needed to compare the numbers of a
 * system call and to answer. Blocks are lists of instructions; a condition jumps over its block when it does not hold.
 */

interface Instruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly value: number;
}

/** Instructions that run one after the other. */
export type Block = readonly Instruction[];

const opcode = { load: 0x20, and: 0x54, jumpIfEqual: 0x15, jumpIfAtLeast: 0x35, jumpIfAnyBit: 0x45, answer: 0x06 };
/** A jump's distance is one byte. */
const blockLengthMax = 255;
const instructionBytes = 8;

/** Where the kernel puts the parts of a call (struct seccomp_data). Of an argument only the lower half is loaded. */
export const callNumber = 0;
export const callArchitecture = 4;

export function argument(index: number): number {
  return 16 + 8 * index;
}

export function load(offset: number): Block {
  return [{ code: opcode.load, whenTrue: 0, whenFalse: 0, value: offset }];
}

/** Keeps only those bits of what was loaded. */
export function keepBits(mask: number): Block {
  return [{ code: opcode.and, whenTrue: 0, whenFalse: 0, value: mask }];
}

export function answer(value: number): Block {
  return [{ code: opcode.answer, whenTrue: 0, whenFalse: 0, value }];
}

export function ifEqual(value: number, then: Block): Block {
  return condition(opcode.jumpIfEqual, value, then);
}

export function unlessEqual(value: number, then: Block): Block {
  return [{ code: opcode.jumpIfEqual, whenTrue: jumpOver(then), whenFalse: 0, value }, ...then];
}

export function ifAtLeast(value: number, then: Block): Block {
  return condition(opcode.jumpIfAtLeast, value, then);
}

export function ifAnyBit(mask: number, then: Block): Block {
  return condition(opcode.jumpIfAnyBit, mask, then);
}

function condition(code: number, value: number, then: Block): Block {
  return [{ code, whenTrue: 0, whenFalse: jumpOver(then), value }, ...then];
}

function jumpOver(block: Block): number {
  if (block.length > blockLengthMax) throw new RangeError(`${block.length} instructions are too many to jump over.`);
  return block.length;
}

/** The program as the kernel reads it (struct sock_filter), for machines that put the lowest byte first. */
export function assemble(program: Block): Buffer {
  const bytes = Buffer.alloc(program.length * instructionBytes);
  for (const [index, { code, whenTrue, whenFalse, value }] of program.entries()) {
    const at = index * instructionBytes;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(whenTrue, at + 2);
    bytes.writeUInt8(whenFalse, at + 3);
    bytes.writeUInt32LE(value >>> 0, at + 4);
  }
  return bytes;
}
