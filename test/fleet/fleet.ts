/**
 * Starts a fleet: API processes, schedulers and runners of the real product on separate hosts, with
 * PostgreSQL and haproxy.
 */
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '@harmont/outside/remove-tree'
import { addWitness } from '@harmont/test-kit/file'
import type pg from 'pg'
import { createRunnerKey } from '../../packages/server/src/runners/index.ts'
import { quietPool } from '../../packages/server/src/testing/quiet-pool.ts'
import { connect, type OrganizationClient } from '../client.ts'
import { showHostBase } from '../host-base.ts'
import { compiledCode } from '../product.ts'
import { type Effects, startEffects } from '../torture/effects.ts'
import { allRemains, untilEmpty } from '../torture/remains.ts'
import { defineSecret, token } from '../torture/server.ts'
import { type Balancer, type Door, startBalancer } from './balancer.ts'
import { type FleetDatabase, startDatabase } from './database.ts'
import { Member } from './member.ts'
import { type Host, type Network, startNetwork } from './network.ts'
import { passToPrimary, startPatroni } from './patroni.ts'

export interface Fleet {
  /** Folder with the logs of all processes. */
  readonly folder: string
  readonly api: OrganizationClient
  readonly pool: pg.Pool
  readonly database: FleetDatabase
  readonly balancer: Balancer
  readonly effects: Effects
  readonly members: readonly Member[]
  readonly runners: readonly Member[]
  readonly hosts: readonly Host[]
  host(name: string): Host
  /** Ends everything and waits until no remains of sandboxes are left on the hosts. */
  end(): Promise<void>
  remove(): Promise<void>
}

export interface FleetOptions {
  readonly runners: number
  readonly slots: number
  readonly leaseSeconds: number
  /**
   * Runs two PostgreSQL servers with Patroni instead of one. `isSynchronous`: whether a commit
   * waits for the standby.
   */
  readonly patroni?: { readonly isSynchronous: boolean }
  /** Environment of API and scheduler processes. */
  readonly env?: Readonly<Record<string, string>>
  /** Returns further settings of the runner on a host. */
  readonly runnerEnv?: (host: Host) => Readonly<Record<string, string>>
  /** Returns the data directory of a runner; by default a new directory. */
  readonly runnerDirectory?: (name: string, folder: string) => string
  readonly doors?: readonly Door[]
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const folder = mkdtempSync('/var/tmp/harmont-fleet-')
  // PostgreSQL's user must be able to traverse the folder.
  chmodSync(folder, 0o711)
  const started = new AsyncDisposableStack()
  started.defer(() => removeTree(folder))
  try {
    return await assemble(options, folder, started)
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

async function assemble(options: FleetOptions, folder: string, started: AsyncDisposableStack): Promise<Fleet> {
  const runnerNames = Array.from({ length: options.runners }, (_, index) => `runner-${index + 1}`)
  const databaseNames = options.patroni === undefined ? ['database'] : ['database-1', 'database-2']
  const network = await startNetwork(['edge', ...databaseNames, 'one', 'two', ...runnerNames])
  started.defer(() => network.remove())
  const host = (name: string) => hostOf(network, name)
  const edge = host('edge')
  const apis = [host('one'), host('two')]
  const databases = databaseNames.map(host)
  const place = { edge, hosts: databases, folder }
  const balancer = await startBalancer(edge, folder, {
    apis: apis.map(({ address }) => `${address}:4000`),
    more: options.patroni === undefined ? '' : passToPrimary(place),
    doors: options.doors ?? [],
  })
  started.defer(() => balancer.stop())
  const effects = await startEffects({ path: balancer.effectsSocket, address: balancer.effectsAddress })
  started.defer(() => effects.stop())
  const database = await (options.patroni === undefined
    ? startDatabase(host('database'), join(folder, 'database'))
    : startPatroni({ ...place, ...options.patroni }))
  started.defer(() => database.remove())
  const pool = quietPool({ ...database.connection, max: 10 })
  started.defer(() => pool.end())
  const members: Member[] = []
  started.defer(async () => {
    await Promise.all(members.map((member) => member.end('SIGKILL')))
  })
  addWitness(() => members.map((member) => `${member.name}:\n${member.lastWords(700)}`).join('\n'))
  const add = (member: Member) => {
    members.push(member)
    return member
  }
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  const serverEnv = {
    ...serverSettings(database, edge),
    HARMONT_LEASE_SECONDS: String(options.leaseSeconds),
    ...options.env,
  }
  for (const role of ['api', 'scheduler'] as const)
    for (const [index, on] of apis.entries()) {
      const name = `${role}-${index + 1}`
      const env = { ...serverEnv, HOST: on.address }
      add(
        new Member({
          name,
          role,
          host: on,
          directory: shared,
          logFile: join(folder, `${name}.log`),
          env: { ...env, PORT: role === 'api' ? '4000' : '4001' },
        }),
      )
    }
  // The first API process migrates the database.
  await members[0]?.start()
  const wish = { pool: 'default', organizations: null, getsSecrets: true, expiresAt: null, uses: 1 }
  const runners: Member[] = []
  for (const name of runnerNames) {
    const directory = options.runnerDirectory?.(name, folder) ?? join(folder, name)
    mkdirSync(directory, { recursive: true })
    await showHostBase(directory)
    // Steps may select a runner by its name.
    const { key } = await createRunnerKey(pool, { ...wish, labels: [name] })
    const env = {
      ...common,
      HARMONT_SERVER_URL: balancer.url,
      HARMONT_SERVER_CA: balancer.certificate,
      HARMONT_RUNNER_KEY: key,
      HARMONT_RUNNER_SLOTS: String(options.slots),
      HARMONT_EGRESS_ALLOW: balancer.effectsAddress,
      HARMONT_LEAST_FREE_DISK: '128MiB',
      ...options.runnerEnv?.(host(name)),
    }
    runners.push(
      add(new Member({ name, role: 'runner', host: host(name), directory, logFile: join(folder, `${name}.log`), env })),
    )
  }
  await Promise.all(members.slice(1).map((member) => member.start()))
  const api = connect(balancer.localUrl, token, 'default')
  await defineSecret({ url: balancer.localUrl })
  return {
    folder,
    api,
    pool,
    database,
    balancer,
    effects,
    members,
    runners,
    hosts: network.hosts,
    host,
    async end() {
      await Promise.all(members.map((member) => member.end('SIGTERM')))
      for (const { directory } of runners) await untilEmpty(() => allRemains(directory))
    },
    remove: () => started.disposeAsync(),
  }
}

function hostOf({ hosts }: Network, name: string): Host {
  const found = hosts.find((host) => host.name === name)
  if (found === undefined) throw new Error(`the fleet has no host ${name}`)
  return found
}

const common = {
  ...compiledCode(),
  HARMONT_IMAGE_FALLBACK: 'host-any',
  HARMONT_DRAIN_SECONDS: '1',
}

function serverSettings({ url }: FleetDatabase, edge: Host): Readonly<Record<string, string>> {
  return {
    ...common,
    HARMONT_DATABASE_URL: url,
    HARMONT_BOOTSTRAP_TOKEN: token,
    HARMONT_RATE_LIMITS: 'off',
    HARMONT_TRUSTED_PROXIES: edge.address,
    HARMONT_PUBLIC_URL: `http://${edge.address}`,
    // A second of a step costs some cents, so each step has a ledger entry.
    HARMONT_BILLING_RATES: 'vcpu=5000000,memory=0,disk=0',
  }
}
