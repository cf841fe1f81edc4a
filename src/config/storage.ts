import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import envPaths from "env-paths";
import { ConfigError, type Environment, flag, httpUrl, text } from "./environment.ts";

/** Where files are kept when not in the data folder; without credentials, those of the machine are used. */
export interface S3Config {
  readonly bucket: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly forcePathStyle: boolean;
}

/** The system's folder for root, whose home no other user can enter (PostgreSQL never runs as root); else the user's. */
export function defaultDataFolder(): string {
  if (process.platform === "linux" && userInfo().uid === 0) return "/var/lib/guildhall";
  return homedir() === "/" ? join("/tmp", "guildhall") : envPaths("guildhall", { suffix: "" }).data;
}

/** Undefined: the embedded database. Throws `ConfigError`. */
export function readDatabaseUrl(env: Environment): string | undefined {
  const value = text(env, "DATABASE_URL");
  if (value === undefined || /^postgres(ql)?:\/\//.test(value)) return value;
  throw new ConfigError("DATABASE_URL must begin with postgres:// or postgresql://.");
}

/** Undefined: each server counts for itself. Throws `ConfigError`. */
export function readRedisUrl(env: Environment): string | undefined {
  const value = text(env, "REDIS_URL");
  if (value === undefined || (/^rediss?:\/\//.test(value) && URL.canParse(value))) return value;
  throw new ConfigError("REDIS_URL must be a URL that begins with redis:// or rediss://.");
}

/** Undefined: files are kept in the data folder. Throws `ConfigError`. */
export function readS3(env: Environment): S3Config | undefined {
  const bucket = text(env, "S3_BUCKET");
  if (bucket === undefined) return undefined;
  const [accessKeyId, secretAccessKey] = [text(env, "S3_ACCESS_KEY_ID"), text(env, "S3_SECRET_ACCESS_KEY")];
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new ConfigError("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together, or neither.");
  }
  return {
    bucket,
    endpoint: httpUrl(env, "S3_ENDPOINT"),
    region: text(env, "S3_REGION") ?? "us-east-1",
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey },
    forcePathStyle: flag(env, "S3_FORCE_PATH_STYLE"),
  };
}
