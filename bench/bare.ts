import Fastify from "fastify";
import { endWithParent, readSetting, tellParent } from "./processes.ts";

/** Fastify alone, answering the given bytes: the most that any answer of ours could cost nothing beside. */

const { body, contentType } = readSetting<{ body: string; contentType: string }>();
const app = Fastify();
app.get("/api/tasks/:id", (_request, reply) => {
  reply.header("content-type", contentType).send(body);
});
endWithParent(() => app.close());
tellParent({ result: { url: await app.listen({ host: "127.0.0.1", port: 0 }) } });
