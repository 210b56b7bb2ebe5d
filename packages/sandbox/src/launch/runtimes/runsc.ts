import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isEmptyWithin } from '../../cgroups/cgroups.ts'
import { memoryFiles } from '../../layout/memory.ts'
import { SandboxError } from '../../sandbox-driver.ts'
import { isAbsent, readIfPresent } from '../../system/files.ts'
import { run } from '../../system/processes.ts'
import { fileSystem, staged } from '../mounts.ts'
import { EPROTONOSUPPORT } from '../seccomp.ts'
import { terminalCall } from '../terminal-program.ts'
import type { Runtime, RuntimeTarget } from './runtime.ts'

/**
 * gVisor: a kernel in user space with the command's processes, caches and network stack, which
 * makes few system calls of the machine. On the machine a sandbox is this program, its file helper,
 * and empty shell processes.
 */
export const runsc: Runtime = {
  name: 'runsc',
  // Its state contains the command's environment, and its socket needs a short path.
  stateInMemory: true,
  ownNetworkStack: true,
  state: (layout, id) => ({ root: memoryFiles(layout, id).runtime, container: 'c' }),
  call: ({ state, network, files }) => [
    ...program,
    `--root=${state.root}`,
    '--log-format=json',
    `--log=${files.runtimeLog}`,
    `--network=${networks[network]}`,
  ],
  stage: (network, rootId) => [
    // Its mount points are made here, not in the step's own layer.
    fileSystem('tmpfs', 'harmont-dev', `${staged.root}/dev`, {
      options: [
        ['mode', '755'],
        ['uid', String(rootId)],
        ['gid', String(rootId)],
        ['size', '64k'],
      ],
    }),
    // It takes a namespace with this directory for the machine's own and refuses it. That was right
    // until Linux added the directory to all namespaces.
    ...(network === 'host' ? [] : [fileSystem('tmpfs', 'harmont-core', '/proc/sys/net/core', { flags: ['ro'] })]),
  ],
  fileSystems: () => [
    { destination: '/proc', type: 'proc', source: 'proc', options: [] },
    // Otherwise it mounts a tmpfs there, and files that a step leaves in it are lost.
    { destination: '/tmp', type: 'bind', source: `${staged.root}/tmp`, options: ['bind', 'rw'] },
  ],
  namespaces: (network) => [
    ...['pid', 'ipc', 'uts', 'mount', 'user'].map((type) => ({ type })),
    ...(network === 'host' ? [] : [{ type: 'network', path: '/proc/self/ns/net' }]),
  ],
  // Enforced by its own kernel, which has the processes.
  resourceLimits: ({ pids }) => [{ type: 'RLIMIT_NPROC', soft: pids, hard: pids }],
  // Each process or thread inside needs up to three outside, and it needs some of its own. It dies
  // at the limit.
  groupLimits: (limits) => ({ ...limits, pids: 3 * limits.pids + 256 }),
  seccomp: ({ syscalls, ...profile }) => ({
    ...profile,
    // It supports no other error than EPERM. A traced call without a tracer gives ENOSYS.
    defaultAction: 'SCMP_ACT_TRACE',
    syscalls: syscalls.map((rule) => {
      if (rule.errnoRet === profile.defaultErrnoRet) return { ...rule, action: 'SCMP_ACT_TRACE' }
      // It lacks these protocols and says so itself. After EPERM useradd gives up, because auditing
      // might be on.
      if (rule.errnoRet === EPROTONOSUPPORT)
        return { names: rule.names, action: 'SCMP_ACT_ALLOW', args: rule.args ?? [] }
      return rule
    }),
  }),
  checkRoot(root) {
    if (isDirectory(join(root, 'tmp'))) return
    throw new SandboxError(
      'provision_failed',
      'an earlier step removed /tmp or replaced it with something that is not a directory, which runsc cannot keep',
    )
  },
  complaint({ files }, said) {
    // conmon only reports that a helper ended. The helper's message is the first JSON object of the
    // log.
    const first = /^\{"msg":("(?:[^"\\]|\\.)*")/.exec(readIfPresent(files.runtimeLog) ?? '')?.[1]
    return first === undefined ? said : (JSON.parse(first) as string)
  },
  add(target, { args, user: { uid, gid } }) {
    const [program = 'runsc', ...options] = runsc.call(target)
    return [program, ...options, 'exec', '--user', `${uid}:${gid}`, target.state.container, ...args]
  },
  signal: (target, name) => inside(target, ['kill', target.state.container, name.replace(/^SIG/, '')]),
  async terminate(target) {
    const { container } = target.state
    try {
      // All at once, which is impossible from outside: otherwise a shell could see its child end
      // and go on. Skips the init, which would forward the signal to the script's shell again.
      await inside(target, ['exec', '--cwd=/', container, 'sh', '-c', 'kill -TERM -1'], { timeout: tellMs })
    } catch {
      // The sandbox is at its process limit, its shell does something else, or it ends right now.
      await inside(target, ['kill', '--all', container, 'TERM'], { endingMs: 2_000 })
    }
  },
  async resize(target, _, { columns, rows }) {
    const stty = terminalCall('stty', ['-F', '/dev/pts/0', 'cols', String(columns), 'rows', String(rows)])
    const exec = ['exec', '--cwd=/', target.state.container, ...stty]
    // A program that was only just started makes the terminal.
    for (const end = performance.now() + 5_000; ; await sleep(20)) {
      try {
        await inside(target, exec)
        return
      } catch (error) {
        if (performance.now() > end) throw error
      }
    }
  },
  async trial() {
    const root = mkdtempSync(join(tmpdir(), 'harmont-runsc-'))
    try {
      await run(program[0], [...program.slice(1), `--root=${root}`, '--network=none', 'do', '--cwd=/', 'true'], {
        timeout: 20_000,
        killSignal: 'SIGKILL',
      })
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  },
}

const program = [
  'runsc',
  '--platform=systrap',
  '--ignore-cgroups',
  // Writes go to our upper directory, not to its memory.
  '--overlay2=none',
  '--oci-seccomp',
] as const

/** Limit for a process inside to signal the others; it takes 0.1 s. */
const tellMs = 2_000

const networks = { none: 'none', egress: 'sandbox', host: 'host' } as const

/**
 * Calls runsc for a command. Does nothing after the command's end. Fails with runsc's error, or
 * after `timeout` ms. A sandbox that ends refuses calls a moment before its last process is gone:
 * a failed call waits `endingMs` for that before it counts.
 */
async function inside(
  target: RuntimeTarget,
  args: readonly string[],
  { timeout = 0, endingMs = 0 } = {},
): Promise<void> {
  const [name = '', ...options] = runsc.call(target)
  try {
    await run(name, [...options, ...args], { timeout, killSignal: 'SIGKILL' })
  } catch (error) {
    if (!(await isEmptyWithin(target.payload, endingMs))) throw error
  }
}

function isDirectory(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}
