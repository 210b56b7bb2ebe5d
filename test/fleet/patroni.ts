/**
 * Runs two PostgreSQL servers with Patroni, etcd and haproxy. When the primary fails, the other
 * takes over.
 */
import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { superuser } from '../../packages/server/src/platform/database/embedded/cluster.ts'
import type { FleetDatabase } from './database.ts'
import type { Host } from './network.ts'

export interface PatroniPlace {
  /** haproxy's. */
  readonly edge: Host
  readonly hosts: readonly Host[]
  readonly folder: string
  /** Whether a commit waits for the standby. */
  readonly isSynchronous: boolean
}

/** User created by Debian's package, because initdb requires a user with a name. */
const account = 'postgres'

interface Node {
  readonly host: Host
  readonly configuration: string
  readonly log: string
  patroni?: ChildProcess
}

/**
 * Configuration of haproxy, which forwards connections to the primary and ends those to a demoted
 * one.
 */
export function passToPrimary({ edge, hosts, folder }: Omit<PatroniPlace, 'isSynchronous'>): string {
  mkdirSync(join(folder, 'primary'))
  return `frontend postgres
  mode tcp
  timeout client 1h
  bind ${edge.address}:5432
  bind unix@${folder}/primary/.s.PGSQL.5432
  default_backend postgres
backend postgres
  mode tcp
  timeout server 1h
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server check port 8008 inter 500 fall 2 rise 1 on-marked-down shutdown-sessions
${hosts.map(({ name, address }) => `  server ${name} ${address}:5432`).join('\n')}
`
}

/** `stop` ends the primary with its Patroni; `start` restarts both. */
export async function startPatroni(place: PatroniPlace): Promise<FleetDatabase> {
  const { edge, hosts, folder } = place
  const etcd = startEtcd(edge, join(folder, 'etcd'))
  const nodes = hosts.map((host) => prepare(host, place))
  for (const node of nodes) begin(node)
  const connection = { host: join(folder, 'primary'), user: superuser, database: 'postgres' }
  await until(async () => nodes.length === (await replicas(connection)) + 1, Boolean, { restMs: 300 })
  return {
    url: `postgres://${superuser}@${edge.address}/postgres`,
    connection,
    async stop(how) {
      const primary = await until(
        () => primaryOf(nodes),
        (found) => found !== undefined,
        { restMs: 200 },
      )
      if (primary !== undefined) await end(primary, how)
    },
    async start() {
      for (const node of nodes) if (node.patroni === undefined) begin(node)
      await until(async () => nodes.length === (await replicas(connection)) + 1, Boolean, { restMs: 300 })
    },
    async remove() {
      for (const node of nodes) await end(node, 'kill')
      etcd.kill('SIGKILL')
    },
  }
}

/** Returns the number of standbys that follow the primary; 0 without a primary. */
async function replicas(connection: pg.ClientConfig): Promise<number> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query("select from pg_stat_replication where state = 'streaming'")).rowCount ?? 0
  } catch {
    return -1
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function primaryOf(nodes: readonly Node[]): Promise<Node | undefined> {
  for (const node of nodes) {
    if (node.patroni === undefined) continue
    const isPrimary = await node.host.sh(`curl -sf -m 1 -o /dev/null http://${node.host.address}:8008/primary`).then(
      () => true,
      () => false,
    )
    if (isPrimary) return node
  }
  return undefined
}

function startEtcd(host: Host, directory: string): ChildProcess {
  const url = `http://${host.address}:2379`
  const args = [
    '--data-dir',
    directory,
    '--listen-client-urls',
    url,
    '--advertise-client-urls',
    url,
    '--unsafe-no-fsync',
  ]
  return host.spawn('etcd', [...args, '--log-level', 'error'], { stdio: 'ignore' })
}

function prepare(host: Host, { folder, edge, isSynchronous }: PatroniPlace): Node {
  const home = join(folder, host.name)
  mkdirSync(home)
  execFileSync('chown', [`${account}:`, home])
  const configuration = join(home, 'patroni.yml')
  writeFileSync(configuration, settings(host, edge, home, isSynchronous))
  return { host, configuration, log: join(folder, `${host.name}.log`) }
}

function begin(node: Node): void {
  const { host, configuration, log } = node
  const asOther = ['--reuid', account, '--regid', account, '--clear-groups']
  const child = host.spawn('setpriv', [...asOther, 'patroni', configuration], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: '/tmp' },
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => appendFileSync(log, text))
  node.patroni = child
}

/** `kill` ends both at once, like a power failure; `fast` acts like an operator. */
async function end(node: Node, how: 'fast' | 'kill'): Promise<void> {
  const { patroni, configuration } = node
  if (patroni === undefined) return
  delete node.patroni
  if (patroni.exitCode !== null || patroni.signalCode !== null) return
  const ended = once(patroni, 'exit')
  patroni.kill(how === 'fast' ? 'SIGTERM' : 'SIGKILL')
  await ended
  if (how === 'fast') return
  try {
    process.kill(Number(readFileSync(join(configuration, '../data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code)))) throw error
  }
}

/** Returns the folder of the machine's newest PostgreSQL that has all programs. */
function programs(): string {
  const [newest] = readdirSync('/usr/lib/postgresql').toSorted((a, b) => Number(b) - Number(a))
  return `/usr/lib/postgresql/${newest}/bin`
}

/** Patroni requires loop_wait + 2 * retry_timeout <= ttl, and a ttl of at least 20 s. */
function settings({ name, address }: Host, edge: Host, home: string, isSynchronous: boolean): string {
  return `scope: fleet
name: ${name}
restapi:
  listen: ${address}:8008
  connect_address: ${address}:8008
etcd3:
  host: ${edge.address}:2379
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    synchronous_mode: ${isSynchronous}
    # A standby that lacks more does not take over.
    maximum_lag_on_failover: 67108864
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: 300
        wal_log_hints: 'on'
        wal_keep_size: 512MB
  initdb:
    - encoding: UTF8
    - locale: C
    - username: ${superuser}
postgresql:
  listen: ${address}:5432
  connect_address: ${address}:5432
  data_dir: ${home}/data
  bin_dir: ${programs()}
  pgpass: ${home}/pgpass
  authentication:
    superuser: { username: ${superuser} }
    replication: { username: ${superuser} }
    rewind: { username: ${superuser} }
  pg_hba:
    - local all all trust
    - host all all 10.77.0.0/24 trust
    - host replication all 10.77.0.0/24 trust
  parameters:
    unix_socket_directories: ${home}
    jit: 'off'
    wal_receiver_status_interval: 1s
    wal_sender_timeout: 5s
`
}
