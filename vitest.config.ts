import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "acceptance/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/web/support/built-app.ts"],
    // Two cores are shared by the tests, their servers and PostgreSQL; much of what is tested is waiting.
    maxWorkers: 3,
    // Only hangs are to be found by it: how fast things are is measured by the bench.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", ["json", { outputFile: "node_modules/.cache/guildhall/test-results.json" }]],
  },
});
