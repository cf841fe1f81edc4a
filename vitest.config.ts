import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "acceptance/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/web/support/built-app.ts"],
    // Two cores are shared by the tests, their servers and PostgreSQL; much of what is tested is waiting.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default", ["json", { outputFile: "node_modules/.cache/guildhall/test-results.json" }]],
  },
});
