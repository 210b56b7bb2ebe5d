/** The whole product, connected to a GitHub of its own: for tests of what happens between the two. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { type CheckRun, type Delivery, type Github, type Repository, startGithub } from '@harmont/outside/github'
import type pg from 'pg'
import { type Product, startProduct } from './product.ts'

/** The server's database, to look into. */
type Database = pg.Pool | pg.Client

export interface Connected {
  readonly product: Product
  readonly github: Github
  /** The server's database, to look into. */
  readonly pool: pg.Pool
  /** The member of the organization `default`, who has linked this account at GitHub. */
  readonly owner: ReturnType<Github['addUser']>
  readonly repository: Repository
  remove(): Promise<void>
}

/** A server on this empty database, whose organization `default` has connected the repository `acme/core` with the files as its first commit. */
export async function startConnected(
  pool: pg.Pool,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Connected> {
  const github = await startGithub({ publicUrl: 'http://localhost' })
  const started = new AsyncDisposableStack()
  started.defer(() => github.stop())
  try {
    const settings = { ...github.environment, HARMONT_DATABASE_URL: urlOf(pool), HARMONT_RATE_LIMITS: 'off', ...env }
    const product = await startProduct(settings)
    started.defer(() => product.remove())
    github.deliverTo(product.server().url)
    const connected = await connectRepository(github, pool, files)
    return { product, github, pool, ...connected, remove: () => started.disposeAsync() }
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/** Has the organization `default` of the server on this database connect the repository `acme/core`, with the files as its first commit. */
export async function connectRepository(
  github: Github,
  pool: Database,
  files: Readonly<Record<string, string>>,
): Promise<Pick<Connected, 'owner' | 'repository'>> {
  const owner = github.addUser('octocat')
  const acme = github.addOrganization('acme')
  github.addMember(acme, owner, 'admin')
  const repository = github.addRepository(acme, 'core')
  await github.push(repository, files)
  const installation = await github.install(acme, [repository], owner)
  await pool.query(
    `insert into identities (id, user_id, provider, subject) select $1, user_id, 'github', $2 from memberships`,
    [randomUUID(), String(owner.id)],
  )
  await bind(pool, installation.id)
  return { owner, repository }
}

async function bind(pool: Database, number: number): Promise<void> {
  const known = () => pool.query('select id from github_installations where number = $1', [number])
  await until(known, ({ rowCount }) => rowCount === 1)
  await pool.query(
    `update github_installations set organization_id = (select id from organizations where slug = 'default')`,
  )
  await pool.query(
    `select graphile_worker.add_job('github_sync', json_build_object('installation_id', id::text)) from github_installations`,
  )
}

/** Reads until it is as wanted; fails after `timeoutMs` with what it was last. */
export async function until<T>(
  read: () => Promise<T> | T,
  isIt: (value: T) => boolean,
  timeoutMs = 90_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await read()
    if (isIt(value)) return value
    if (Date.now() > deadline)
      throw new Error(`not as wanted after ${timeoutMs / 1000} s: ${inspect(value, { depth: 3 })}`)
    await sleep(50)
  }
}

/** Of a pool on a server that listens on a socket. */
function urlOf({ options: { host, port, user, password, database } }: pg.Pool): string {
  const secret = encodeURIComponent(typeof password === 'string' ? password : '')
  const at = port === undefined ? 'localhost' : `localhost:${port}`
  return `postgresql://${user}:${secret}@${at}/${database}?host=${encodeURIComponent(host ?? '')}`
}

/** Waits for the pipelines that discovery made of the repository, by their names in the code; gives their slugs. */
export async function discovered(
  { pool }: { readonly pool: Database },
  names: readonly string[],
): Promise<readonly string[]> {
  const read = async () =>
    (
      await pool.query<{ source_slug: string; slug: string }>(
        'select source_slug, slug from pipelines where managed_by_code and archived_at is null order by source_slug',
      )
    ).rows
  const wanted = JSON.stringify([...names].toSorted())
  const rows = await until(read, (found) => JSON.stringify(found.map((row) => row.source_slug)) === wanted)
  return rows.map(({ slug }) => slug)
}

/** Waits until so many checks of that name at the commit have come to their end; gives the newest. */
export async function concluded(
  { github, repository }: Connected,
  commit: string,
  name: string,
  count = 1,
): Promise<CheckRun> {
  const read = () => github.checkRuns(repository, commit).filter((check) => check.fields.name === name)
  const runs = await until(read, (checks) => checks.length === count && checks.every(isOver))
  const newest = runs.at(-1)
  if (newest === undefined) throw new Error('no check was wanted')
  return newest
}

function isOver({ history }: CheckRun): boolean {
  return history.at(-1)?.status === 'completed'
}

/** Waits until a delivery has been dealt with; gives the pipelines that it built, by their names in the code. */
export async function builtBy({ pool }: Connected, delivery: Delivery | null | undefined): Promise<readonly string[]> {
  if (!delivery) throw new Error('GitHub told nothing')
  const read = () =>
    pool.query('select 1 from webhook_deliveries where delivery_id = $1 and processed_at is not null', [delivery.id])
  await until(read, ({ rowCount }) => rowCount === 1)
  const { rows } = await pool.query<{ source_slug: string }>(
    'select p.source_slug from build_records r join pipelines p on p.id = r.pipeline_id where r.delivery_id = $1 order by 1',
    [delivery.id],
  )
  return rows.map((row) => row.source_slug)
}
