import { writeFileSync } from 'node:fs'
import type { Attempt } from '../attempt.ts'
import { hasMounted, holdsOpen, isElsewhere } from '../machine-signs.ts'
import { setting } from '../world.ts'

const filter = 'system call filter'
/** A command that is found by its command line. */
const sleeper = 'sleep 71000'
const root = [filter, 'capabilities'] as const

/** Attempts to get new namespaces and mounts, which widen the attack surface. */
export const namespaceAttempts: readonly Attempt[] = [
  {
    name: 'a new user namespace, by unshare',
    guarantee: 'G21',
    code: { sh: `unshare --user sh -c "echo HELD; exec ${sleeper}"` },
    stoppedBy: [filter],
    harmed: (_, seen) => isElsewhere(seen, 'user', sleeper),
  },
  {
    name: 'a new user namespace, by clone',
    guarantee: 'G21',
    code: {
      python: `if call("clone", 0x10000000 | 17, 0, 0, 0, 0) == 0: os.execvp("sleep", "${sleeper}".split())\ntime.sleep(0.2)\nhold()`,
    },
    stoppedBy: [filter],
    harmed: (_, seen) => isElsewhere(seen, 'user', sleeper),
  },
  ...(
    [
      ['mount', 'mnt'],
      ['net', 'net'],
      ['ipc', 'ipc'],
    ] as const
  ).map(
    ([option, kind]): Attempt => ({
      name: `a new ${option} namespace`,
      guarantee: 'G21',
      code: { sh: `unshare --${option} sh -c "echo HELD; exec ${sleeper}"` },
      stoppedBy: root,
      harmed: (_, seen) => isElsewhere(seen, kind, sleeper),
    }),
  ),
  {
    name: 'a mount of a tmpfs',
    guarantee: 'G21',
    code: { sh: 'mount -t tmpfs harmont-attack /mnt' },
    stoppedBy: root,
    harmed: (_, seen) => hasMounted(seen, 'tmpfs harmont-attack'),
  },
  {
    name: 'a mount by the new calls (fsopen)',
    guarantee: 'G21',
    code: { python: 'call("fsopen", b"tmpfs", 0)\nhold()' },
    stoppedBy: root,
    harmed: (_, seen) => holdsOpen(seen, 'anon_inode:[fscontext]'),
  },
  {
    name: 'a bind mount',
    guarantee: 'G21',
    code: { sh: 'mkdir -p /tmp/bound && mount --bind /usr /tmp/bound' },
    stoppedBy: root,
    harmed: (_, seen) => hasMounted(seen, ' /tmp/bound '),
  },
  {
    name: 'a mount of the control groups',
    guarantee: 'G21',
    code: { sh: 'mkdir -p /tmp/groups && mount -t cgroup2 harmont-attack /tmp/groups' },
    stoppedBy: root,
    harmed: (_, seen) => hasMounted(seen, 'cgroup2 harmont-attack'),
  },
  {
    name: 'interpreters registered with the kernel (binfmt_misc)',
    guarantee: 'G21',
    code: { sh: 'mkdir -p /tmp/binfmt && mount -t binfmt_misc harmont-attack /tmp/binfmt' },
    stoppedBy: root,
    harmed: (_, seen) => hasMounted(seen, 'binfmt_misc harmont-attack'),
    needs: '/proc/sys/fs/binfmt_misc',
  },
  {
    name: 'the domain name of the machine',
    guarantee: 'G21',
    code: { python: 'if libc.setdomainname(b"harmont-attack", 14): raise OSError("refused")' },
    stoppedBy: [...root, 'user namespace', 'uts namespace'],
    harmed: () => domainName() === 'harmont-attack',
    restore: () => setDomainName('(none)'),
    remark: 'stands for the host name too, which is refused by the same',
  },
]

const domainFile = '/proc/sys/kernel/domainname'
const domainName = (): string => setting(domainFile)
const setDomainName = (name: string): void => {
  if (domainName() !== name) writeFileSync(domainFile, name)
}
