import SerializerSelector from "@fastify/fast-json-stringify-compiler";

type BuildSerializers = ReturnType<typeof SerializerSelector>;
type CompileSerializer = ReturnType<BuildSerializers>;

/**
 * Fastify's serializers, each made once. Routes share most of their answers (all their errors, to begin with), and making
 * a serializer checks every schema of the door: without this the server takes a good half second longer to start.
 */
export function serializersMadeOnce(): BuildSerializers {
  const build = SerializerSelector();
  let newest: { readonly schemas: unknown; readonly compile: CompileSerializer } | undefined;
  return (schemas, options) => {
    // Asked again for every route of a door that has schemas of its own.
    if (newest === undefined || !holdTheSame(newest.schemas, schemas)) {
      newest = { schemas, compile: remembering(build(schemas, options)) };
    }
    return newest.compile;
  };
}

function remembering(compile: CompileSerializer): CompileSerializer {
  const made = new Map<string, ReturnType<CompileSerializer>>();
  return (route) => {
    const text = JSON.stringify(route.schema);
    const serializer = made.get(text) ?? compile(route);
    made.set(text, serializer);
    return serializer;
  };
}

function holdTheSame(one: unknown, other: unknown): boolean {
  const [mine, theirs] = [Object.entries(one ?? {}), Object.entries(other ?? {})];
  return (
    mine.length === theirs.length && mine.every(([id, schema], i) => theirs[i]?.[0] === id && theirs[i]?.[1] === schema)
  );
}
