import { mkdtemp, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, gitRepository, startGitServer } from '../../../../test/outside/git-server.ts'
import { type Bench, logOf, openBench, settled, step, submit } from './runner.test-support.ts'

const count = 100_000
let folder: string
let server: GitServer
let bench: Bench

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/harmont-git-')
  server = await startGitServer(folder)
  bench = await openBench({
    sources: {
      async offer(_buildId, source) {
        if (source.kind !== 'git') throw new Error('only commits are built here')
        return { ...source, url: `${server.url}/${source.repository}.git`, authorization: null }
      },
    },
  })
})
afterAll(async () => {
  await bench.close()
  await server.stop()
  await rm(folder, { recursive: true })
})

test('of 100,000 files a push of one moves less than 1 MB to the runner, and the second build does not wait for the others', async () => {
  const { commit } = gitRepository(server, 'acme/large')
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`src/d${i % 300}/file-${i}.txt`, `file ${i} ${Math.sin(i)}\n`]),
  )
  const parent = step('find . -path ./.git -prune -o -type f -print | wc -l', { cacheKey: 'large' })
  const build = async (id: string) => {
    const { bytesSent } = server
    const at = performance.now()
    const source = { kind: 'git', repository: 'acme/large', commit: id, refs: ['refs/heads/main'] } as const
    const buildId = await submit(bench, [parent, step('cat one.txt; git status --porcelain', { buildsIn: 0 })], {
      source,
    })
    const { jobs } = await settled(bench, buildId, undefined, 55_000)
    expect(await logOf(bench, jobs[1])).toBe(`${id === first ? 'one' : 'two'}\n`)
    const firstByte = Math.min(...(await bench.store.read(jobs[0]?.id ?? '', 0, 99)).map(({ ts }) => Number(ts)))
    return { bytes: server.bytesSent - bytesSent, seconds: (performance.now() - at) / 1000, firstByte, jobs }
  }
  const first = commit({ ref: 'refs/heads/main', files: { ...files, 'one.txt': 'one\n' } })
  const whole = await build(first)
  expect(await logOf(bench, whole.jobs[0])).toBe(`${count + 1}\n`)
  const second = commit({ ref: 'refs/heads/main', files: { 'one.txt': 'two\n' } })
  const push = await build(second)
  console.log(whole.bytes, whole.seconds, push.bytes, push.seconds, push.jobs[0]?.cached)
  expect(push.bytes).toBeLessThan(1_000_000)
  expect(push.seconds).toBeLessThan(whole.seconds / 2)
})
