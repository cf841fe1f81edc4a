/** A setting that cannot be used. The message names it and says what would do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Names and values as a process is started with them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What this process was started with. Nothing else reads it but the start of PostgreSQL. */
export const ownEnvironment: Environment = process.env;

/** An http(s) URL with neither query nor fragment, without the slash at its end. Throws `ConfigError`. */
export function httpUrl(env: Environment, name: string): string | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url !== undefined && url.search === "" && url.hash === "" && url.username === "";
  if (!isPlain || !["http:", "https:"].includes(url.protocol)) {
    throw new ConfigError(`${name} must be a URL such as https://market.example.com, without a query.`);
  }
  return url.href.replace(/\/+$/, "");
}

/** Trimmed; what is empty counts as not set. */
export function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

/** Off unless it says `true`. Throws `ConfigError`. */
export function flag(env: Environment, name: string): boolean {
  return oneOf(env, name, ["true", "false"], "false") === "true";
}

/** Throws `ConfigError` with the choices. */
export function oneOf<const Choice extends string>(
  env: Environment,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new ConfigError(`${name} must be one of: ${choices.join(", ")}.`);
  return choice;
}

/** From `min` to `max`, both included. Throws `ConfigError` with them. */
export function wholeNumber(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}.`);
  }
  return number;
}
