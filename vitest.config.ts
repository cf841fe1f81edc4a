import { defineConfig } from "vitest/config";

const measuresTime = "**/*.timed.test.ts";
/** Only hangs are to be found by these: how fast things are is measured by the bench. */
const hangs = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-setup.ts", "test/web/support/built-app.ts"],
    reporters: ["default", ["json", { outputFile: "node_modules/.cache/guildhall/test-results.json" }]],
    projects: [
      {
        test: {
          name: "together",
          include: ["src/**/*.test.ts", "test/**/*.test.ts", "acceptance/**/*.test.ts"],
          exclude: [measuresTime],
          // Two cores are shared by the tests, their servers and PostgreSQL; much of what is tested is waiting.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          ...hangs,
        },
      },
      {
        test: {
          // What says how long something may take, or which of two takes longer, has the machine to itself.
          name: "timed",
          include: [measuresTime],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          ...hangs,
        },
      },
    ],
  },
});
