/** The machines whose system calls we know by number. */
export type Architecture = "x64" | "arm64";

/** The number on x86-64 and on arm64; null where that machine has no such call. */
type Numbers = readonly [x64: number, arm64: number | null];

/** What no program of a task has a use for, and what has opened kernels before. Each is answered with EPERM. */
const forbidden = {
  // Looking into and changing other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  // Mounts, namespaces, files by handle.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  unshare: [272, 97],
  setns: [308, 268],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // Large parts of the kernel behind one call.
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  fanotify_init: [300, 262],
  fanotify_mark: [301, 263],
  memfd_secret: [447, 447],
  lookup_dcookie: [212, 18],
  modify_ldt: [154, null],
  // The machine itself: its kernel, clock, names, swap, quotas, log, ports and memory nodes.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  create_module: [174, null],
  query_module: [178, null],
  get_kernel_syms: [177, null],
  reboot: [169, 142],
  acct: [163, 89],
  swapon: [167, 224],
  swapoff: [168, 225],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  syslog: [103, 116],
  vhangup: [153, 58],
  iopl: [172, null],
  ioperm: [173, null],
  move_pages: [279, 239],
  migrate_pages: [256, 238],
  mbind: [237, 235],
  set_mempolicy: [238, 237],
  set_mempolicy_home_node: [450, 450],
  // Long out of use.
  uselib: [134, null],
  ustat: [136, null],
  sysfs: [139, null],
  _sysctl: [156, null],
  nfsservctl: [180, 42],
} as const satisfies Record<string, Numbers>;

/** Answered with ENOSYS, so that libraries fall back to the older call. `clone3` hides its flags behind a pointer. */
const unknown = {
  clone3: [435, 435],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
} as const satisfies Record<string, Numbers>;

/** Memory that belongs to no process and so is not seen where memory is counted by looking at processes. */
const memoryOfNobody = { memfd_create: [319, 279], shmget: [29, 194] } as const satisfies Record<string, Numbers>;

/** Decided by their arguments. */
const judged = {
  clone: [56, 220],
  socket: [41, 198],
  socketpair: [53, 199],
  ioctl: [16, 29],
  personality: [135, 92],
} as const satisfies Record<string, Numbers>;

function numbersOf(calls: Record<string, Numbers>, architecture: Architecture): number[] {
  return Object.values(calls).flatMap(([x64, arm64]) => {
    const number = architecture === "x64" ? x64 : arm64;
    return number === null ? [] : [number];
  });
}

/** The calls of our lists by their numbers on that machine. */
export function systemCalls(architecture: Architecture) {
  const of = (name: keyof typeof judged): number => judged[name][architecture === "x64" ? 0 : 1];
  return {
    forbidden: numbersOf(forbidden, architecture),
    unknown: numbersOf(unknown, architecture),
    memoryOfNobody: numbersOf(memoryOfNobody, architecture),
    clone: of("clone"),
    socket: of("socket"),
    socketpair: of("socketpair"),
    ioctl: of("ioctl"),
    personality: of("personality"),
  };
}
