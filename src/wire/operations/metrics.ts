import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { BatchReport } from "../../engine/engine.ts";

/** What Prometheus may know of this process. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requestSeconds = new Histogram({
    name: "guildhall_http_request_seconds",
    help: "Time to answer a request, by route and status.",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.registry],
  });
  readonly #batchSeconds = new Histogram({
    name: "guildhall_batch_seconds",
    help: "Time to load, decide and commit one batch of commands.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.registry],
  });
  readonly #batchCommands = new Histogram({
    name: "guildhall_batch_commands",
    help: "Commands in one batch.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [this.registry],
  });

  constructor(queueLength: () => number) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "guildhall_queued_commands",
      help: "Commands that wait for the next batch.",
      registers: [this.registry],
      collect() {
        this.set(queueLength());
      },
    });
  }

  observeBatch(report: BatchReport): void {
    this.#batchSeconds.observe(report.durationMs / 1_000);
    this.#batchCommands.observe(report.commands);
  }

  /** Counts every request of `app` and answers GET /metrics. */
  mount(app: FastifyInstance): void {
    app.addHook("onResponse", (request, reply, done) => {
      const route = request.routeOptions.url ?? "none";
      this.#requestSeconds.observe(
        { method: request.method, route, status: String(reply.statusCode) },
        reply.elapsedTime / 1_000,
      );
      done();
    });
    app.get("/metrics", async (_request, reply) => {
      reply.type(this.registry.contentType);
      return this.registry.metrics();
    });
  }
}
