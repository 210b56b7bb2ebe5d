import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createImageStore } from '@harmont/sandbox'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Bench, logOf, openBench, openDriver, run, saidUp, settled, step, submit } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
beforeEach(() => bench.secrets.clear())

const token = 'tok-7Hq2vLx9Zr4mWc8d'
const define = (name: string, value: string, id = `org/${name}`) => bench.secrets.set(name, { value, id })

test('a step has its secrets in its environment, over those of the build and under ours, and as files that only root reads', async () => {
  define('npm_read', token)
  define('job', 'not-yours')
  const { state, jobs } = await run(
    bench,
    [
      step(
        `[ "$NPM_TOKEN" = ${token} ] && echo env; [ "$(cat /run/secrets/NPM_TOKEN)" = ${token} ] && echo file
         stat -c '%a %u' /run/secrets /run/secrets/NPM_TOKEN; [ "$HARMONT_JOB_ID" != not-yours ] && echo ours
         echo x 2>/dev/null >/run/secrets/NPM_TOKEN || echo read-only; grep -c /run/secrets /proc/mounts
         setpriv --reuid 65534 --clear-groups cat /run/secrets/NPM_TOKEN 2>/dev/null || echo refused`,
        { secrets: { NPM_TOKEN: 'npm_read', HARMONT_JOB_ID: 'job' } },
      ),
    ],
    { env: { NPM_TOKEN: 'of the build' } },
  )
  expect(await logOf(bench, jobs[0])).toBe('env\nfile\n500 0\n400 0\nours\nread-only\n1\nrefused\n')
  expect(state).toBe('passed')
})

test('files of secrets are part of no snapshot, and no value is on the disk of the runner during or after the command', async () => {
  define('key', token)
  const id = await submit(bench, [
    step('cat /run/secrets/KEY >/dev/null; echo up; sleep 1', { secrets: { KEY: 'key' } }),
    step('ls -A /run/secrets | wc -l; env | grep -c ^KEY=', { buildsIn: 0, softFail: true }),
  ])
  await saidUp(bench, id)
  expect(await holding(bench.directory, token)).toEqual([])
  const ended = await settled(bench, id)
  expect(await logOf(bench, ended.jobs[1])).toBe('0\n0\n')
  expect(await holding(bench.directory, token)).toEqual([])
})

test('a missing secret fails the job without running its command, and the message names all missing ones', async () => {
  define('here', token)
  const { jobs } = await run(bench, [step('echo ran', { secrets: { A: 'here', B: 'gone', C: 'absent', D: 'gone' } })])
  expect(jobs[0]).toMatchObject({
    state: 'failed',
    errorCode: 'secret_missing',
    errorMessage:
      'The secrets absent, gone are not defined for this build. Set them: hm secret set absent; hm secret set gone',
    startedAt: null,
  })
  expect(await logOf(bench, jobs[0])).toBe(`<${jobs[0]?.errorMessage}>`)
})

test('G57 secrets that are too long to mask fail the jobs of the build that uses them, and no others', async () => {
  const long = Array.from({ length: 9 }, (_, n) => `LONG_${n}`)
  for (const [n, name] of long.entries()) define(name, `${n}${'0123456789abcde\n'.repeat(1_984)}`)
  define('key', token)
  const naming = [step('echo ran', { secrets: Object.fromEntries(long.map((name) => [name, name])) })]
  const [{ jobs }, neighbour] = await Promise.all([
    run(bench, naming),
    run(bench, [step('echo $KEY', { secrets: { KEY: 'key' } })]),
  ])
  expect(jobs[0]).toMatchObject({
    state: 'failed',
    errorCode: 'secret_unusable',
    errorMessage: expect.stringContaining('exceed 256 KiB together'),
    startedAt: null,
  })
  expect(neighbour.state).toBe('passed')
})

test('a step of a fork runs without secrets, with a remark in its log', async () => {
  define('key', token)
  const { state, jobs } = await run(
    bench,
    [step('env | grep -c ^KEY=; ls -A /run/secrets', { secrets: { KEY: 'key' } })],
    {
      trust: 'fork',
    },
  )
  expect(state).toBe('passed')
  expect(await logOf(bench, jobs[0])).toBe('<The secrets of this step are not set: builds of forks get none.>0\n')
})

test('G15 a secret is masked in every log of its build, in every encoding, and in messages about the job', async () => {
  define('key', token)
  define('pem', `-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7bq\nfoobarbaz/+x\n-----END KEY-----\n`)
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const { jobs } = await run(bench, [
    step(
      `echo "1 $KEY"; printf '2 %s' "\${KEY%????}"; sleep 0.3; printf '%s\\n' "\${KEY#????????????????}"
       for before in '' x xx; do printf "3$before%s\\n" "$KEY" | base64; done; echo "4 $KEY$KEY" >&2; sed s/^/5/ /run/secrets/PEM
       echo $KEY > ~/.token`,
      { secrets: { KEY: 'key', PEM: 'pem' } },
    ),
    step('cat ~/.token; exit 3', { buildsIn: 0 }),
    step('true', { image: `nowhere/${token}` }),
  ])
  const [first, second] = await Promise.all([logOf(bench, jobs[0]), logOf(bench, jobs[1])])
  expect(first).not.toContain(token.slice(4))
  for (const before of ['3', '3x', '3xx']) expect(first).not.toContain(base64(`${before}${token}`).slice(4, 20))
  expect(first).toContain('1 ***\n')
  expect(first).toContain('2 ***\n')
  expect(first).toContain('4 ******\n')
  expect(first).toContain('5***\n5***\n5***\n5***\n')
  expect(second).toBe('***\n')
  const remarks = await logOf(bench, jobs[2])
  expect(remarks).toContain('Could not pull nowhere/***')
  expect(remarks).not.toContain(token.slice(4))
})

test('a secret that is too short to be masked is announced', async () => {
  define('pin', '123')
  const { jobs } = await run(bench, [step('echo "<$PIN>"', { secrets: { PIN: 'pin' } })])
  expect(await logOf(bench, jobs[0])).toBe('<The secret pin is too short to be masked in this log.><123>\n')
})

/** Returns files below a directory whose content or name contains a text. */
async function holding(directory: string, text: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of (await ifThere(readdir(directory, { withFileTypes: true }))) ?? []) {
    const path = join(directory, entry.name)
    const isHolding = entry.isFile() && (await ifThere(readFile(path)))?.includes(text)
    if (entry.name.includes(text) || isHolding) found.push(path)
    if (entry.isDirectory()) found.push(...(await holding(path, text)))
  }
  return found
}

/** Returns undefined if the file vanished meanwhile. */
async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

test("G15 a tool's message about an image goes to the operator’s log without secrets of the build", async () => {
  const directory = await mkdtemp('/var/tmp/harmont-said-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const images = createImageStore({ directory: join(directory, 'images'), fallbackToHost: false, hostAllow: [] })
  const driver = await openDriver(directory, images)
  onTestFinished(() => driver.close())
  const own = await openBench({ runner: { driver, images } })
  onTestFinished(() => own.close())
  own.secrets.set('key', { value: token, id: 'org/key' })
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const { jobs } = await run(own, [step('true', { image: `127.0.0.1:9/${token}`, secrets: { KEY: 'key' } })])
  const said = log.mock.calls.flat().map(String).join(' ')
  log.mockRestore()
  expect(jobs[0]?.errorMessage).toContain('Could not pull 127.0.0.1:9/***: ')
  expect(said).toMatch(/Could not pull 127\.0\.0\.1:9\/\*\*\*.*skopeo failed.*level=fatal/s)
  expect(said).not.toContain(token)
})
