import { chmod, chown, cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installedBinariesFolder } from "../../src/postgres/binaries.ts";
import { findRunningPostgres } from "../../src/postgres/embedded-postgres.ts";
import { DataFolderInUse, DataFolderUnreachable, PostgresStartFailed } from "../../src/postgres/errors.ts";
import { isRunning, killHard, Playground, postmasterPid, query, until } from "./fixtures/playground.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
const asOrdinaryUser = isRoot ? it.skip : it;
const rootOnly = isRoot ? "" : " (skipped: needs root)";
const userOnly = isRoot ? " (skipped: root may do anything)" : "";

let playground: Playground;
let dataFolder: string;

beforeEach(async () => {
  playground = new Playground();
  dataFolder = join(await playground.folder(), "data");
  if (isRoot) await chmod(join(dataFolder, ".."), 0o711);
});
afterEach(() => playground.clear(), 30_000);

async function modeOf(...path: string[]): Promise<number> {
  return (await stat(join(...path))).mode & 0o777;
}

describe("starting and stopping", { timeout: 60_000 }, () => {
  it("makes the database on first use and keeps what is in it from one start to the next", async () => {
    const first = await playground.start(dataFolder);
    await query(first.connection, "create table kept as select 42 as answer");
    expect(first.adopted).toBe(false);
    expect(await findRunningPostgres(dataFolder)).toEqual(first.connection);
    await first.stop();
    expect(await findRunningPostgres(dataFolder)).toBeUndefined();

    const second = await playground.start(dataFolder);
    expect(second.adopted).toBe(false);
    expect(await query(second.connection, "table kept")).toEqual([{ answer: 42 }]);
  });

  it("stops once, however often it is told to, although clients are connected", async () => {
    const postgres = await playground.start(dataFolder);
    const pid = await postmasterPid(dataFolder);
    const client = query(postgres.connection, "select pg_sleep(60)").catch(() => "cut off");
    await until(
      async () =>
        (await query(postgres.connection, "select from pg_stat_activity where query ~ 'sleep.60'")).length > 0,
    );
    await Promise.all([postgres.stop(), postgres.stop()]);
    await postgres.stop();
    expect(await isRunning(pid)).toBe(false);
    expect(await client).toBe("cut off");
  });

  it("runs durable, checked, encrypted-password, machine-independent PostgreSQL", async () => {
    const { connection } = await playground.start(dataFolder, { settings: { max_connections: "33" } });
    const [settings] = await query(
      connection,
      `select current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
              current_setting('full_page_writes') as full_pages, current_setting('synchronous_commit') as commits,
              current_setting('max_connections') as connections, current_setting('listen_addresses') as addresses,
              datlocprovider as provider, datlocale as locale, pg_encoding_to_char(encoding) as encoding,
              (select string_agg(distinct auth_method, ',') from pg_hba_file_rules) as authentication,
              (select left(rolpassword, 13) from pg_authid where rolname = current_user) as password
         from pg_database where datname = 'guildhall'`,
    );
    expect(settings).toEqual({
      checksums: "on",
      fsync: "on",
      full_pages: "on",
      commits: "on",
      connections: "33",
      addresses: "",
      provider: "b",
      locale: "C.UTF-8",
      encoding: "UTF8",
      authentication: "scram-sha-256",
      password: "SCRAM-SHA-256",
    });
    await expect(query({ ...connection, password: "wrong" }, "select")).rejects.toThrow(/password authentication/);
  });

  it("keeps its files to itself and hands no secret to the server's environment", async () => {
    const owner = await playground.owner(dataFolder, { GUILDHALL_SECRET: "do-not-inherit" });
    expect(await modeOf(dataFolder)).toBe(isRoot ? 0o711 : 0o700);
    expect(await modeOf(dataFolder, "postgres")).toBe(0o700);
    expect(await modeOf(dataFolder, "postgres-logs")).toBe(0o700);
    expect(await modeOf(dataFolder, "postgres-socket")).toBe(0o700);
    expect(await modeOf(dataFolder, "postgres-password")).toBe(0o600);
    expect((await stat(join(dataFolder, "postgres-password"))).uid).toBe(process.getuid?.());
    expect(Buffer.from(owner.connection.password, "base64url").length * 8).toBeGreaterThanOrEqual(160);
    expect((await readdir(dataFolder)).filter((name) => name.startsWith(".temporary"))).toEqual([]);

    const pid = await postmasterPid(dataFolder);
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8");
    expect(environment).not.toContain("do-not-inherit");
    expect(environment + commandLine).not.toContain(owner.connection.password);
    const names = environment.split("\0").map((entry) => entry.split("=")[0]);
    expect(names.filter((name) => name && !["PATH", "LC_ALL", "TZ"].includes(name) && !name.startsWith("PG"))).toEqual(
      [],
    );
    if (isRoot) expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
  });

  it("works under a path that is too long for a socket, and cleans up after itself", async () => {
    dataFolder = join(dataFolder, "a-rather-long-name-for-a-folder".repeat(4), 'data, "quoted" and spaced');
    const postgres = await playground.start(dataFolder);
    expect(postgres.connection.host).toMatch(/^\/tmp\/guildhall-[0-9a-f]+$/);
    expect(await modeOf(postgres.connection.host)).toBe(0o700);
    expect(await findRunningPostgres(dataFolder)).toEqual(postgres.connection);
    await postgres.stop();
    await expect(stat(postgres.connection.host)).rejects.toThrow(/ENOENT/);
  });

  it("repeats PostgreSQL's own words when it does not start", async () => {
    const start = playground.start(dataFolder, { settings: { max_connections: "many" } });
    await expect(start).rejects.toThrow(PostgresStartFailed);
    await expect(start).rejects.toThrow(/invalid value for parameter "max_connections": "many"/);
  });

  it("says which password is wrong, and leaves the server it started not running", async () => {
    await (await playground.start(dataFolder)).stop();
    await writeFile(join(dataFolder, "postgres-password"), "other\n");
    await expect(playground.start(dataFolder)).rejects.toThrow(/postgres-password does not belong to this data/);
    expect(await findRunningPostgres(dataFolder)).toBeUndefined();
  });
});

describe("one owner", { timeout: 60_000 }, () => {
  it("refuses a second start quickly, names the owner, and harms nothing", async () => {
    const owner = await playground.owner(dataFolder);
    const pid = await postmasterPid(dataFolder);
    const begun = performance.now();
    const refusal = await playground.start(dataFolder).catch((error: unknown) => error);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(refusal).toBeInstanceOf(DataFolderInUse);
    expect(refusal).toMatchObject({ ownerPid: owner.process.pid, dataFolder });
    expect((refusal as Error).message).toMatch(/is in use by process \d+, running since \d{4}-/);
    expect(await postmasterPid(dataFolder)).toBe(pid);
    expect(await query(owner.connection, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("lets exactly one of several first starts at the same moment win", async () => {
    const starts = await Promise.all([1, 2, 3].map(() => playground.owner(dataFolder)));
    const refusals = starts.flatMap((start) => start.refusal?.name ?? []);
    expect(refusals).toEqual(["DataFolderInUse", "DataFolderInUse"]);
    const winner = starts.find((start) => !start.refusal);
    expect(winner && (await query(winner.connection, "select 1 as one"))).toEqual([{ one: 1 }]);
    expect((await readdir(dataFolder)).filter((name) => name.startsWith(".temporary"))).toEqual([]);
  });

  it("recognises a running server although its data was moved behind a symbolic link", async () => {
    await (await playground.start(dataFolder)).stop();
    const moved = join(dataFolder, "moved");
    await rename(join(dataFolder, "postgres"), moved);
    await symlink(moved, join(dataFolder, "postgres"));
    const owner = await playground.owner(dataFolder);
    await expect(playground.start(dataFolder)).rejects.toThrow(DataFolderInUse);
    const pid = await postmasterPid(dataFolder);
    owner.process.kill("SIGKILL");
    const heir = await playground.start(dataFolder);
    expect(heir.adopted).toBe(true);
    await heir.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  it("lets one of two starts within one process win", async () => {
    const starts = await Promise.allSettled([playground.start(dataFolder), playground.start(dataFolder)]);
    expect(starts.map((start) => start.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(starts.find((start) => start.status === "rejected")?.reason).toBeInstanceOf(DataFolderInUse);
  });

  it("frees the folder when the owner stops", async () => {
    const owner = await playground.owner(dataFolder);
    owner.process.kill("SIGTERM");
    const next = await until(async () => (await findRunningPostgres(dataFolder)) === undefined).then(() =>
      playground.start(dataFolder),
    );
    expect(next.adopted).toBe(false);
  });
});

describe("after a crash", { timeout: 60_000 }, () => {
  it("adopts the server that a killed owner left running, and can stop it", async () => {
    const owner = await playground.owner(dataFolder);
    await query(owner.connection, "create table kept as select 42 as answer");
    const pid = await postmasterPid(dataFolder);
    owner.process.kill("SIGKILL");
    const heir = await playground.start(dataFolder);
    expect(heir.adopted).toBe(true);
    expect(heir.connection).toEqual(owner.connection);
    expect(await postmasterPid(dataFolder)).toBe(pid);
    expect(await query(heir.connection, "table kept")).toEqual([{ answer: 42 }]);
    await heir.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  it("recovers everything committed when owner and server are killed together", async () => {
    const owner = await playground.owner(dataFolder);
    await query(owner.connection, "create table kept as select generate_series(1, 10000) as number");
    const pid = await postmasterPid(dataFolder);
    owner.process.kill("SIGKILL");
    await killHard(pid);
    const next = await playground.start(dataFolder);
    expect(next.adopted).toBe(false);
    expect(await query(next.connection, "select count(*)::int from kept")).toEqual([{ count: 10_000 }]);
  });

  it("starts although another program has the dead server's number, and leaves that program alone", async () => {
    const postgres = await playground.owner(dataFolder);
    const pid = await postmasterPid(dataFolder);
    postgres.process.kill("SIGKILL");
    await killHard(pid);
    const { uid, gid } = await stat(join(dataFolder, "postgres"));
    const stranger = playground.spawn("/bin/sleep", ["300"], isRoot ? { uid, gid } : {});
    for (const file of [
      join(dataFolder, "postgres", "postmaster.pid"),
      join(dataFolder, "postgres-socket", ".s.PGSQL.5432.lock"),
    ]) {
      await writeFile(file, (await readFile(file, "utf8")).replace(/^\d+/, String(stranger.pid)));
    }
    const next = await playground.start(dataFolder);
    expect(next.adopted).toBe(false);
    expect(await query(next.connection, "select 1 as one")).toEqual([{ one: 1 }]);
    await next.stop();
    expect(await isRunning(stranger.pid ?? 0)).toBe(true);
    expect((await readdir(join(dataFolder, "postgres"))).filter((name) => name.includes("stale"))).toEqual([]);
  });

  it("leaves nothing half made when a first start is killed in the middle", async () => {
    for (const afterMs of [150, 350, 550]) {
      const owner = playground.spawnOwner(dataFolder);
      await new Promise((go) => setTimeout(go, afterMs));
      owner.kill("SIGKILL");
    }
    const postgres = await playground.start(dataFolder);
    expect(await query(postgres.connection, "select 1 as one")).toEqual([{ one: 1 }]);
    await postgres.stop();
    await (await playground.start(dataFolder)).stop();
    expect((await readdir(dataFolder)).filter((name) => name.startsWith(".temporary"))).toEqual([]);
  });

  it("starts a server again that dies while it is needed, still as the only owner", async () => {
    const messages: string[] = [];
    const postgres = await playground.start(dataFolder, { log: (message) => messages.push(message) });
    await query(postgres.connection, "create table kept as select 42 as answer");
    const pid = await postmasterPid(dataFolder);
    await killHard(pid);
    await until(() => messages.includes("PostgreSQL answers again."));
    expect(await postmasterPid(dataFolder)).not.toBe(pid);
    expect(await query(postgres.connection, "table kept")).toEqual([{ answer: 42 }]);
    await expect(playground.start(dataFolder)).rejects.toThrow(DataFolderInUse);
  });

  it("takes the lock again when a crashing backend makes the server drop all connections", async () => {
    const messages: string[] = [];
    const postgres = await playground.start(dataFolder, { log: (message) => messages.push(message) });
    const pid = await postmasterPid(dataFolder);
    const owner = "select pid from pg_stat_activity where application_name like 'guildhall owner %'";
    const [backend] = await query(postgres.connection, owner);
    await killHard(Number(backend?.pid));
    await until(() => messages.includes("PostgreSQL answers again."));
    expect(await postmasterPid(dataFolder)).toBe(pid);
    await expect(playground.start(dataFolder)).rejects.toThrow(DataFolderInUse);
    await postgres.stop();
    expect(await isRunning(pid)).toBe(false);
  });

  it("adopted servers are started again, too", async () => {
    const owner = await playground.owner(dataFolder);
    owner.process.kill("SIGKILL");
    const messages: string[] = [];
    const heir = await playground.start(dataFolder, { log: (message) => messages.push(message) });
    await killHard(await postmasterPid(dataFolder));
    await until(() => messages.includes("PostgreSQL answers again."));
    expect(await query(heir.connection, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("gives up, and says so, when the server dies again and again", async () => {
    const messages: string[] = [];
    const postgres = await playground.start(dataFolder, { log: (message) => messages.push(message) });
    const exits: string[] = [];
    postgres.onExit((reason) => exits.push(reason));
    for (let restarts = 1; exits.length === 0; restarts += 1) {
      await killHard(await postmasterPid(dataFolder));
      const answers = () => messages.filter((message) => message === "PostgreSQL answers again.").length;
      await until(() => exits.length > 0 || answers() === restarts);
    }
    expect(exits).toEqual([expect.stringMatching(/^PostgreSQL failed 5 times within a minute/)]);
    await postgres.stop();
  });
});

describe("users, folders and programs", { timeout: 60_000 }, () => {
  asRoot(`copies programs that PostgreSQL's user cannot reach${rootOnly}`, async () => {
    const closed = await playground.folder();
    await cp(installedBinariesFolder(), join(closed, "native"), { recursive: true, verbatimSymlinks: true });
    await chmod(closed, 0o700);
    const postgres = await playground.start(dataFolder, { binariesFolder: join(closed, "native") });
    expect(await query(postgres.connection, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await readdir(join(dataFolder, "postgres-binaries"))).toHaveLength(1);
    await postgres.stop();
    // Made once: the copy is used although the original has gone bad meanwhile.
    await rename(join(closed, "native", "lib"), join(closed, "native", "gone"));
    await (await playground.start(dataFolder, { binariesFolder: join(closed, "native") })).stop();
  });

  asRoot(`names the folder that PostgreSQL's user may not enter, and makes nothing in it${rootOnly}`, async () => {
    const closed = await playground.folder();
    await chmod(closed, 0o700);
    await writeFile(join(closed, "something"), "of somebody");
    const refusal = await playground.start(join(closed, "guildhall", "data")).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataFolderUnreachable);
    expect(refusal).toMatchObject({ blockingFolder: closed });
    expect((refusal as Error).message).toMatch(/may not enter .*GUILDHALL_DATA=\/var\/lib\/guildhall/);
    expect(await readdir(closed)).toEqual(["something"]);
    await expect(playground.start(closed)).rejects.toThrow(DataFolderUnreachable);
    expect(await modeOf(closed)).toBe(0o700);
  });

  asRoot(`opens an empty data folder of its own just enough, under a strict umask too${rootOnly}`, async () => {
    const umask = process.umask(0o077);
    try {
      await mkdir(dataFolder, { mode: 0o700 });
      await (await playground.start(dataFolder)).stop();
      await (await playground.start(join(dataFolder, "..", "deep", "er"))).stop();
    } finally {
      process.umask(umask);
    }
    expect(await modeOf(dataFolder)).toBe(0o711);
  });

  asRoot(`keeps the user that the data belongs to${rootOnly}`, async () => {
    await (await playground.start(dataFolder)).stop();
    for (const name of ["postgres", "postgres-logs", "postgres-socket"]) {
      await chownDeep(join(dataFolder, name), 65_534, 65_534);
    }
    await playground.start(dataFolder);
    expect((await stat(`/proc/${await postmasterPid(dataFolder)}`)).uid).toBe(65_534);
  });

  it("mends library links that a blocked install script did not make", async () => {
    const native = join(await playground.folder(), "native");
    await cp(installedBinariesFolder(), native, { recursive: true, filter: async (path) => !/\.a$|pgxs/.test(path) });
    await removeLinks(native);
    if (isRoot) await chmod(join(native, ".."), 0o711);
    const postgres = await playground.start(dataFolder, { binariesFolder: native });
    expect(await query(postgres.connection, "select 1 as one")).toEqual([{ one: 1 }]);
    await expect(stat(join(dataFolder, "postgres-binaries"))).rejects.toThrow(/ENOENT/);
  });

  asOrdinaryUser(`copies programs whose links it may not mend${userOnly}`, async () => {
    const native = join(await playground.folder(), "native");
    await cp(installedBinariesFolder(), native, { recursive: true, verbatimSymlinks: true });
    await removeLinks(native);
    await chmod(join(native, "lib"), 0o555);
    const postgres = await playground.start(dataFolder, { binariesFolder: native });
    expect(await query(postgres.connection, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await readdir(join(dataFolder, "postgres-binaries"))).toHaveLength(1);
    await chmod(join(native, "lib"), 0o755);
  });

  asOrdinaryUser(`refuses a data folder that it may not make${userOnly}`, async () => {
    await expect(playground.start("/etc/guildhall")).rejects.toThrow(DataFolderUnreachable);
    await expect(playground.start("/etc/guildhall")).rejects.toThrow(/GUILDHALL_DATA/);
  });

  it("finds nothing running where there is nothing", async () => {
    expect(await findRunningPostgres(join(homedir(), `no-such-folder-of-${userInfo().uid}`))).toBeUndefined();
  });
});

async function chownDeep(folder: string, uid: number, gid: number): Promise<void> {
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await chown(join(entry.parentPath, entry.name), uid, gid);
  }
}

async function removeLinks(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as { target: string }[];
  for (const { target } of list) await rm(join(native, "..", target), { force: true });
}
