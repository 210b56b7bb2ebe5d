import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { type Attempt, toldTheSecret } from '../attempt.ts'
import { anyHas, lookAt } from '../machine-signs.ts'

/** Whether control groups version 1 are in use, with version 2 mounted beside them. */
const isHybrid = existsSync('/sys/fs/cgroup/unified')

/** Attempts to reach files, sockets and devices of the machine, the engine or a neighbour. */
export const fileAttempts: readonly Attempt[] = [
  {
    name: 'a file of the machine that anybody there may read',
    guarantee: 'G20',
    code: { sh: 'cat $WITNESS/secret' },
    stoppedBy: ['only layers are mounted'],
    harmed: toldTheSecret,
  },
  {
    name: 'a socket of the machine, by its path',
    guarantee: 'G20',
    code: {
      python:
        's = socket.socket(socket.AF_UNIX)\ns.connect(os.environ["WITNESS"] + "/socket")\nprint(s.recv(99).decode())',
    },
    stoppedBy: ['only layers are mounted'],
    harmed: toldTheSecret,
  },
  {
    name: 'the data directory: what a neighbour writes',
    guarantee: 'G20',
    code: { sh: 'cat $DRIVER/sandboxes/*/upper/workspace/private' },
    stoppedBy: ['only layers are mounted', 'user namespace'],
    harmed: toldTheSecret,
  },
  {
    name: 'the engine’s sockets: what a neighbour’s monitor listens on',
    guarantee: 'G20',
    code: {
      python: `import glob
for path in glob.glob(os.environ["DRIVER"] + "/sandboxes/*/state/socket/*/attach"):
  os.chdir(os.path.dirname(path))
  socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect("attach")
  print("ATTACHED")`,
    },
    stoppedBy: ['only layers are mounted', 'user namespace'],
    harmed: (_, seen) => seen.output.includes('ATTACHED'),
  },
  {
    name: 'the program that the machine shows as init (as CVE-2019-5736)',
    guarantee: 'G20',
    code: { sh: 'echo x >>/opt/shown/program; echo x >>/proc/1/exe; echo x >>/dev/harmont-init' },
    stoppedBy: ['read-only mounts'],
    harmed: (world) => readFileSync(`${world.shown}/program`, 'utf8') !== 'as it was',
    restore: (world) => writeFileSync(`${world.shown}/program`, 'as it was'),
    remark:
      'its control writes to another file that is shown the same way: the kernel lets nobody write to a program that runs',
  },
  {
    name: 'a directory that is shown read-only',
    guarantee: 'G20',
    code: { sh: 'echo changed >/opt/shown/file' },
    stoppedBy: ['read-only mounts'],
    harmed: (world) => readFileSync(`${world.shown}/file`, 'utf8') !== 'as it was',
    restore: (world) => writeFileSync(`${world.shown}/file`, 'as it was'),
  },
  {
    name: 'the parent’s snapshot, through a hard link',
    guarantee: 'G20',
    code: { sh: 'ln /opt/kept/file /opt/kept/link; echo changed >/opt/kept/link; echo changed >>/opt/kept/file' },
    stoppedBy: ['overlay'],
    harmed: (world) => readFileSync(`${world.layer}/opt/kept/file`, 'utf8') !== 'as it was\n',
    restore: (world) => {
      execFileSync('rm', ['-f', `${world.layer}/opt/kept/link`])
      writeFileSync(`${world.layer}/opt/kept/file`, 'as it was\n')
    },
  },
  {
    name: 'a set-user-id file that is root’s outside',
    guarantee: 'G21',
    code: { sh: 'cp /usr/bin/id /root/setuid && chown 0:0 /root/setuid && chmod 4755 /root/setuid' },
    stoppedBy: ['user namespace'],
    harmed: (_, { upper }) => lookAt(`${upper}/root/setuid`)?.uid === 0,
  },
  {
    name: 'an immutable file, which no later step could remove',
    guarantee: 'G21',
    code: { sh: 'touch /root/fixed && chattr +i /root/fixed' },
    stoppedBy: ['capabilities', 'user namespace'],
  },
  {
    name: 'the disk, by a device made inside',
    guarantee: 'G20',
    code: { sh: 'mknod /root/disk b $DISK && head -c 99 /root/disk' },
    stoppedBy: ['user namespace', 'no devices on the overlay'],
    harmed: toldTheSecret,
  },
  {
    name: 'the disk, by a device in a layer of the image',
    guarantee: 'G20',
    code: { sh: 'head -c 99 /opt/kept/disk' },
    stoppedBy: ['no devices on the overlay'],
    harmed: toldTheSecret,
  },
  {
    name: 'the kernel’s log, written by a device made inside',
    guarantee: 'G21',
    code: { sh: 'mknod /root/kmsg c 1 11 && echo "<6>$NAME was here" >/root/kmsg' },
    stoppedBy: ['user namespace', 'no devices on the overlay'],
    harmed: (world) =>
      execFileSync('dmesg', { encoding: 'utf8', maxBuffer: 1 << 26 }).includes(`${world.env.NAME} was here`),
  },
  {
    name: 'the mode of a device of the machine',
    guarantee: 'G21',
    code: { sh: 'chmod 644 /dev/full' },
    stoppedBy: ['user namespace'],
    harmed: () => ((lookAt('/dev/full')?.mode ?? 0) & 0o777) === 0o644,
    restore: () => execFileSync('chmod', ['666', '/dev/full']),
  },
  {
    name: 'a control group of its own',
    guarantee: 'G21',
    code: { sh: 'for d in /sys/fs/cgroup /tmp/cgroup/unified /tmp/cgroup; do mkdir $d/$NAME && break; done' },
    stoppedBy: ['no control groups inside', 'user namespace'],
    harmed: (world) => existsSync(groupOf(world.env.NAME)),
    restore: (world) => {
      if (existsSync(groupOf(world.env.NAME))) rmdirSync(groupOf(world.env.NAME))
    },
  },
  {
    name: 'out of its control groups',
    guarantee: 'G22',
    code: {
      sh: 'for d in /sys/fs/cgroup /tmp/cgroup/pids /tmp/cgroup; do echo 0 >$d/cgroup.procs && echo HELD && exec sleep 1000; done',
    },
    // Version 2 lets no process leave its cgroup namespace.
    stoppedBy: ['no control groups inside', 'user namespace', ...(isHybrid ? [] : (['cgroup namespace'] as const))],
    harmed: ({ env }, seen) =>
      isHybrid
        ? anyHas(seen, 'cgroup', /:pids:\/$/m)
        : anyHas({ ...seen, pids: processesAtTheTop() }, 'environ', new RegExp(`\\bNAME=${env.NAME}\\b`)),
  },
]

/** With version 2 only, a process outside the group no longer belongs to the sandbox. */
const processesAtTheTop = (): readonly number[] =>
  readFileSync('/sys/fs/cgroup/cgroup.procs', 'utf8').trim().split('\n').map(Number)

const groupOf = (name = ''): string => `/sys/fs/cgroup/${isHybrid ? 'unified/' : ''}${name}`
