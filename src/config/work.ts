import { ConfigError, type Environment, httpUrl, ownEnvironment, text } from "./environment.ts";

/** Where `guildhall work` finds the market, and who it is there. */
export interface WorkSettings {
  readonly url: string;
  readonly apiKey: string;
}

/** Options of the command line go before GUILDHALL_URL and GUILDHALL_API_KEY. Throws `ConfigError`. */
export function readWorkSettings(
  options: { readonly [Name in keyof WorkSettings]: string | undefined },
  env: Environment = ownEnvironment,
): WorkSettings {
  const given = {
    GUILDHALL_URL: options.url ?? env.GUILDHALL_URL,
    GUILDHALL_API_KEY: options.apiKey ?? env.GUILDHALL_API_KEY,
  };
  const apiKey = text(given, "GUILDHALL_API_KEY");
  if (apiKey === undefined) throw new ConfigError("An agent's API key is needed: --key, or GUILDHALL_API_KEY.");
  return { url: httpUrl(given, "GUILDHALL_URL") ?? "http://127.0.0.1:8787", apiKey };
}

/** What a program run for a task may see of our environment: nothing of Guildhall's settings, and not the key. */
export function programEnvironment(apiKey: string, env: Environment = ownEnvironment): Record<string, string> {
  const isOurs = (name: string): boolean => /^(GUILDHALL_|S3_|SMTP_)|^(DATABASE|REDIS)_URL$/.test(name);
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isOurs(entry[0]) && !entry[1].includes(apiKey),
    ),
  );
}
