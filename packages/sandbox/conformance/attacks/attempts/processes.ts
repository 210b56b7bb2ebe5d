import { getPriority } from 'node:os'
import { type Attempt, toldTheSecret } from '../attempt.ts'
import { anyHas } from '../machine-signs.ts'

const tracing = ['pid namespace', 'user namespace', 'capabilities'] as const

/** Attempts to see, signal, trace or enter processes of the machine, or to gain rights. */
export const processAttempts: readonly Attempt[] = [
  {
    name: 'command lines of the machine’s processes',
    guarantee: 'G20',
    code: { sh: "cat /proc/*/cmdline | tr '\\0' '\\n' | grep ^secret-" },
    stoppedBy: ['pid namespace'],
    harmed: toldTheSecret,
  },
  {
    name: 'a signal to a process of the machine',
    guarantee: 'G20',
    code: { sh: 'kill -9 $VICTIM && sleep 0.2' },
    stoppedBy: ['pid namespace', 'user namespace'],
    harmed: (world) =>
      !anyHas({ pids: [world.victim()], succeeded: true, output: '', upper: '' }, 'status', /^State:\s+[RS]/m),
    restore: (world) => world.revive(),
  },
  {
    name: 'the environment of a process of the machine',
    guarantee: 'G20',
    code: { sh: "tr '\\0' '\\n' </proc/$VICTIM/environ" },
    stoppedBy: tracing,
    harmed: toldTheSecret,
  },
  {
    name: 'ptrace of a process of the machine',
    guarantee: 'G20',
    code: {
      python:
        'pid = int(os.environ["VICTIM"])\nif libc.ptrace(16, pid, 0, 0): raise OSError("refused")\nlibc.ptrace(17, pid, 0, 0)',
    },
    stoppedBy: tracing,
  },
  {
    name: 'the memory of a process of the machine (/proc/PID/mem)',
    guarantee: 'G20',
    code: {
      python: `pid = os.environ["VICTIM"]
start, end = [int(x, 16) for x in next(l for l in open(f"/proc/{pid}/maps") if "[stack]" in l).split()[0].split("-")]
memory = open(f"/proc/{pid}/mem", "rb")
memory.seek(start)
print(memory.read(end - start)[-4096:].decode("latin1"))`,
    },
    stoppedBy: tracing,
    harmed: toldTheSecret,
  },
  {
    name: 'files by the root of a process of the machine (/proc/PID/root)',
    guarantee: 'G20',
    code: { sh: 'cat /proc/$VICTIM/root$WITNESS/secret' },
    stoppedBy: tracing,
    harmed: toldTheSecret,
  },
  {
    name: 'the namespaces of a process of the machine (setns)',
    guarantee: 'G20',
    code: { sh: 'nsenter --target $VICTIM --mount cat $WITNESS/secret' },
    stoppedBy: ['system call filter', ...tracing],
    harmed: toldTheSecret,
  },
  {
    name: 'shared memory of the machine (System V)',
    guarantee: 'G20',
    code: {
      python:
        'libc.shmat.restype = ctypes.c_void_p\nat = libc.shmat(int(os.environ["SHM"]), None, 0o10000)\nprint(ctypes.string_at(at, 99).decode("latin1"))',
    },
    stoppedBy: ['ipc namespace'],
    harmed: toldTheSecret,
  },
  {
    name: 'the names of the machine’s control groups',
    guarantee: 'G20',
    code: { sh: 'grep harmont /proc/self/cgroup' },
    stoppedBy: ['cgroup namespace'],
    harmed: (_, seen) => /\/harmont-[0-9a-f]{8}\//.test(seen.output),
  },
  {
    name: 'rights by a set-user-id program',
    guarantee: 'G21',
    code: {
      sh: 'cp /usr/bin/id /tmp/id && chmod 4755 /tmp/id && test "$(setpriv --reuid 1000 --regid 1000 --clear-groups /tmp/id -u)" = 0',
    },
    stoppedBy: ['no new privileges'],
  },
  {
    name: 'rights by capabilities of a file',
    guarantee: 'G21',
    code: {
      python: `subprocess.run("cp /usr/bin/chown /tmp/chown && setcap cap_chown+ep /tmp/chown && touch /tmp/owned && chown 1000 /tmp/owned", shell=True, check=True)
os.setgroups([])
os.setgid(1000)
os.setuid(1000)
subprocess.run(["/tmp/chown", "2000", "/tmp/owned"], check=True)`,
    },
    stoppedBy: ['no new privileges'],
  },
  {
    name: 'a process that is root outside too',
    guarantee: 'G21',
    code: { python: 'hold()' },
    stoppedBy: ['user namespace'],
    harmed: (_, seen) => anyHas(seen, 'status', /^Uid:\s+0\s/m),
  },
  {
    name: 'a higher priority than others',
    guarantee: 'G22',
    code: { python: 'os.nice(-5)\nhold()' },
    stoppedBy: ['capabilities', 'user namespace'],
    harmed: (_, seen) =>
      anyHas(seen, 'stat', new RegExp(`^\\d+ \\(.*\\) \\S(?: \\S+){14} \\S+ ${getPriority() - 5} `, 'm')),
  },
  {
    name: 'descriptors that the runtime left open (CVE-2024-21626)',
    guarantee: 'G20',
    code: {
      sh: 'for p in self 1; do for f in /proc/$p/fd/*; do cat "$f$WITNESS/secret" "$f/../../../../../..$WITNESS/secret" 2>/dev/null; done; done; false',
    },
    stoppedBy: ['no descriptors handed down'],
    harmed: toldTheSecret,
  },
]
