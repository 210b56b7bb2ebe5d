/**
 * Runs Debian's podman and podman-compose in separate mount and network namespaces. The machine
 * does not see their networks, and they find control groups of version 2, which crun requires.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Podman {
  /** Runs a program in the namespaces of the containers. Returns its output. */
  run(program: string, ...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Images and containers of all runs. */
export const podmanStorage = `/var/tmp/harmont-test-podman-${process.getuid?.()}`

/**
 * Directory of the version 1 controllers that sandboxes need, in the namespaces of the containers.
 */
const controllersPlace = '/mnt'
const controllers = ['memory', 'pids', 'cpu'] as const

const prepare = `
mount -t tmpfs none ${controllersPlace}
for name in ${controllers.join(' ')}; do
  if [ -d /sys/fs/cgroup/$name ]; then mkdir ${controllersPlace}/$name && mount --bind /sys/fs/cgroup/$name ${controllersPlace}/$name; fi
done
mount -t cgroup2 none /sys/fs/cgroup
ip link set lo up
echo ready
exec cat`

/**
 * Creates control groups of version 1 for a container with sandboxes. Returns the container's
 * volumes.
 */
export function ownGroups(podman: Podman, name: string): Promise<readonly string[]> {
  const volumes = controllers.map(async (controller) => {
    const group = `${controllersPlace}/${controller}/${name}`
    await podman.run('mkdir', '-p', group)
    return `${group}:/groups/${controller}`
  })
  return Promise.all(volumes)
}

/** Creates namespaces for containers, with all files below the folder. */
export async function startPodman(folder: string, network: 'own' | 'host'): Promise<Podman> {
  writeSettings(folder)
  const namespaces = ['--mount', '--propagation=private', ...(network === 'own' ? ['--net'] : [])]
  const holder = spawn('unshare', [...namespaces, 'sh', '-ec', prepare], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(holder, 'exit')
  await Promise.race([once(holder.stdout, 'data'), ended])
  if (holder.exitCode !== null) throw new Error(`no place for containers: ${holder.exitCode}`)
  const env = {
    PATH: process.env.PATH ?? '',
    PODMAN_IGNORE_CGROUPSV1_WARNING: '1',
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  }
  return {
    async run(program, ...args) {
      const enter = [`--target=${holder.pid}`, '--mount', '--net', '--', program, ...args]
      return (await run('nsenter', enter, { env, cwd: folder, maxBuffer: 2 ** 26 })).stdout
    },
    async stop() {
      holder.stdin.end()
      await ended
    },
  }
}

function writeSettings(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const most = (name: string) => new RegExp(`^${name} +\\S+ +(\\S+)`, 'm').exec(limits)?.[1]
  const [files, processes] = [most('Max open files'), most('Max processes')]
  const containers = [
    '[containers]',
    'pids_limit = 0',
    `default_ulimits = ["nofile=${files}:${files}", "nproc=${processes}:${processes}"]`,
    '[engine]',
    'cgroup_manager = "cgroupfs"',
    '[network]',
    'firewall_driver = "nftables"',
    `network_config_dir = "${join(folder, 'networks')}"`,
  ]
  const storage = [
    '[storage]',
    'driver = "overlay"',
    `graphroot = "${join(folder, 'storage')}"`,
    `runroot = "${join(folder, 'run')}"`,
  ]
  writeFileSync(join(folder, 'containers.conf'), `${containers.join('\n')}\n`)
  writeFileSync(join(folder, 'storage.conf'), `${storage.join('\n')}\n`)
}
