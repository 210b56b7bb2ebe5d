/** Connects the whole product to a GitHub double, for tests of their interaction. */
import { randomUUID } from 'node:crypto'
import { type CheckRun, type Delivery, type Github, type Repository, startGithub } from '@harmont/outside/github'
import { until } from '@harmont/test-kit/until'
import type pg from 'pg'
import { type Product, startProduct } from './product.ts'

export interface Connected {
  readonly product: Product
  readonly github: Github
  /** Connection pool of the product's database. */
  readonly pool: pg.Pool
  /** GitHub account linked to a member of the organization `default`. */
  readonly owner: ReturnType<Github['addUser']>
  readonly repository: Repository
  remove(): Promise<void>
}

/**
 * Starts a server with the repository `acme/core` connected to its organization `default`. The
 * files are the repository's first commit.
 */
export async function startConnected(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Connected> {
  const github = await startGithub({ publicUrl: 'http://localhost' })
  const started = new AsyncDisposableStack()
  started.defer(() => github.stop())
  try {
    const product = await startProduct({ ...github.environment, HARMONT_RATE_LIMITS: 'off', ...env })
    started.defer(() => product.remove())
    github.deliverTo(product.server().url)
    const { pool } = product
    const connected = await connectRepository(github, pool, files)
    return { product, github, pool, ...connected, remove: () => started.disposeAsync() }
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/**
 * Connects the repository `acme/core` to the organization `default` of the server on this database.
 * The files are the repository's first commit.
 */
export async function connectRepository(
  github: Github,
  pool: pg.Pool,
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

async function bind(pool: pg.Pool, number: number): Promise<void> {
  const known = () => pool.query('select id from github_installations where number = $1', [number])
  await until(known, ({ rowCount }) => rowCount === 1)
  await pool.query(
    `update github_installations set organization_id = (select id from organizations where slug = 'default')`,
  )
  await pool.query(
    `select graphile_worker.add_job('github_sync', json_build_object('installation_id', id::text)) from github_installations`,
  )
}

/**
 * Waits until discovery has found these pipelines, given by their names in the code. Returns their
 * slugs.
 */
export async function discovered(
  { pool }: { readonly pool: pg.Pool },
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

/**
 * Waits until this many checks with the given name are complete at the commit. Returns the newest.
 */
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

/**
 * Waits until a delivery is processed. Returns the pipelines built for it, by their names in the
 * code.
 */
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
