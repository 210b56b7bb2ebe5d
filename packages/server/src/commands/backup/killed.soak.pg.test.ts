/** Kills both commands at random moments. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { scaled, seed } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { random } from '../../builds/logs/generated-log.test-support.ts'
import { openDataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { readRestoreMark } from '../../platform/data-directory/restore-mark.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import { withDatabase } from '../../platform/database/visit-database.ts'
import { compiled, program, runMain } from '../../testing/server-process.ts'
import { openArchive } from './archive-reader.ts'
import { everyRow, fillServer, settingsOf, silent, storeIn, testFolder } from './filled-server.test-support.ts'

const kills = scaled(1)
const below = random(seed)

/** Reads a backup to its end. Fails when it is incomplete. */
async function readThrough(file: string): Promise<void> {
  const reader = await openArchive(file, new AbortController().signal)
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next())
    for await (const chunk of entry.bytes) void chunk
  await reader.close()
}

/** Starts a command and kills it after a time. */
async function killAfter(ms: number, args: readonly string[], directory: string): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: compiled, HARMONT_DATA_DIR: directory }
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'ignore' })
  const ended = once(child, 'exit')
  await Promise.race([ended, sleep(ms)])
  child.kill('SIGKILL')
  await ended
}

test(`G54 backup and restore, killed ${kills} times each, leave no partial file or server, and the next run succeeds, seed ${seed}`, {
  timeout: 600_000 + kills * 120_000,
}, async () => {
  const folder = await testFolder()
  const old = join(folder, 'old')
  const file = join(folder, 'backups', 'file')
  const directory = await openDataDirectory(old)
  await directory.secret('encryption')
  let began = Date.now()
  const database = await openDatabase(null, directory, silent)
  const openMs = Date.now() - began
  await fillServer(database.pool, await storeIn(old), { blobs: 100, rows: 10_000 })
  const rows = await everyRow(database.pool)
  await mkdir(join(folder, 'backups'))

  // The database is already running, as it is beside a server.
  began = Date.now()
  const first = await runMain(['backup', file], { HARMONT_DATA_DIR: old })
  expect(first.code, first.output).toBe(0)
  const backupMs = Date.now() - began
  for (let killed = 0; killed < kills; killed += 1) {
    await rm(file, { force: true })
    await killAfter(below(backupMs), ['backup', file], old)
    const names = await readdir(join(folder, 'backups'))
    // The command may have been killed after its last step.
    if (names.includes('file')) await readThrough(file)
  }
  const last = await runMain(['backup', file], { HARMONT_DATA_DIR: old })
  expect(last.code, last.output).toBe(0)
  expect(await readdir(join(folder, 'backups'))).toEqual(['file'])
  await database.close()

  const restored = join(folder, 'new')
  // Creates a database, and restores the backup into it.
  const restoreMs = openMs + backupMs
  for (let killed = 0; killed < kills; killed += 1) {
    await killAfter(below(restoreMs), ['restore', file], restored)
    if ((await readRestoreMark(restored)) === null) {
      // The command had finished, or had not started.
      const names = await readdir(restored).catch(() => [])
      if (names.length > 0) expect(await withDatabase(settingsOf(restored), silent, everyRow)).toEqual(rows)
      await rm(restored, { recursive: true, force: true })
      continue
    }
    const start = await runMain([], { HARMONT_DATA_DIR: restored, HARMONT_RUNNER: 'off' })
    expect(start.code).toBe(1)
    expect(start.output).toContain(`a restore into ${restored} did not finish. Run \`npm start -- restore FILE\` again`)
  }
  const again = await runMain(['restore', file], { HARMONT_DATA_DIR: restored })
  expect(again.code, again.output).toBe(0)
  expect(await withDatabase(settingsOf(restored), silent, everyRow)).toEqual(rows)
  expect(await readdir(join(restored, 'blobs', 'complete'))).toHaveLength(100)
})
