import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPopulated, processesOf, whileFrozen } from '../../cgroups/cgroups.ts'
import { countedLimits } from '../../cgroups/kernel-counters.ts'
import { commandProcesses, isPidGroup } from '../../cgroups/pid-groups.ts'
import type { SandboxFiles } from '../../layout/layout.ts'
import { privilegeMode } from '../../privilege/privilege-mode.ts'
import { hasCode, readIfPresent } from '../../system/files.ts'
import type { MountCall } from '../../system/kernel/mount-call.ts'
import { run } from '../../system/processes.ts'
import { fileSystem, staged } from '../mounts.ts'
import type { Runtime, RuntimeTarget } from './runtime.ts'

const quiet = ['nosuid', 'noexec', 'nodev']

/**
 * Mounts the terminals in the launcher, where no step can replace them; see `resize`. Their number
 * is limited, because the kernel counts the terminals of all sandboxes together and charges up to
 * 150 KiB of memory each to no group.
 */
const terminals = (rootId: number): MountCall =>
  fileSystem('devpts', 'harmont-terminals', staged.terminals, {
    flags: ['nosuid', 'noexec'],
    options: [
      ['ptmxmode', '0666'],
      ['mode', '0620'],
      ['gid', String(rootId + 5)],
      ['max', '128'],
    ],
    makesTarget: true,
  })

/**
 * Returns the id of the command's first process. The runtime records the id as seen in its own pid
 * namespace.
 */
async function initOf(files: SandboxFiles, payload: string): Promise<number | undefined> {
  if (isPidGroup(payload)) return commandProcesses(payload)[0]
  const noted = readIfPresent(files.pid)
  return noted === undefined ? undefined : Number(noted)
}

/** Returns the call of a crun program. */
function callOf(program: string, { state }: RuntimeTarget): readonly string[] {
  return [program, '--root', state.root, '--cgroup-manager=disabled']
}

const firstRealTime = 34

/** Returns the number of a signal, including names such as `SIGRTMIN+3`. */
function signalNumber(name: string): number {
  const number = Object.entries(constants.signals).find(([known]) => known === name)?.[1]
  const beyond = /^SIGRTMIN(?:\+(\d+))?$/.exec(name)
  if (number === undefined && beyond === null) throw new Error(`${name} is not a signal of this machine`)
  return number ?? firstRealTime + Number(beyond?.[1] ?? 0)
}

/** Runs the command as ordinary processes in namespaces. */
export const crun: Runtime = {
  name: 'crun',
  stateInMemory: false,
  ownNetworkStack: false,
  state: ({ crunState }, id) => ({ root: crunState, container: id }),
  // crun's cgroup manager refuses machines with both versions of control groups. Ours exist
  // already.
  call: (target) => callOf(staged.crun, target),
  stage: (network, rootId) => [
    terminals(rootId),
    // The sysfs of the sandbox's network namespace. crun cannot mount it, because its user
    // namespace does not own the network namespace.
    ...(network === 'host'
      ? []
      : [
          fileSystem('sysfs', 'harmont-sys', staged.sys, {
            flags: ['ro', 'nosuid', 'nodev', 'noexec'],
            makesTarget: true,
          }),
        ]),
  ],
  fileSystems: (network) => [
    { destination: '/proc', type: 'proc', source: 'proc', options: quiet },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=64m'],
    },
    { destination: '/dev/pts', type: 'bind', source: staged.terminals, options: ['bind', 'nosuid', 'noexec'] },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...quiet, 'mode=1777', 'size=64m'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: quiet },
    {
      destination: '/sys',
      type: 'bind',
      source: network === 'host' ? '/sys' : staged.sys,
      options: ['rbind', 'ro', ...quiet],
    },
  ],
  // Keeps the launcher's network namespace.
  namespaces: () => [
    ...['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
    // An ordinary user has no other ids that could own the namespace.
    privilegeMode.kind === 'mapped' ? { type: 'user' } : { type: 'user', path: staged.user },
  ],
  resourceLimits: () => countedLimits(),
  groupLimits: (limits) => limits,
  seccomp: (profile) => profile,
  checkRoot: () => {},
  complaint: (_, said) => said,
  add(target, { args, user: { uid, gid }, monitor, join }) {
    // Runs in the namespaces of the monitor, where the ids in the runtime's state are valid.
    const inside = ['nsenter', `--mount=/proc/${monitor}/ns/mnt`, `--pid=/proc/${monitor}/ns/pid`, '--']
    const call = [
      ...inside,
      ...callOf('crun', target),
      'exec',
      '--user',
      `${uid}:${gid}`,
      target.state.container,
      ...args,
    ]
    const script = `until [ "$1" = -- ]; do echo 0 >"$1/cgroup.procs"; shift; done; shift; exec "$@"`
    return ['sh', '-euc', script, 'sh', ...join, '--', ...call]
  },
  async signal({ files, payload }, name) {
    const init = await initOf(files, payload)
    if (init === undefined || !(await processesOf(payload)).includes(init)) return
    try {
      process.kill(init, signalNumber(name))
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error
    }
  },
  async terminate({ files, payload }) {
    // The init is skipped: it forwards signals to the script's shell, which would receive SIGTERM
    // twice.
    const init = await initOf(files, payload)
    // All processes are signaled at once: those that a shell starts for its cleanup afterwards must
    // not receive SIGTERM.
    await whileFrozen(payload, async () => {
      for (const pid of await processesOf(payload)) {
        if (pid === init) continue
        try {
          process.kill(pid, 'SIGTERM')
        } catch (error) {
          if (!hasCode(error, 'ESRCH')) throw error
        }
      }
    })
  },
  async resize({ payload }, stage, { columns, rows }) {
    // Avoids the sandbox's view: its processes may have any root, with links to the machine's
    // devices. In this directory only the kernel creates entries, each a terminal of this sandbox.
    const device = `${stage}/${basename(staged.terminals)}/0`
    const size = ['-F', device, 'cols', String(columns), 'rows', String(rows)]
    // A terminal exists before it is unlocked. Opening it before that fails with EIO.
    for (const end = performance.now() + 5_000; ; await sleep(5)) {
      if (!(await isPopulated(payload))) return
      if (!existsSync(device) && performance.now() < end) continue
      try {
        await run('stty', size, { env: { LC_ALL: 'C' } })
        return
      } catch (error) {
        if (!(await isPopulated(payload))) return
        if (performance.now() > end) throw error
      }
    }
  },
  trial: async () => {},
}
