import { totalmem } from "node:os";
import type { DataFolder } from "./data-folder.ts";
import type { Endpoint } from "./endpoint.ts";

const smallMachineBytes = 4 * 1024 ** 3;

/** The settings we start PostgreSQL with: those of a service on a small machine. All durability stays on. */
export function serverSettings(data: DataFolder, endpoint: Endpoint, walCompression: string): Record<string, string> {
  const overSocket = endpoint.host.startsWith("/");
  return {
    listen_addresses: overSocket ? "" : endpoint.host,
    // A list of names: quoted, so that a comma in the path does not make two of it.
    unix_socket_directories: overSocket ? `"${endpoint.host.replaceAll('"', '""')}"` : "",
    unix_socket_permissions: "0700",
    port: String(endpoint.port),
    max_connections: "200",
    shared_buffers: totalmem() < smallMachineBytes ? "128MB" : "256MB",
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    wal_compression: walCompression,
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    logging_collector: "on",
    log_destination: "stderr",
    log_directory: data.logs,
    // One file for each day of the week, begun anew a week later: the logs cannot grow for ever.
    log_filename: "postgres-%a.log",
    log_file_mode: "0600",
    log_rotation_age: "1d",
    log_rotation_size: "0",
    log_truncate_on_rotation: "on",
    log_line_prefix: "%m [%p] %q%u@%d %a ",
    cluster_name: "guildhall",
  };
}
