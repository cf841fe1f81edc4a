import { existsSync } from "node:fs";

const places = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The system's Chromium or Chrome; CHROMIUM_PATH names another. Undefined: there is none, and its tests are skipped. */
export const chromiumPath = places.find((place) => place !== undefined && place !== "" && existsSync(place));

if (chromiumPath === undefined) {
  process.stdout.write("Skipped: tests in a browser need Chromium (apt-get install chromium, or CHROMIUM_PATH).\n");
}
