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
 * gVisor: a kernel in user space with the command's processes, caches and network stack. It makes
 * few system calls to the machine's kernel. On the machine, a sandbox consists of runsc, its file
 * helper, and empty shell processes.
 */
export const runsc: Runtime = {
  name: 'runsc',
  // The state contains the command's environment, and the socket in it needs a short path.
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
    // Mount points are made here, not in the step's own layer.
    fileSystem('tmpfs', 'harmont-dev', `${staged.root}/dev`, {
      options: [
        ['mode', '755'],
        ['uid', String(rootId)],
        ['gid', String(rootId)],
        ['size', '64k'],
      ],
    }),
    // runsc mistakes a namespace with this directory for the machine's own, and refuses it. The
    // check was correct until Linux added the directory to all namespaces.
    ...(network === 'host' ? [] : [fileSystem('tmpfs', 'harmont-core', '/proc/sys/net/core', { flags: ['ro'] })]),
  ],
  fileSystems: () => [
    { destination: '/proc', type: 'proc', source: 'proc', options: [] },
    // Without this mount runsc mounts a tmpfs there, and files that a step leaves in /tmp are lost.
    { destination: '/tmp', type: 'bind', source: `${staged.root}/tmp`, options: ['bind', 'rw'] },
  ],
  namespaces: (network) => [
    ...['pid', 'ipc', 'uts', 'mount', 'user'].map((type) => ({ type })),
    ...(network === 'host' ? [] : [{ type: 'network', path: '/proc/self/ns/net' }]),
  ],
  // Enforced by gVisor's own kernel, which runs the processes.
  resourceLimits: ({ pids }) => [{ type: 'RLIMIT_NPROC', soft: pids, hard: pids }],
  // Each process or thread inside needs up to three on the machine, and runsc needs some of its
  // own. runsc dies at the limit.
  groupLimits: (limits) => ({ ...limits, pids: 3 * limits.pids + 256 }),
  seccomp: ({ syscalls, ...profile }) => ({
    ...profile,
    // runsc supports EPERM as the only error. A traced call without a tracer fails with ENOSYS.
    defaultAction: 'SCMP_ACT_TRACE',
    syscalls: syscalls.map((rule) => {
      if (rule.errnoRet === profile.defaultErrnoRet) return { ...rule, action: 'SCMP_ACT_TRACE' }
      // runsc lacks these protocols and returns the right error itself. After EPERM, useradd gives
      // up, because auditing might be enabled.
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
      // Signals all processes at once, which is impossible from outside: otherwise a shell could
      // see its child end and continue. Skips the init, which would forward the signal to the
      // script's shell again.
      await inside(target, ['exec', '--cwd=/', container, 'sh', '-c', 'kill -TERM -1'], { timeout: tellMs })
    } catch {
      // The sandbox is at its process limit, its shell is not usable, or it is ending.
      await inside(target, ['kill', '--all', container, 'TERM'], { endingMs: 2_000 })
    }
  },
  async resize(target, _, { columns, rows }) {
    const stty = terminalCall('stty', ['-F', '/dev/pts/0', 'cols', String(columns), 'rows', String(rows)])
    const exec = ['exec', '--cwd=/', target.state.container, ...stty]
    // The terminal may not exist yet: a program that has only just started makes it.
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
  // Writes go to our upper directory, not to runsc's memory.
  '--overlay2=none',
  '--oci-seccomp',
] as const

/** Time limit for a process inside to signal the others, in ms; it usually takes 0.1 s. */
const tellMs = 2_000

const networks = { none: 'none', egress: 'sandbox', host: 'host' } as const

/**
 * Runs a subcommand of runsc for a command. Does nothing after the command's end. Rejects with
 * runsc's error, or after `timeout` ms. An ending sandbox refuses calls shortly before its last
 * process has ended. After a failed call, waits up to `endingMs` for that end before it reports the
 * failure.
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
