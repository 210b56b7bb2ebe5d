import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Attempt, toldTheSecret } from '../attempt.ts'
import { anyHas, holdsOpen } from '../machine-signs.ts'
import { setting } from '../world.ts'

const filter = 'system call filter'
const realRoot = ['capabilities', 'user namespace'] as const

/** Attempts to reach parts of the kernel that belong to the machine or widen the attack surface. */
export const kernelAttempts: readonly Attempt[] = [
  {
    name: 'keys in the kernel (add_key, keyctl)',
    guarantee: 'G21',
    code: {
      python:
        'name = (os.environ["NAME"] + "-key").encode()\nkey = call("add_key", b"user", name, b"x", 1, -3)\ncall("keyctl", 5, key, 0x3f3f3f3f)\nhold()',
    },
    stoppedBy: [filter],
    harmed: (world) => readFileSync('/proc/keys', 'utf8').includes(`${world.env.NAME}-key`),
  },
  {
    name: 'userfaultfd',
    guarantee: 'G21',
    code: { python: 'call("userfaultfd", 1)\nhold()' },
    stoppedBy: [filter],
    harmed: (_, seen) => holdsOpen(seen, 'anon_inode:[userfaultfd]'),
  },
  {
    name: 'io_uring',
    guarantee: 'G21',
    code: { python: 'call("io_uring_setup", 8, ctypes.create_string_buffer(120))\nhold()' },
    stoppedBy: [filter],
    harmed: (_, seen) => holdsOpen(seen, 'anon_inode:[io_uring]'),
  },
  {
    name: 'the hypervisor (vsock)',
    guarantee: 'G21',
    code: { python: 'socket.socket(40, socket.SOCK_STREAM)' },
    stoppedBy: [filter],
    needs: '/dev/vsock',
  },
  {
    name: 'the hypervisor (vsock), by the calls of i386 (int 0x80, socketcall)',
    guarantee: 'G21',
    code: { python: 'socketcall(40, 1, 0)' },
    stoppedBy: [filter],
    // Requires both files.
    needs: existsSync('/dev/vsock') ? '/proc/sys/abi/vsyscall32' : '/dev/vsock',
  },
  {
    name: 'the hypervisor (vsock), by a number whose upper half the kernel ignores',
    guarantee: 'G21',
    code: { python: 'call("socket", 1 << 32 | 40, 1, 0)' },
    stoppedBy: [filter],
    needs: '/dev/vsock',
  },
  {
    name: 'memory that is charged to nobody (netlink between programs)',
    guarantee: 'G22',
    code: {
      python: `a, b = [socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_USERSOCK) for _ in "ab"]
b.bind((0, 0))
a.sendto(bytes(100000), (b.getsockname()[0], 0))
hold()`,
    },
    stoppedBy: [filter],
  },
  {
    name: 'memory at known addresses (personality)',
    guarantee: 'G21',
    code: { python: 'call("personality", 0x0040000)\nhold()' },
    stoppedBy: [filter],
    harmed: (_, seen) => anyHas(seen, 'personality', /^0*40000$/m),
  },
  {
    name: 'bpf',
    guarantee: 'G21',
    code: { python: 'call("bpf", 0, struct.pack("IIII", 2, 4, 4, 1) + bytes(112), 128)\nhold()' },
    stoppedBy: [filter, ...realRoot],
    harmed: (_, seen) => holdsOpen(seen, 'anon_inode:bpf-map'),
  },
  {
    name: 'counters of the whole processor (perf_event_open)',
    guarantee: 'G21',
    code: { python: 'call("perf_event_open", struct.pack("II", 1, 112) + bytes(104), -1, 0, -1, 0)\nhold()' },
    stoppedBy: [filter, ...realRoot],
    harmed: (_, seen) => holdsOpen(seen, 'anon_inode:[perf_event]'),
  },
  {
    name: 'the kernel’s log',
    guarantee: 'G20',
    code: {
      python:
        'log = ctypes.create_string_buffer(1 << 20)\nlength = call("syslog", 3, log, 1 << 20)\nprint(log.raw[:length].decode("latin1")[-60000:])',
    },
    stoppedBy: [filter, ...realRoot],
    harmed: toldTheSecret,
  },
  {
    name: 'files by their handles, whatever their path (open_by_handle_at)',
    guarantee: 'G20',
    code: {
      python:
        'handle = bytes.fromhex(os.environ["HANDLE"])\nf = call("open_by_handle_at", os.open("/dev/harmont-init", 0), handle, 0)\nprint(os.read(f, 99).decode())',
    },
    stoppedBy: [filter, ...realRoot],
    harmed: toldTheSecret,
  },
  {
    name: 'the clock',
    guarantee: 'G21',
    code: { python: 'call("adjtimex", struct.pack("IIqqq", 8, 0, 0, 0, 16000000) + bytes(176))' },
    stoppedBy: realRoot,
    remark: 'asks for another estimate of its error',
  },
  {
    name: 'input and output ports',
    guarantee: 'G21',
    code: { python: 'call("ioperm", 0x80, 1, 1)' },
    stoppedBy: [filter, ...realRoot],
    needs: '/dev/port',
  },
  {
    name: 'a module',
    guarantee: 'G21',
    code: {
      python:
        'import errno\ntry: call("init_module", b"no module", 9, b"")\nexcept OSError as error:\n  if error.errno != errno.ENOEXEC: raise',
    },
    stoppedBy: [filter, ...realRoot],
    needs: '/proc/modules',
    remark: 'with bytes that are none: the control’s kernel looks at them',
  },
  {
    name: 'another kernel (kexec_load)',
    guarantee: 'G21',
    code: { python: 'call("kexec_load", 0, 0, 0, 0)' },
    stoppedBy: [filter, ...realRoot],
    needs: '/sys/kernel/kexec_loaded',
    remark: 'with no segments, which loads nothing',
  },
  {
    name: 'a restart (reboot)',
    guarantee: 'G21',
    code: {
      python:
        'on = open("/proc/sys/kernel/ctrl-alt-del").read().strip() == "1"\ncall("reboot", 0xfee1dead, 672274793, 0 if on else 0x89abcdef, 0)',
    },
    stoppedBy: [filter, ...realRoot, 'pid namespace'],
    harmed: () => setting(ctrlAltDel) !== keysAtFirst,
    restore: () => writeFileSync(ctrlAltDel, keysAtFirst),
    remark: 'by the call of it that turns what Ctrl-Alt-Del does',
  },
  {
    name: 'swap',
    guarantee: 'G21',
    code: {
      python:
        'import errno\nopen("/tmp/swap", "w").close()\ntry: call("swapon", b"/tmp/swap", 0)\nexcept OSError as error:\n  if error.errno != errno.EINVAL: raise',
    },
    stoppedBy: [filter, ...realRoot],
    remark: 'of a file that cannot be that: the control’s kernel looks at it',
  },
  {
    name: 'kernel settings',
    guarantee: 'G21',
    code: { sh: 'echo 12 >/proc/sys/kernel/printk_ratelimit_burst' },
    stoppedBy: ['read-only /proc/sys', 'user namespace'],
    harmed: () => setting(burst) === '12',
    restore: () => writeFileSync(burst, burstAtFirst),
    remark: 'printk_ratelimit_burst stands for core_pattern, panic and the others, which the same two keep',
  },
  {
    name: 'settings in /sys',
    guarantee: 'G21',
    code: { sh: 'echo 12345 >/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs' },
    stoppedBy: ['read-only /sys', 'user namespace'],
    harmed: () => setting(scanSleep) === '12345',
    restore: () => writeFileSync(scanSleep, scanSleepAtFirst),
    needs: '/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs',
    remark: 'how often huge pages are looked for stands for the others (uevent_helper)',
  },
  {
    name: 'a restart by sysrq',
    guarantee: 'G21',
    code: { sh: 'echo 9 >/proc/sysrq-trigger' },
    stoppedBy: ['masked paths', 'user namespace'],
    // The file that masks the setting accepts every write, so a successful write proves nothing.
    harmed: () => setting(consoleLevel).startsWith('9'),
    restore: () => writeFileSync(consoleLevel, consoleAtFirst),
    needs: '/proc/sysrq-trigger',
    remark: 'by a digit, which sets what the console shows',
  },
  {
    name: 'the kernel’s memory (/proc/kcore)',
    guarantee: 'G20',
    code: { sh: 'test "$(head -c 4 /proc/kcore | tail -c 3)" = ELF' },
    stoppedBy: ['masked paths', ...realRoot],
    needs: '/proc/kcore',
  },
  {
    name: 'keys of the machine, listed',
    guarantee: 'G20',
    code: { sh: 'grep -q . /proc/keys' },
    stoppedBy: ['masked paths', 'user namespace'],
  },
  {
    name: 'a program that the kernel runs when a control group is empty (release_agent)',
    guarantee: 'G21',
    code: {
      sh: `mkdir -p /tmp/agent && mount -t cgroup -o "none,name=$NAME" harmont-attack /tmp/agent && mkdir /tmp/agent/x && echo "$WITNESS/agent" >/tmp/agent/release_agent &&
        echo 1 >/tmp/agent/x/notify_on_release && sh -c 'echo 0 >/tmp/agent/x/cgroup.procs' && sleep 0.3 && rmdir /tmp/agent/x`,
    },
    stoppedBy: [filter, ...realRoot, 'cgroup namespace'],
    harmed: (world) => existsSync(`${world.witness}/released`),
    restore: (world) => rmSync(`${world.witness}/released`, { force: true }),
  },
]

const ctrlAltDel = '/proc/sys/kernel/ctrl-alt-del'
const burst = '/proc/sys/kernel/printk_ratelimit_burst'
const scanSleep = '/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs'
const consoleLevel = '/proc/sys/kernel/printk'
const [keysAtFirst, burstAtFirst, scanSleepAtFirst, consoleAtFirst] = [ctrlAltDel, burst, scanSleep, consoleLevel].map(
  (path) => (existsSync(path) ? setting(path) : ''),
) as [string, string, string, string]
