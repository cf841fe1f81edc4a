import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

/**
 * The corpus of hostile URLs, tried in a network of the test's own in which every address leads to one listener: what is
 * refused is refused by us, and not because nobody is there.
 */

interface Attempt {
  readonly url: string;
  readonly outcome: string;
  readonly reached: readonly string[];
}

type Report = Readonly<Record<"guarded" | "asFetch" | "partlyOpen" | "unguarded", readonly Attempt[]>>;

const spellings = [
  ...["127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "2130706433", "0x7f000001", "0x7f.1"],
  ...["017700000001", "0177.0.0.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "%31%32%37.0.0.1", "１２７.0.0.1", "①②⑦.0.0.1"],
  ...["10.0.0.1", "10.255.255.255", "167772161", "0xa000001", "012.0.0.1", "100.64.0.1", "100.127.255.255"],
  ...["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "172.16.0.1"],
  ...["172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.257"],
  ...["198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"],
  ...["255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]"],
  ...["[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[0:0:0:0:0:ffff:a9fe:a9fe]"],
  ...["[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]"],
  ...["[2001::1]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[3fff::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]"],
  ...["[fec0::1]", "[ff02::1]", "[100::1]", "[5f00::1]"],
];
const names = [
  ...["inside.test", "ten.test", "metadata.test", "mixed.test", "mixed6.test", "mapped.test", "loop6.test"],
  ...["nat64.test", "sixtofour.test", "inside.test.", "INSIDE.test", "localhost", "LOCALHOST.", "no-such-name.test"],
];
const hostile = [
  ...[...spellings, ...names].map((host) => `http://${host}/`),
  ...["127.0.0.1", "[::1]", "169.254.169.254", "inside.test"].map((host) => `https://${host}/`),
  "http://outside.test@127.0.0.1/",
  "http://127.0.0.1\\@outside.test/",
];
const redirects = ["http://169.254.169.254/latest", "//10.0.0.1/", "http://inside.test/", "http://0x7f000001/"].map(
  (target) => `http://outside.test/to?${encodeURIComponent(target)}`,
);
const harmless = [
  "http://outside.test/",
  "http://93.184.215.14/",
  "http://[2606:2800:21f::1]/",
  "http://outside6.test/",
];
const publicAddress = /^(::ffff:93\.184\.215\.14|2606:2800:.*)$/;

const ownNetwork = ["--user", "--map-root-user", "--net", "--mount"];

/** An empty network where every address is this machine's, asking us for names. */
const everyAddressIsHere = [
  "set -e",
  "ip link set lo up",
  "ip route add local 0.0.0.0/0 dev lo",
  "ip -6 route add local ::/0 dev lo",
  'mount --bind "$1" /etc/resolv.conf',
  'exec "$2" "$3" "$4"',
].join("\n");

function canHaveNetworks(): boolean {
  try {
    execFileSync("unshare", [...ownNetwork, "sh", "-c", "ip link set lo up"], { stdio: "ignore" });
    return true;
  } catch {
    process.stdout.write("skipped: the corpus of hostile URLs needs a network namespace (unshare, ip)\n");
    return false;
  }
}

describe.skipIf(!canHaveNetworks())("in a network where every address answers", () => {
  let report: Report;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "guildhall-test-"));
    const resolvers = join(folder, "resolv.conf");
    await writeFile(resolvers, "nameserver 127.0.0.1\n");
    const fixture = join(import.meta.dirname, "fixtures/besieged-house.ts");
    const urls = JSON.stringify([...hostile, ...redirects, "http://rebind.test/", ...harmless, "http://10.1.2.3/"]);
    const run = ["sh", "-c", everyAddressIsHere, "sh", resolvers, process.execPath, fixture, urls];
    const proxy = "http://10.9.9.9:80";
    const proxies = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, NODE_USE_ENV_PROXY: "1" };
    const { stdout } = await promisify(execFile)("unshare", [...ownNetwork, ...run], {
      env: { ...process.env, ...proxies },
      timeout: 50_000,
    });
    report = JSON.parse(stdout);
    await rm(folder, { recursive: true });
  });

  it.each(["guarded", "asFetch"] as const)("no hostile URL reaches anybody (%s)", (way) => {
    const reached = report[way].filter(({ url, reached }) => hostile.includes(url) && reached.length > 0);
    expect(reached).toEqual([]);
    const answered = report[way].filter(({ url, outcome }) => hostile.includes(url) && /^\d+$/.test(outcome));
    expect(answered).toEqual([]);
  });

  it("most of them would reach somebody without the guard", () => {
    const reached = report.unguarded.filter(({ url, reached }) => hostile.includes(url) && reached.length > 0);
    expect(reached.length).toBeGreaterThan(60);
  });

  it.each(["guarded", "asFetch"] as const)("redirects and names that turn reach nobody inside (%s)", (way) => {
    const others = report[way].filter(({ url }) => redirects.includes(url) || url.includes("rebind"));
    expect(others).toHaveLength(redirects.length + 1);
    const inside = others.filter(({ reached }) => reached.some((address) => !publicAddress.test(address)));
    expect(inside).toEqual([]);
    for (const { url, outcome } of others) if (redirects.includes(url)) expect(outcome).toBe("address_refused");
  });

  it.each(["guarded", "asFetch"] as const)("what is outside is reached, by no proxy (%s)", (way) => {
    for (const { url, outcome, reached } of report[way].filter(({ url }) => harmless.includes(url))) {
      expect({ url, outcome, reached }).toEqual({
        url,
        outcome: "200",
        reached: [expect.stringMatching(publicAddress)],
      });
    }
  });

  it("a network that was opened is reached, and none beside it", () => {
    const reached = report.partlyOpen.filter(({ url, reached }) => hostile.includes(url) && reached.length > 0);
    expect(reached.map(({ url }) => url)).toEqual(["http://ten.test/"]);
    expect(report.partlyOpen.at(-1)).toMatchObject({ url: "http://10.1.2.3/", outcome: "200" });
    expect(report.guarded.at(-1)).toMatchObject({ outcome: "address_refused", reached: [] });
  });
});
