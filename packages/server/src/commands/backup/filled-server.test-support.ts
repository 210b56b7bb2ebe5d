/** Databases with rows and blobs of every kind that a backup must contain. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type BlobStore, openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { readSettings, type Settings } from '../../platform/settings/read-settings.ts'

export const silent = pino({ level: 'silent' })

/** Returns a directory for one test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp('/var/tmp/harmont-backup-')
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/**
 * Returns the settings of a server in that directory, with an external database if one is given.
 */
export function settingsOf(dataDirectory: string, url?: string, more: Readonly<Record<string, string>> = {}): Settings {
  return readSettings({
    HARMONT_DATA_DIR: dataDirectory,
    HARMONT_RUNNER: 'off',
    ...(url === undefined ? {} : { HARMONT_DATABASE_URL: url }),
    ...more,
  })
}

/**
 * Fills a migrated database, and creates the blobs of its builds. Returns the names of the blobs.
 */
export async function fillServer(
  pool: pg.Pool,
  blobs: BlobStore,
  counts: { blobs: number; rows: number },
): Promise<string[]> {
  const ids = { user: randomUUID(), organization: randomUUID(), pipeline: randomUUID() }
  await pool.query(`insert into users (id, email, name, passkey_handle) values ($1, $2, $3, $4)`, [
    ids.user,
    `${ids.user}@example.com`,
    // Characters that the text format of a copy must escape.
    'tab\tline\nreturn\r back\\slash \\N é 😀 \u0001',
    randomBytes(32),
  ])
  await pool.query('insert into organizations (id, slug, name, personal_of) values ($1, $2, $3, $4)', [
    ids.organization,
    ids.organization,
    '',
    ids.user,
  ])
  await pool.query(
    `insert into pipelines (id, organization_id, slug, name, repository, repo_name, source_slug, default_branch)
     values ($1, $2, 'ci', 'ci', 'ada/app', 'ada/app', 'ci', 'main')`,
    [ids.pipeline, ids.organization],
  )
  const names: string[] = []
  for (let number = 1; number <= counts.blobs; number += 1) {
    const writer = await blobs.create()
    await writer.write(randomBytes(number % 3 === 0 ? 0 : 20_000))
    const name = await writer.finish()
    names.push(name)
    await pool.query(
      `insert into build_records (id, pipeline_id, number, branch, commit, source, source_blob) values ($1, $2, $3, 'main', 'c', 'api', $4)`,
      // The second blob is a part of an artifact, the fourth one of a layer, the fifth and sixth of logs.
      [randomUUID(), ids.pipeline, number, [2, 4, 5, 6].includes(number) ? null : name],
    )
    if (number === 4) await addLayer(pool, ids.organization, name)
    if (number === 5)
      await pool.query(
        `insert into engine.log_chunks (job_id, seq, kind, places, blob, bytes) values ($1, 9, 0, '{}', $2, 20000)`,
        [randomUUID(), name],
      )
    if (number === 6) await addPackedLog(pool, ids.organization, name)
    if (number === 2)
      await pool.query('insert into artifact_parts (digest, bytes, blob) values ($1, 20000, $2)', [
        'ab'.repeat(32),
        name,
      ])
  }
  await pool.query(
    "insert into id_token_keys values (1, $1, '{}', $2, now()), (2, $3, '{}', $2, now() + interval '1 day')",
    [ids.user, randomBytes(64), ids.organization],
  )
  await pool.query("insert into artifact_parts (digest, bytes, small) values ($1, 2, '\\x00ff')", ['cd'.repeat(32)])
  await pool.query(
    `insert into ledger_entries (id, organization_id, amount_cents, source, description)
     select gen_random_uuid(), $1, n, 'admin_grant', md5(n::text) from generate_series(1, $2::int) n`,
    [ids.organization, counts.rows],
  )
  await pool.query('insert into build_events (organization_id, build_id) values ($1, $1)', [ids.organization])
  await pool.query(
    `insert into packed_logs (job_id, of_job, small, last_seq, bytes, lines, index)
     select gen_random_uuid(), id, decode('00ff0a5c', 'hex'), 1, 4, 1, '' from engine.jobs limit 1`,
  )
  await pool.query(
    `select graphile_worker.add_job('follow_build', json_build_object('build_id', 'x'), 'q', now() + interval '1 hour', 7, 'the-key', 3, '{a,b}')`,
  )
  return names
}

/** Adds the packed log of a job, with a blob as one of its parts. */
async function addPackedLog(pool: pg.Pool, queue: string, blob: string): Promise<void> {
  const [build, job] = [randomUUID(), randomUUID()]
  await pool.query(
    `insert into engine.builds (id, queue, created_at, version, state, cancel_requested) values ($1, $2, now(), 1, 'passed', false)`,
    [build, queue],
  )
  await pool.query(
    `insert into engine.jobs (id, build_id, step, attempt, state, fence, lost, created_at, finished_at, soft_failed, cached, version)
     values ($1, $2, 0, 1, 'passed', 1, 0, now(), now(), false, false, 1)`,
    [job, build],
  )
  await pool.query(
    `insert into packed_logs (job_id, of_job, parts, small, last_seq, bytes, lines, index) values ($1, $1, 1, '', 9, 20000, 1, '')`,
    [job],
  )
  await pool.query('insert into packed_log_parts (job_id, place, blob) values ($1, 0, $2)', [job, blob])
}

/** Adds a layer that travels, with a blob as its only part. */
async function addLayer(pool: pg.Pool, queue: string, blob: string): Promise<void> {
  const build = randomUUID()
  await pool.query(
    `insert into engine.builds (id, queue, created_at, version, state, cancel_requested) values ($1, $2, now(), 1, 'running', false)`,
    [build, queue],
  )
  await pool.query(
    `insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at, stored_at, bytes)
     values ('s', 'erofs', $1, 'default', 'r', $2, $2, now(), now(), 20000)`,
    [queue, build],
  )
  await pool.query(
    `insert into engine.layers (id, form, queue, pool, digest, bytes, layers, description, taint)
     values ('s', 'erofs', $1, 'default', 'sha256:a', 20000, '{s}', '{"id":"s"}', '{TOKEN}')`,
    [queue],
  )
  await pool.query("insert into engine.layer_places (snapshot, runner) values ('s', 'r')")
  await pool.query("insert into layer_objects values ($1, 'default', 'sha256:a', 20000, true)", [queue])
  await pool.query("insert into layer_parts values ($1, 'default', 'sha256:a', 0, 20000, $2)", [queue, blob])
}

/** Returns all rows of all tables as text, except tables that name the database itself. */
export async function everyRow(pool: pg.Pool): Promise<Record<string, readonly string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'engine') and c.relkind = 'r' and c.relpersistence = 'p' order by 1`,
  )
  const found: Record<string, readonly string[]> = {}
  for (const { name } of tables) {
    if (['public.migrations', 'public.build_events', 'engine.clocks'].includes(name)) continue
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`)
    const isOfBackup = (row: string) => row.includes('server.restored') || row.includes('server.backed_up')
    found[name] = rows
      .map(({ row }) => row)
      .filter((row) => !isOfBackup(row))
      .sort()
  }
  return found
}

/** Returns the pending tasks in their queued form. */
export async function tasksOf(pool: pg.Pool): Promise<readonly unknown[]> {
  const { rows } = await pool.query(
    'select task_identifier, queue_name, run_at, max_attempts, key, priority, flags, attempts, locked_at from graphile_worker.jobs order by id',
  )
  return rows
}

export function storeIn(dataDirectory: string): Promise<BlobStore> {
  return openDirectoryStore(join(dataDirectory, 'blobs'))
}
