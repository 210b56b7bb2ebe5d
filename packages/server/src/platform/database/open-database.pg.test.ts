import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openDataDirectory } from '../data-directory/open-data-directory.ts'
import { databaseUrl } from '../settings/parse.ts'
import { startEmbeddedPostgres } from './embedded/supervisor.ts'
import { openDatabase } from './open-database.ts'

test('several servers on one external database migrate it once', async () => {
  const path = await mkdtemp('/var/tmp/harmont-external-')
  const log = pino({ level: 'silent' })
  const external = await startEmbeddedPostgres(join(path, 'external'), 'secret', log)
  onTestFinished(async () => {
    await external.stop()
    await rm(path, { recursive: true })
  })
  const url = databaseUrl(`postgres://harmont:secret@localhost/postgres?host=${external.connection.host}`)
  const open = async (name: string) => openDatabase(url, await openDataDirectory(join(path, name)), log)
  const servers = await Promise.all([open('a'), open('b'), open('c')])
  for (const { pool, migrationNames } of servers) {
    const { rows } = await pool.query<{ name: string }>('select name from migrations order by name')
    expect(rows.map(({ name }) => name)).toEqual([...migrationNames].sort())
  }
  await Promise.all(servers.map((server) => server.close()))
})
