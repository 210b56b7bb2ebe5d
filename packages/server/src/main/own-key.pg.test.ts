/** A runner replaces its key pair, even if it is killed at any point of the replacement. */
import { copyFile, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runner } from '../commands/runner.ts'
import { type DataDirectory, openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { isOld, OwnKey } from '../runners/own-key.ts'
import { RunnerCaller } from '../runners/runner-caller.ts'
import { drainText, rotationText } from '../runners/signed-text.ts'
import { callRunners, newRunnerKey } from '../testing/joined-runner.ts'
import { testServer } from '../testing/server.ts'
import { RunnerSession } from './runner-session.ts'

const it = testServer()
const never = new AbortController().signal

async function newDirectory(): Promise<DataDirectory> {
  const path = await mkdtemp('/var/tmp/harmont-runner-')
  onTestFinished(() => rm(path, { recursive: true }))
  return openDataDirectory(path)
}

async function openSession(directory: DataDirectory, key: string | null = null) {
  const said: string[] = []
  const options = { url: it.server.url, ca: null, key, directory, slots: 1 }
  const log = (_: string, message: string) => void said.push(message)
  const session = await RunnerSession.open({ ...options, log, onRefused: (why) => said.push(why) }, never)
  onTestFinished(() => session.close())
  return { session, said }
}

async function keyAtServer(id: string): Promise<string | undefined> {
  const { rows } = await it.server.pool.query<{ public_key: string }>('select public_key from runners where id = $1', [
    id,
  ])
  return rows[0]?.public_key
}

const secretsOf = async ({ secrets }: DataDirectory) => (await readdir(secrets)).sort()

test('G79 a command on the same directory uses the new key pair too', async () => {
  const directory = await newDirectory()
  const { session } = await openSession(directory, await newRunnerKey(it))
  const caller = await RunnerCaller.open({ url: it.server.url, ca: null, directory })
  onTestFinished(() => caller.close())
  const old = await OwnKey.open(directory)
  await old.replace(directory, (next) => tell(session.id, old, next))
  expect(await caller.signed('drain', session.id, {}, drainText)).toMatchObject({ jobs: 0 })
})

test('G79 a runner replaces its key pair when it is old or when its operator requests it, and keeps working', async () => {
  const directory = await newDirectory()
  const { session, said } = await openSession(directory, await newRunnerKey(it))
  const before = await OwnKey.open(directory)
  expect(await keyAtServer(session.id)).toBe(before.publicKey)
  const month = new Date(Date.now() - 29 * 24 * 3_600_000)
  await utimes(join(directory.secrets, 'runner-key'), month, month)
  expect(await isOld(directory)).toBe(false)
  const spy = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  onTestFinished(() => spy.mockRestore())
  await runner(['rotate-key'], { HARMONT_DATA_DIR: directory.path })
  // The runner checks the age of its key pair when it needs a token.
  const other = await until(
    async () => {
      await session.token()
      return keyAtServer(session.id)
    },
    (key) => key !== before.publicKey,
  )
  await until(
    async () => said,
    (lines) => lines.length > 0,
  )
  expect(said).toEqual(['this runner has a new key pair'])
  expect((await OwnKey.open(directory)).publicKey).toBe(other)
  expect(await secretsOf(directory)).toEqual(['joined', 'runner-key'])
  // The runner signs with the new key from then on, and so does its next process.
  await session.token(await session.token())
  const next = await openSession(directory)
  expect([next.session.id, next.said]).toEqual([session.id, []])
  const text = "select from audit_events where action = 'runner.key_rotated' and subject = $1"
  expect((await it.server.pool.query(text, [session.id])).rowCount).toBe(1)
  await expect(runner(['rotate-key'], { HARMONT_DATA_DIR: '/nowhere' })).rejects.toThrow('HARMONT_DATA_DIR')
})

/** Registers a new pair like a runner. */
async function tell(id: string, old: OwnKey, next: OwnKey): Promise<void> {
  for (let counter = 0; ; ) {
    const claim = { runner: id, counter, session: null, public_key: next.publicKey }
    const text = rotationText(claim)
    const signed = { ...claim, signature: old.sign(text), new_signature: next.sign(text) }
    const { status, body } = await callRunners(it, 'rotate', signed)
    if (status === 200) return
    if (body.code !== 'runner_counter_stale') throw new Error(JSON.stringify(body))
    counter = Number(body.counter)
  }
}

test.each([
  ['before the server knew the new pair', false, false],
  ['after the server knew the new pair', true, false],
  ['when the new pair had its place', true, true],
])('G79 a runner that was killed %s goes on with the new pair', async (_, isTold, isKept) => {
  const directory = await newDirectory()
  const { session } = await openSession(directory, await newRunnerKey(it))
  const old = await OwnKey.open(directory)
  const killed = old.replace(directory, async (next) => {
    if (isTold) await tell(session.id, old, next)
    throw new Error('killed')
  })
  await expect(killed).rejects.toThrow('killed')
  const file = join(directory.secrets, 'runner-key')
  if (isKept) await copyFile(`${file}.next`, file)
  expect(await secretsOf(directory)).toEqual(['joined', 'runner-key', 'runner-key.next'])
  const again = await openSession(directory)
  expect([again.session.id, again.said]).toEqual([session.id, ['this runner has a new key pair']])
  expect(await secretsOf(directory)).toEqual(['joined', 'runner-key'])
  const own = await OwnKey.open(directory)
  expect(own.publicKey).not.toBe(old.publicKey)
  expect(await keyAtServer(session.id)).toBe(own.publicKey)
})
