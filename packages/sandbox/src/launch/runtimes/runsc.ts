import { execFile } from 'node:child_process'
import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isPopulated } from '../../cgroups/cgroups.ts'
import { memoryFiles } from '../../layout/memory.ts'
import { SandboxError } from '../../sandbox-driver.ts'
import { isAbsent, readIfPresent } from '../../system/files.ts'
import { line, staged } from '../mounts.ts'
import { EPROTONOSUPPORT } from '../seccomp-sockets.ts'
import { terminalCall } from '../terminal-program.ts'
import type { Runtime, RuntimeTarget } from './runtime.ts'

const run = promisify(execFile)

/**
 * gVisor: a kernel in a program of its own, which has the command's processes, its file systems' caches and its network stack, and lets few system calls
 * through to the machine's. On the machine a sandbox is that program, its helper for files, and empty shells of processes.
 */
export const runsc: Runtime = {
  name: 'runsc',
  // Its notes hold the command's environment, and its socket a path that must be short.
  stateInMemory: true,
  state: (layout, id) => ({ root: memoryFiles(layout, id).runtime, container: 'c' }),
  call: ({ state, network, files }) => [
    ...program,
    `--root=${state.root}`,
    '--log-format=json',
    `--log=${files.runtimeLog}`,
    `--network=${networks[network]}`,
  ],
  stage: (network, rootId) => [
    // What it mounts things on is made here, not in the step's own layer.
    line('harmont-dev', `${staged.root}/dev`, 'tmpfs', `mode=755,uid=${rootId},gid=${rootId},size=64k`),
    // It takes a namespace that has this directory's files for the machine's own, which was right until Linux gave them to all, and refuses it.
    ...(network === 'host' ? [] : [line('harmont-core', '/proc/sys/net/core', 'tmpfs', 'ro')]),
  ],
  fileSystems: () => [
    { destination: '/proc', type: 'proc', source: 'proc', options: [] },
    // Else it puts a tmpfs there, and what a step leaves in it is lost.
    { destination: '/tmp', type: 'bind', source: `${staged.root}/tmp`, options: ['bind', 'rw'] },
  ],
  namespaces: (network) => [
    ...['pid', 'ipc', 'uts', 'mount', 'user'].map((type) => ({ type })),
    ...(network === 'host' ? [] : [{ type: 'network', path: '/proc/self/ns/net' }]),
  ],
  // Counted by its own kernel, where the processes are.
  resourceLimits: ({ pids }) => [{ type: 'RLIMIT_NPROC', soft: pids, hard: pids }],
  // A process or thread inside is up to three outside, and it has some of its own; without them it dies.
  groupLimits: (limits) => ({ ...limits, pids: 3 * limits.pids + 256 }),
  seccomp: ({ syscalls, ...profile }) => ({
    ...profile,
    // It knows no other error than EPERM. A call that is to be traced, and has no tracer, gives ENOSYS.
    defaultAction: 'SCMP_ACT_TRACE',
    syscalls: syscalls.map((rule) => {
      if (rule.errnoRet === profile.defaultErrnoRet) return { ...rule, action: 'SCMP_ACT_TRACE' }
      // It has no such protocols and says so itself; after EPERM useradd gives up, because there might be an audit.
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
    // conmon hears that a helper has ended; what that said is the first word of the log, objects of JSON one after another.
    const first = /^\{"msg":("(?:[^"\\]|\\.)*")/.exec(readIfPresent(files.runtimeLog) ?? '')?.[1]
    return first === undefined ? said : (JSON.parse(first) as string)
  },
  async terminate(target) {
    const { container } = target.state
    try {
      // At one instant, as nothing from outside is: else a shell could see its child end and go on. Not to the init, which would pass it on to
      // the script's shell a second time.
      await inside(target, ['exec', '--cwd=/', container, 'sh', '-c', 'kill -TERM -1'], tellMs)
    } catch {
      // The sandbox has no room for a process more, or a shell that does something else.
      await inside(target, ['kill', '--all', container, 'TERM'])
    }
  },
  async resize(target, _, { columns, rows }) {
    const stty = terminalCall('stty', ['-F', '/dev/pts/0', 'cols', String(columns), 'rows', String(rows)])
    const exec = ['exec', '--cwd=/', target.state.container, ...stty]
    // The terminal is made by a program that has only just been started.
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
  // What is written goes into our own upper directory, not into its memory.
  '--overlay2=none',
  '--oci-seccomp',
] as const

/** How long a process inside may take to tell the others; it takes 0.1 s. */
const tellMs = 2_000

const networks = { none: 'none', egress: 'sandbox', host: 'host' } as const

/** Calls runsc about a command. Nothing happens after its end. Fails with what it says, and after `timeout` ms. */
async function inside(target: RuntimeTarget, args: readonly string[], timeout = 0): Promise<void> {
  const [name = '', ...options] = runsc.call(target)
  try {
    await run(name, [...options, ...args], { timeout, killSignal: 'SIGKILL' })
  } catch (error) {
    if (await isPopulated(target.payload)) throw error
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
