import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm start` listens; `npm run dev -w web` hands it whatever is not part of the app. */
const server = "http://127.0.0.1:8787";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { alias: { "@guildhall/client": join(import.meta.dirname, "../sdk/src/index.ts") } },
  build: {
    target: "es2023",
    // Inlined assets would be `data:` addresses, which the Content-Security-Policy does not let fonts and scripts be.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rollupOptions: { input: ["index.html", "reference.html"].map((page) => join(import.meta.dirname, page)) },
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(["/v1", "/api", "/openapi", "/healthz"].map((path) => [path, server])) },
});
