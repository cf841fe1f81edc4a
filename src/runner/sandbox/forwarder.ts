/**
 * Runs inside the sandbox, before a program that may use the network: the sandbox has none, only a socket that leads to
 * our proxy, and programs know proxies by host and port. Listens there, starts the program, and ends as it ends.
 * A file of its own without imports of ours, because it is copied into the sandbox alone.
 */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { constants } from "node:os";

const [socketPath = "", port = "", program = "", ...args] = process.argv.slice(2);

const server = createServer((client) => {
  const proxy = connect(socketPath);
  const destroyBoth = () => {
    client.destroy();
    proxy.destroy();
  };
  client.on("error", destroyBoth).on("close", destroyBoth);
  proxy.on("error", destroyBoth).on("close", destroyBoth);
  client.pipe(proxy).pipe(client);
});

server.listen(Number(port), "127.0.0.1", () => {
  const child = spawn(program, args, { stdio: "inherit" });
  child.once("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.once("exit", (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
});
