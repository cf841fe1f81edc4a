import type { ObjectSchema, PropertySchema } from "./route-table.ts";

/** A body that no route may accept, and what is wrong with it. */
export interface HostileBody {
  readonly what: string;
  readonly bytes: Buffer;
}

export type Sample = Readonly<Record<string, unknown>>;

const depth = 10_000;
/** Stands where raw bytes go that JSON.stringify would never write. */
const hole = "@@hole@@";

const unstorableTexts: Readonly<Record<string, Buffer>> = {
  "an escaped NUL": Buffer.from('"a\\u0000b"'),
  "a raw NUL": Buffer.from('"a\0b"'),
  "an escaped high surrogate alone": Buffer.from('"a\\ud83d"'),
  "an escaped low surrogate alone": Buffer.from('"\\udc00b"'),
  "surrogates in the wrong order": Buffer.from('"\\udc00\\ud83d"'),
  "the bytes of a surrogate": Buffer.concat([Buffer.from('"a'), Buffer.from([0xed, 0xa0, 0xbd]), Buffer.from('"')]),
  "bytes that are no UTF-8": Buffer.concat([Buffer.from('"a'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('"')]),
  "an overlong slash": Buffer.concat([Buffer.from('"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"')]),
  "a raw line break": Buffer.from('"a\nb"'),
};

const wrongValues: Readonly<Record<string, readonly string[]>> = {
  string: ["true", "5", "1e400", "[]", '["a"]', "{}", '{"toString":"a"}'],
  integer: ['"5"', "true", "1.5", "-1", "1e21", "9007199254740992", "9007199254740993", "1e400", "-1e400", "[5]", "{}"],
  array: [
    '"a"',
    "5",
    "true",
    "{}",
    '{"length":1,"0":"a"}',
    "[[]]",
    "[null]",
    "[5]",
    "[{}]",
    '["a","a"]',
    '["\\u0000"]',
  ],
  number: ['"5"', "true", "-1", "1e400", "-1e400", "[5]", "{}"],
  object: ['"a"', "5", "true", "[]", "[{}]", "1e400"],
  boolean: ['"true"', "1", "0", '"yes"', "[]", "[true]", "{}"],
  enum: ['"no such word"', '""', "5", "true", "[]", "{}", '{"toString":"usd"}'],
};

/** Bodies that are no JSON object at all, or a poisoned one, whatever the route expects. */
export function malformedBodies(sample: Sample): HostileBody[] {
  const text = JSON.stringify(sample);
  const inside = text === "{}" ? '"a":1' : text.slice(1, -1);
  const bodies: [string, string | Buffer][] = [
    ["nothing but blanks", "  \n"],
    ["not JSON", "name=a&budget=5"],
    ["two bodies", `${text}${text}`],
    ["a comma too many", `{${inside},}`],
    ["a comment", `{${inside}}// a comment`],
    ["a byte order mark of UTF-16", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["arrays nested 10,000 deep", "[".repeat(depth) + "]".repeat(depth)],
    ["objects nested 10,000 deep", `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`],
    ["deep nesting in a field of no meaning", `{${inside},"x":${"[".repeat(depth)}${"]".repeat(depth)}}`],
    ["arrays that never end", "[".repeat(1_000_000)],
    ["a prototype", `{${inside},"__proto__":{"polluted":1}}`],
    ["a prototype by escape", `{${inside},"\\u005f\\u005fproto__":{"polluted":1}}`],
    ["a constructor's prototype", `{${inside},"constructor":{"prototype":{"polluted":1}}}`],
    ["a prototype further down", `{${inside},"x":[{"__proto__":{"polluted":1}}]}`],
  ];
  for (let length = 1; length < text.length; length += Math.ceil(text.length / 12)) {
    bodies.push([`its first ${length} characters`, text.slice(0, length)]);
  }
  for (const [what, value] of Object.entries(unstorableTexts)) {
    bodies.push([`${what} in a key`, Buffer.concat([Buffer.from(`{${inside},`), value, Buffer.from(":1}")])]);
    bodies.push([`${what} in a field of no meaning`, fill({ ...sample, x: [hole] }, value)]);
  }
  return bodies.map(([what, body]) => ({ what, bytes: Buffer.from(body as Buffer) }));
}

/** Bodies that are JSON but not what the route's schema asks for, field by field. */
export function wrongBodies(schema: ObjectSchema, sample: Sample): HostileBody[] {
  const bodies: HostileBody[] = [
    "null",
    "true",
    "5",
    '"text"',
    "[]",
    "[{}]",
    "1e400",
    `[${JSON.stringify(sample)}]`,
    ...(schema.required === undefined ? [] : ["{}"]),
  ].map((text) => ({ what: `the body ${text.slice(0, 10)}`, bytes: Buffer.from(text) }));
  for (const [field, property] of Object.entries(schema.properties)) {
    const values = wrongFor(property);
    values.push(JSON.stringify(Array.from({ length: 10_000 }, (_, index) => ({ index }))));
    values.push(JSON.stringify(Array.from({ length: 10_000 }, (_, index) => `a${index}`)));
    for (const value of values) {
      bodies.push({
        what: `${field} = ${value.slice(0, 30)}`,
        bytes: fill({ ...sample, [field]: hole }, Buffer.from(value)),
      });
    }
    for (const [what, value] of Object.entries(unstorableTexts)) {
      bodies.push({ what: `${what} in ${field}`, bytes: fill({ ...sample, [field]: hole }, value) });
      bodies.push({ what: `${what} in a list in ${field}`, bytes: fill({ ...sample, [field]: [hole] }, value) });
    }
    bodies.push({ what: `${field} twice, wrong the second time`, bytes: twice(sample, field) });
    if (schema.required?.includes(field) === true) {
      bodies.push({ what: `no ${field}`, bytes: Buffer.from(JSON.stringify({ ...sample, [field]: undefined })) });
    }
  }
  return bodies;
}

/** What none of the property's types admits. */
function wrongFor(property: PropertySchema): string[] {
  const branches = property.anyOf ?? [property];
  const types = branches.map(({ type, enum: words }) => (words === undefined ? type : "enum"));
  const values = types.flatMap((type) => wrongValues[type ?? ""] ?? []);
  if (!types.includes("null")) values.push("null");
  const admitsTwins = branches.some(({ uniqueItems, items }) => items?.type === "string" && uniqueItems !== true);
  const admitted = new Set([...(types.includes("boolean") ? ["true"] : []), ...(admitsTwins ? ['["a","a"]'] : [])]);
  return values.filter((value) => !admitted.has(value));
}

function fill(body: unknown, value: Buffer): Buffer {
  const [before = "", after = ""] = JSON.stringify(body).split(JSON.stringify(hole));
  return Buffer.concat([Buffer.from(before), value, Buffer.from(after)]);
}

function twice(sample: Sample, field: string): Buffer {
  const { [field]: value, ...rest } = sample;
  const first = JSON.stringify({ ...rest, [field]: value ?? null });
  return Buffer.from(`${first.slice(0, -1)},${JSON.stringify(field)}:[[[]]]}`);
}
