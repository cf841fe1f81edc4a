import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { NativeClient } from "../../support/native-client.ts";
import { openTestHouse, type TestHouse, type TestHouseOptions } from "../../support/test-house.ts";
import { chromiumPath } from "./chromium.ts";

const screenshots = join(import.meta.dirname, "../../../web/screenshots");
const wide = { width: 1280, height: 800 };
const phone = { width: 375, height: 812 };
const password = "correct horse";
/** Generous: two cores are shared with everything else that is being tested. */
const waitMs = 15_000;

/** Somebody at a browser of their own, signed in or not. Closing it fails for whatever the browser complained about. */
export interface Visitor {
  readonly page: Page;
  readonly name: string;
  readonly email: string;
  /** A key of their organization, to do by the API what the test is not about. */
  readonly key: string;
  /** Opens an address of the app and waits until it shows its heading. */
  goTo(path: string): Promise<void>;
  /** What the browser may complain about from now on: an error that the test causes on purpose. */
  forgive(pattern: RegExp): void;
  close(): Promise<void>;
}

/** A real server with the built app, and a real Chromium. One for each test file. */
export class WebStage {
  readonly house: TestHouse;
  readonly api: NativeClient;
  readonly #browser: Browser;
  readonly #visitors: Visitor[] = [];

  private constructor(house: TestHouse, browser: Browser) {
    this.house = house;
    this.api = new NativeClient(house.url);
    this.#browser = browser;
  }

  static async open(options: TestHouseOptions = {}): Promise<WebStage> {
    const [house, browser] = await Promise.all([
      openTestHouse(options),
      chromium.launch({
        ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
        // Root has no sandbox of Chromium's; the only pages it opens are ours.
        args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
      }),
    ]);
    await mkdir(screenshots, { recursive: true });
    return new WebStage(house, browser);
  }

  /** Everybody's complaints are looked at before all is closed. */
  async close(): Promise<void> {
    try {
      for (const visitor of this.#visitors) await visitor.close();
    } finally {
      await this.#browser.close();
      await this.house.close();
    }
  }

  /** Somebody who is signed in, with an organization that has USD 1,000.00. */
  async signedIn(name = "Ada Lovelace"): Promise<Visitor> {
    const context = await this.#newContext();
    const email = `${crypto.randomUUID()}@example.com`;
    const headers = { Origin: this.house.url };
    const send = async (path: string, data: object) => {
      const answer = await context.request.post(`${this.house.url}${path}`, { data, headers });
      if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${await answer.text()}`);
      return answer.json();
    };
    await send("/v1/auth/sign-up/email", { name, email, password });
    const { api_key: key } = await send("/v1/keys", { label: "Test" });
    return this.#visit(context, { name, email, key });
  }

  /** Somebody whom nobody knows yet. */
  async stranger(): Promise<Visitor> {
    return this.#visit(await this.#newContext(), { name: "", email: "", key: "" });
  }

  #newContext(): Promise<BrowserContext> {
    return this.#browser.newContext({
      viewport: wide,
      reducedMotion: "reduce",
      baseURL: this.house.url,
      locale: "en-US",
    });
  }

  async #visit(context: BrowserContext, who: { name: string; email: string; key: string }): Promise<Visitor> {
    context.setDefaultTimeout(waitMs);
    const page = await context.newPage();
    const complaints: string[] = [];
    const forgiven: RegExp[] = [];
    const complain = (text: string): void => {
      if (!forgiven.some((pattern) => pattern.test(text))) complaints.push(text);
    };
    // Violations of the Content-Security-Policy come as console errors, too.
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complain(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => complain(error.stack ?? error.message));
    const visitor: Visitor = {
      page,
      ...who,
      async goTo(path) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
      },
      forgive: (pattern) => forgiven.push(pattern),
      async close() {
        await context.close();
        expect(complaints, `what the browser of ${who.name || "a stranger"} complained about`).toEqual([]);
      },
    };
    this.#visitors.push(visitor);
    return visitor;
  }
}

/** A picture of a long page takes its time while other tests have the machine. */
const picture = { fullPage: true, animations: "disabled", timeout: 45_000 } as const;

/**
 * The page as it stands, light and dark and on a phone: no violation of WCAG 2.2 AA that axe finds, nothing wider than the
 * screen, and a screenshot of each in `web/screenshots/`.
 */
export async function expectSoundPage({ page }: Pick<Visitor, "page">, name: string): Promise<void> {
  // What sticks to the screen's edge would otherwise stand in the middle of the picture.
  await page.evaluate("window.scrollTo(0, 0)");
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.screenshot({ path: join(screenshots, `${name}-${scheme}.png`), ...picture });
    expect(await violationsOf(page, scheme), `${name}, ${scheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(phone);
  await page.screenshot({ path: join(screenshots, `${name}-phone.png`), ...picture });
  const widthPx = await page.evaluate("document.documentElement.scrollWidth");
  await page.setViewportSize(wide);
  expect(widthPx, `the width of ${name} on a phone`).toBeLessThanOrEqual(phone.width);
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function violationsOf(page: Page, scheme: "light" | "dark"): Promise<string[]> {
  // Evaluated by the debugger, which no policy of the page keeps out.
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  // The dark page is the same but for its colours.
  const runOnly = scheme === "light" ? tags : { type: "rule", values: ["color-contrast", "link-in-text-block"] };
  const options = JSON.stringify({ runOnly, resultTypes: ["violations"] });
  const found = (await page.evaluate(
    `axe.run(document, ${options}).then((result) => result.violations)`,
  )) as Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}
