import Fastify from "fastify";
import { endWithParent, readSetting, tellParent } from "./processes.ts";

/** Fastify alone, answering the given bytes: the most that any answer of ours could cost nothing beside. */

const { body, contentType } = readSetting<{ body: string; contentType: string }>();
const app = Fastify();
for (const path of ["/api/tasks/:id", "/api/v1/tasks/:id"]) {
  app.get(path, (_request, reply) => {
    reply.header("content-type", contentType).send(body);
  });
}
endWithParent(() => app.close());
tellParent({ result: { url: await app.listen({ host: "127.0.0.1", port: 0 }) } });
