import { mkdtemp, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, gitRepository, startGitServer } from '../../../../test/outside/git-server.ts'
import { type Bench, logOf, openBench, run, step } from './runner.test-support.ts'

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

test('of 100,000 files a push of one moves less than 1 MB to the runner', { timeout: 180_000 }, async () => {
  const { commit } = gitRepository(server, 'acme/large')
  const name = (i: number) => `src/d${i % 300}/file-${i}.txt`
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), `file ${i} ${Math.sin(i)}\n`]))
  const parent = step('true', { cacheKey: 'large' })
  const child = step(`cat ${name(7_000)}; git log --format=%s; ls src | wc -l`, { buildsIn: 0 })
  const build = async (id: string) => {
    const { bytesSent } = server
    const at = Date.now()
    const source = { kind: 'git', repository: 'acme/large', commit: id, refs: ['refs/heads/main'] } as const
    const { jobs } = await run(bench, [parent, child], { source }, 80_000)
    const [first] = await bench.store.read(jobs[1]?.id ?? '', 0, 9)
    const firstByteMs = Math.round(Number(first?.ts) / 1e6) - at
    return {
      bytes: server.bytesSent - bytesSent,
      firstByteMs,
      text: await logOf(bench, jobs[1]),
      cached: jobs[0]?.cached,
    }
  }
  const whole = await build(commit({ ref: 'refs/heads/main', files, message: 'all' }))
  const push = await build(commit({ ref: 'refs/heads/main', files: { [name(7_000)]: 'new\n' }, message: 'one' }))
  expect(push).toMatchObject({ text: 'new\none\nall\n300\n', cached: true })
  expect(whole.bytes).toBeGreaterThan(1_000_000)
  expect(push.bytes).toBeLessThan(1_000_000)
})
