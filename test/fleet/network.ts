/**
 * Creates hosts of a fleet: network namespaces with their own addresses, joined by a bridge in
 * another namespace. They are invisible to the machine's own network and end with this process.
 */
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { promisify } from 'node:util'

export interface Host {
  readonly name: string
  readonly address: string
  /** Starts a program on the host, which the kernel kills at the end of this process. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Runs shell text on the host. */
  sh(text: string): Promise<void>
}

export interface Network {
  /** Hosts in the order of their names. */
  readonly hosts: readonly Host[]
  remove(): void
}

/**
 * Packets from and to other hosts pass these chains, but those of sandboxes do not. A cut host
 * cannot reach its fleet, while its commands can still report to the test.
 */
const filter = `add table inet fleet
add set inet fleet heard { type ipv4_addr; }
add set inet fleet reached { type ipv4_addr; }
add chain inet fleet in { type filter hook input priority -300; }
add chain inet fleet out { type filter hook output priority -300; }
add rule inet fleet in ip saddr @heard drop
add rule inet fleet out ip daddr @reached drop`

/** Creates one host per name. */
export async function startNetwork(names: readonly string[]): Promise<Network> {
  const holders: ChildProcess[] = []
  try {
    const bridge = await holdNamespace('switch', holders)
    const pids: number[] = []
    for (const name of names) pids.push(await holdNamespace(name, holders))
    const links = pids.map(
      (pid, index) => `link add port${index} type veth peer name eth0 netns ${pid}
link set port${index} master bridge up`,
    )
    await runIn(
      bridge,
      `ip -batch - <<'END'\nlink add bridge type bridge\nlink set bridge up\n${links.join('\n')}\nEND`,
    )
    const hosts = pids.map((pid, index) => hostIn(pid, names[index] ?? '', `10.77.0.${index + 2}`))
    await Promise.all(hosts.map(({ address, sh }) => sh(setUp(address))))
    return { hosts, remove: () => endAll(holders) }
  } catch (error) {
    endAll(holders)
    throw error
  }
}

function setUp(address: string): string {
  return `ip -batch - <<'END'
link set lo up
address add ${address}/24 dev eth0
link set eth0 up
route add default via 10.77.0.1
END
nft -f - <<'END'
${filter}
END`
}

/** Starts a process that holds a new namespace; returns the process id. */
async function holdNamespace(name: string, holders: ChildProcess[]): Promise<number> {
  const program = 'echo "$1" >/proc/sys/kernel/hostname; echo; exec sleep infinity'
  const holder = spawnTied('unshare', ['--net', '--uts', 'sh', '-c', program, 'sh', name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  holders.push(holder)
  const { stdout, pid } = holder
  if (stdout === null || pid === undefined) throw new Error('unshare was not started with a pipe')
  const failed = once(holder, 'exit').then(() => {
    throw new Error(`could not make the network namespace of ${name}`)
  })
  failed.catch(() => undefined) // it ends at the end
  await Promise.race([once(stdout, 'data'), failed])
  return pid
}

function spawnTied(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], options)
}

function hostIn(pid: number, name: string, address: string): Host {
  return {
    name,
    address,
    spawn: (program, args, options = {}) => spawnTied('nsenter', [...inNamespace(pid), program, ...args], options),
    sh: (text) => runIn(pid, text),
  }
}

function inNamespace(pid: number): readonly string[] {
  return [`--net=/proc/${pid}/ns/net`, `--uts=/proc/${pid}/ns/uts`, '--']
}

async function runIn(pid: number, text: string): Promise<void> {
  await promisify(execFile)('nsenter', [...inNamespace(pid), 'sh', '-ec', text])
}

function endAll(holders: readonly ChildProcess[]): void {
  for (const { pid } of holders) if (pid !== undefined) process.kill(pid, 'SIGKILL')
}

/**
 * Cuts a host off from others until the returned function is called. With `answers`, its packets
 * still arrive, but responses are lost.
 */
export async function cut(host: Host, others: readonly Host[], way: 'both' | 'answers'): Promise<() => Promise<void>> {
  const list = others.map(({ address }) => address).join(', ')
  const sets = way === 'both' ? ['heard', 'reached'] : ['heard']
  const change = (verb: 'add' | 'delete') =>
    host.sh(`nft '${sets.map((set) => `${verb} element inet fleet ${set} { ${list} }`).join('; ')}'`)
  await change('add')
  return () => change('delete')
}

/** Limits a host's sending rate until the returned function is called. */
export async function limit(host: Host, kilobits: number): Promise<() => Promise<void>> {
  // The burst allows 10 ms at full rate; a smaller one keeps a fast link below its rate.
  const burst = Math.max(16, Math.ceil(kilobits / 800))
  await host.sh(`tc qdisc replace dev eth0 root tbf rate ${kilobits}kbit burst ${burst}kb latency 400ms`)
  return () => host.sh('tc qdisc del dev eth0 root')
}
