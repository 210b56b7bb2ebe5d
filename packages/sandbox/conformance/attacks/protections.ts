import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { staged } from '../../src/launch/mounts.ts'

/**
 * Protections that a control run can remove. The control run shows that an attempt works on this
 * machine and that this protection stops it. The product has no switch for them. The control run
 * changes the driver's configuration before the runtime reads it; see control.ts.
 */
export type Protection =
  | 'system call filter'
  | 'capabilities'
  | 'user namespace'
  | 'pid namespace'
  | 'ipc namespace'
  | 'uts namespace'
  | 'cgroup namespace'
  | 'network namespace'
  | 'no new privileges'
  | 'read-only /proc/sys'
  | 'read-only /sys'
  | 'masked paths'
  | 'no control groups inside'
  | 'only layers are mounted'
  | 'overlay'
  | 'read-only mounts'
  | 'no devices on the overlay'
  | 'no descriptors handed down'
  | 'packet rules'
  | 'no IPv6'
  | 'reverse path filter'
  | 'size of /dev/shm'
  | 'number of terminals'

/** The parts of an OCI configuration that are removed. */
export interface RuntimeConfig {
  readonly process: { args: string[]; noNewPrivileges: boolean; capabilities: Record<string, readonly string[]> }
  readonly mounts: { destination: string; type?: string; source: string; options: string[] }[]
  readonly linux: {
    seccomp?: object
    namespaces: { readonly type: string }[]
    uidMappings?: object
    gidMappings?: object
    maskedPaths?: string[]
    readonlyPaths?: string[]
  }
}

/** The facts about a sandbox that the control run needs. */
export interface Places {
  /** The driver's directory. */
  readonly driver: string
  /** The machine's directory that contains a secret. */
  readonly witness: string
  /** A process in the machine's network namespace. */
  readonly machine: number
  /** A frozen layer that contains `opt/kept`. */
  readonly layer: string
}

interface TakenOff {
  readonly config?: (config: RuntimeConfig, places: Places) => void
  /** Shell lines, run in the mount and network namespaces of the runtime's start. */
  readonly before?: (places: Places) => string
  readonly runtimeArguments?: string
}

/** In the order of their kernel numbers. */
const capabilities =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST
NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG
MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`.split(
    /\s+/,
  )

/** Returns the names of all capabilities that this process may pass on. */
function everyCapability(): string[] {
  const mask = BigInt(`0x${/^CapBnd:\s+(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`)
  return capabilities.filter((_, number) => (mask >> BigInt(number)) & 1n).map((name) => `CAP_${name}`)
}

const without = (type: string) => (config: RuntimeConfig) => {
  config.linux.namespaces = config.linux.namespaces.filter((namespace) => namespace.type !== type)
}

/** Returns a bind mount of a path of the machine. */
const shown = (source: string, destination = source) => ({
  destination,
  source,
  type: 'bind',
  options: ['rbind', 'rw'],
})

const replaceMount = (config: RuntimeConfig, by: RuntimeConfig['mounts'][number]) => {
  for (const mount of config.mounts.filter(({ destination }) => destination === by.destination))
    Object.assign(mount, by)
}

/** Returns the in-memory directories that hold the sockets of a driver's sandboxes. */
function memoryOf(driver: string): readonly string[] {
  const states = readdirSync(join(driver, 'sandboxes')).map((id) => join(driver, 'sandboxes', id, 'state'))
  return states.filter((path) => lstatSync(path).isSymbolicLink()).map((path) => readlinkSync(path))
}

/** Sets `link`. */
const linkOfSandbox = `link=$(sed 's/.*"link":"\\([^"]*\\)".*/\\1/' "\${HARMONT_STATE%/state}/sandbox.json")`

/**
 * How a control run removes each protection. A protection is absent if the network mode `host` is
 * enough to remove it.
 */
export const takenOff: Partial<Record<Protection, TakenOff>> = {
  'system call filter': {
    config: (config) => {
      delete config.linux.seccomp
    },
  },
  capabilities: {
    config: (config) => {
      for (const set of ['bounding', 'effective', 'permitted']) config.process.capabilities[set] = everyCapability()
    },
  },
  'user namespace': {
    config: (config) => {
      without('user')(config)
      delete config.linux.uidMappings
      delete config.linux.gidMappings
      // In a user namespace the runtime mounts the machine's devices; otherwise it creates new
      // ones.
      config.mounts.push(shown('/dev/full'))
    },
  },
  'pid namespace': {
    config: (config) => {
      without('pid')(config)
      replaceMount(config, shown('/proc'))
    },
  },
  'ipc namespace': {
    config: (config) => {
      without('ipc')(config)
      // Only the namespace's owner may mount its message queues.
      replaceMount(config, shown('/dev/shm', '/dev/mqueue'))
    },
  },
  'uts namespace': {
    config: (config) => {
      without('uts')(config)
      delete (config as { hostname?: string }).hostname
    },
  },
  'cgroup namespace': { config: without('cgroup') },
  'no new privileges': {
    config: (config) => {
      config.process.noNewPrivileges = false
    },
  },
  'read-only /proc/sys': {
    config: (config) => {
      delete config.linux.readonlyPaths
    },
  },
  'read-only /sys': {
    config: (config) => {
      replaceMount(config, shown('/sys'))
    },
  },
  'masked paths': {
    config: (config) => {
      delete config.linux.maskedPaths
    },
  },
  'no control groups inside': {
    config: (config) => {
      config.mounts.push(shown('/run/harmont/cgroup', '/tmp/cgroup'))
    },
  },
  'only layers are mounted': {
    config: (config, { witness, driver }) => {
      for (const place of [witness, driver, ...memoryOf(driver)]) config.mounts.push(shown(place))
    },
  },
  overlay: {
    config: (config, { driver, layer }) => {
      // Uses the mount with the sandbox's ids, in which the sandbox's root owns the file.
      config.mounts.push(shown(`${layer.replace(join(driver, 'snapshots'), staged.snapshots)}/opt/kept`, '/opt/kept'))
    },
  },
  'read-only mounts': {
    config: (config) => {
      for (const mount of config.mounts.filter(({ destination }) => destination.startsWith('/opt/shown')))
        mount.options = ['bind', 'rw']
    },
    before: () => 'mount -o remount,bind,rw /run/harmont/read-only-0',
  },
  'size of /dev/shm': {
    config: (config) => {
      for (const mount of config.mounts.filter(({ destination }) => destination === '/dev/shm'))
        mount.options = mount.options.filter((option) => !option.startsWith('size='))
    },
  },
  'number of terminals': { before: () => 'mount -o remount,max=1000 /run/harmont/terminals' },
  'no devices on the overlay': { before: () => 'mount -o remount,bind,dev /run/harmont/root' },
  'packet rules': {
    before: ({ driver, machine }) =>
      `number=$(sed 's/.*"number":\\([0-9]*\\).*/\\1/' '${driver}/network.json')
for chain in from_sandbox to_machine forward; do nsenter --net=/proc/${machine}/ns/net nft flush chain inet harmont_$number $chain; done`,
  },
  'reverse path filter': {
    before: ({ machine }) => `${linkOfSandbox}
nsenter --net=/proc/${machine}/ns/net sh -c "echo 0 >/proc/sys/net/ipv4/conf/$link/rp_filter"`,
  },
  'no IPv6': {
    before: ({ machine }) =>
      `${linkOfSandbox}
echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip address add fd66:79::2/64 dev eth0 nodad
nsenter --net=/proc/${machine}/ns/net ip address add fd66:79::1/64 dev $link nodad`,
  },
  'no descriptors handed down': { before: () => 'exec 3</', runtimeArguments: '--preserve-fds=1' },
}
