import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, scaled } from '@harmont/test-kit/effort'
import { addWitness } from '@harmont/test-kit/file'
import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { verifyTree } from '../manifest.ts'
import type { Checkout, CheckoutRequest } from './checkout-commit.ts'
import { gitBench, token } from './git.test-support.ts'

const it = gitBench()
addWitness(() => {
  const files = readdirSync(it.store, { recursive: true }).filter(
    (path) => !/\/(trees|objects\/..)\//.test(`/${path}/`),
  )
  return [
    'Files:',
    ...files,
    'Processes:',
    ...commandLines().filter((line) => /^\S*(git|node)/.test(line)),
    'Requests:',
    ...it.server.requests,
  ].join('\n')
})
const random = chance()

/**
 * Starts a process that checks out the commits of requests on its input, and prints the results.
 */
function checkoutElsewhere(request: CheckoutRequest) {
  const module = join(import.meta.dirname, 'checkout-commit.ts')
  const script = `import { json } from 'node:stream/consumers'
import { checkoutCommit } from ${JSON.stringify(module)}
console.log(JSON.stringify(await checkoutCommit(await json(process.stdin))))
process.exit()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(request))
  return child
}

async function checkoutOf(child: ReturnType<typeof checkoutElsewhere>): Promise<Checkout> {
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  return JSON.parse(output)
}

function commandLines(): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^[0-9]+$/.test(name)) return []
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ')
    } catch {
      return [] // The process has ended meanwhile.
    }
  })
}

const manyFiles = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${i % 20}/f${i}`, `${i} ${random.fraction()}\n`]))

test('two processes that need the same commit fetch it once', async () => {
  const { commit, request, name } = it.newRepository()
  const wanted = request(commit({ ref: 'refs/heads/main', files: manyFiles(500) }))
  const [one, other] = await Promise.all([checkoutOf(checkoutElsewhere(wanted)), checkoutOf(checkoutElsewhere(wanted))])
  expect(one).toEqual(other)
  expect(it.server.requests.filter((line) => line.includes(name) && line.includes('info/refs'))).toHaveLength(1)
})

test('a process killed at any moment leaves nothing incomplete that the next one uses', async () => {
  const { commit, request, git, checkout } = it.newRepository()
  const staging = join(it.store, 'staging')
  await checkout(commit({ ref: 'refs/heads/main', files: manyFiles(500) }))
  const id = commit({ ref: 'refs/heads/main', files: manyFiles(1_000) })
  for (let round = 0; round < scaled(3, 40); round++) {
    const asked = it.server.requests.length
    const child = checkoutElsewhere(request(id))
    const closed = once(child, 'exit')
    // Waits for its first request, or for the start of its tree if everything is fetched. It may be
    // killed at any moment after that.
    await until(() => it.server.requests.length > asked || readdirSync(staging).length > 0 || child.exitCode !== null)
    await sleep(random.between(0, 150))
    child.kill('SIGKILL')
    await closed
  }
  const { tree, gitDirectory } = await checkout(id)
  expect(verifyTree(tree)).toBe(true)
  expect(readdirSync(tree.path, { recursive: true })).toHaveLength(1_020)
  expect(git(['--git-dir', gitDirectory, '--work-tree', tree.path, 'status', '--porcelain'])).toBe('')
  // The last process may have been killed when only this removal remained. The next checkout of the
  // repository completes it.
  await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a' } }))
  expect(readdirSync(staging)).toEqual([])
})

test('a runner killed while fetching leaves a mirror that the next one can use, and the token is in no command-line argument', async () => {
  const { commit, checkout, request, mirror } = it.newRepository()
  await checkout(commit({ ref: 'refs/heads/main', files: { a: 'a' } }))
  const big = Array.from({ length: 40_000 }, () => random.fraction()).join('\n')
  const id = commit({ ref: 'refs/heads/main', files: { big } })
  it.server.misbehave({ holdAfter: 100_000 })
  const killed = checkoutElsewhere(request(id))
  const cut = await it.server.held()
  const halves = () => readdirSync(mirror, { recursive: true }).filter((path) => String(path).includes('tmp_'))
  await expect.poll(halves).not.toEqual([])
  const running = commandLines()
  expect(running.some((line) => /^git .*fetch/.test(line))).toBe(true)
  expect(running.filter((line) => line.includes(token))).toEqual([])
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  writeFileSync(join(mirror, 'packed-refs.lock'), '')
  const { ino } = statSync(mirror)
  // The killed runner's git, whose output is no longer read, holds the lock until its connection
  // breaks.
  cut()
  const before = it.server.bytesSent
  expect(readFileSync(join((await checkout(id)).tree.path, 'big'), 'utf8')).toBe(big)
  expect(it.server.bytesSent - before).toBeGreaterThan(100_000)
  expect(halves()).toEqual([])
  expect(statSync(mirror).ino).toBe(ino)
})
