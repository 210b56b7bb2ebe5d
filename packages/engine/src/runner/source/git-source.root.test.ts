import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type GitServer, gitRepository, startGitServer } from '@harmont/outside/git-server'
import { chance } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SourceOffer, SourceUnavailable } from '../../port.ts'
import { createLocalPort } from '../../scheduler/local-port.ts'
import type { BuildSource } from '../../store.ts'
import { createRunner } from '../create-runner.ts'
import {
  archive,
  type Bench,
  logOf,
  openBench,
  run,
  runnerOptions,
  settled,
  step,
  submit,
} from '../runner.test-support.ts'

const token = 'ghs_of-an-installation'
let folder: string
let server: GitServer
let bench: Bench
/** Replaces the offer of the engine's owner. */
let answer: ((source: Extract<BuildSource, { readonly kind: 'git' }>) => SourceOffer) | undefined
let offers = 0

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/harmont-git-')
  server = await startGitServer(folder, token)
  bench = await openBench({
    sources: {
      async offer(_buildId, source) {
        offers += 1
        if (source.kind !== 'git') throw new Error('only commits are built here')
        const { repository, commit, refs } = source
        if (answer) return answer(source)
        const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
        return { kind: 'git', repository, commit, refs, url: `${server.url}/${repository}.git`, authorization }
      },
    },
  })
})
afterAll(async () => {
  await bench.close()
  await server.stop()
  await rm(folder, { recursive: true })
})

let repositories = 0
function newRepository() {
  repositories += 1
  const name = `acme/r${repositories}`
  const repository = gitRepository(server, name)
  const from = (commit: string, refs: readonly string[] = ['refs/heads/main']) => ({
    source: { kind: 'git', repository: name, commit, refs } as const,
  })
  return { ...repository, name, from }
}

test('a step and its children have the files and the history of their commit, and no snapshot contains the git directory', async () => {
  const { commit, git, from } = newRepository()
  const first = commit({
    ref: 'refs/heads/main',
    files: { 'a.txt': 'a', 'run.sh': { executable: '#!/bin/sh\necho ran\n' } },
    message: 'the first',
  })
  git(['tag', 'v1', first])
  const second = commit({ ref: 'refs/heads/main', files: { 'b.txt': 'b' }, message: 'the second' })
  const before = offers
  const look =
    'git log --format=%s; git describe --tags; git status --porcelain; git diff --name-only HEAD~1; git rev-parse HEAD; id -u'
  const { state, jobs } = await run(
    bench,
    [
      step(`./run.sh; ${look}; touch made.txt`),
      step('git status --porcelain; ls -A', { buildsIn: 0 }),
      step('true', { buildsIn: 1 }),
    ],
    from(second),
  )
  expect(await logOf(bench, jobs[0])).toBe(
    `ran\nthe second\nthe first\nv1-1-g${second.slice(0, 7)}\nb.txt\n${second}\n0\n`,
  )
  expect(await logOf(bench, jobs[1])).toBe('?? made.txt\n.git\na.txt\nb.txt\nmade.txt\nrun.sh\n')
  expect(state).toBe('passed')
  // The whole build makes one request, however many steps it has.
  expect(offers - before).toBe(1)
  // A build without a source has no .git, even in the snapshot of a build that had a source.
  const bare = await run(bench, [step('ls -A')], { source: null })
  expect(await logOf(bench, bare.jobs[0])).toBe('')
})

test('G27 an unchanged file of the next commit keeps inode and time in a child, and a changed one is new', async () => {
  const { commit, from } = newRepository()
  const first = commit({ ref: 'refs/heads/main', files: { same: 's', changed: '1' } })
  const parent = step('stat -c "%i %Y" same >/seen; cat .git/HEAD', { cacheKey: 'git-source' })
  await run(bench, [parent, step('true', { buildsIn: 0 })], from(first))
  const second = commit({ ref: 'refs/heads/main', files: { changed: '2' } })
  const { jobs } = await run(
    bench,
    [parent, step('stat -c "%i %Y" same | cmp - /seen && cat changed .git/HEAD', { buildsIn: 0 })],
    from(second),
  )
  // The commit is not part of the cache key, so the parent is cached.
  expect(jobs[0]?.cached).toBe(true)
  expect(await logOf(bench, jobs[1])).toBe(`2${second}\n`)
})

test.for([
  ['a commit that is nowhere', {}, /no longer in refs.heads.main/],
  ['a repository that is not there', { repository: 'acme/none' }, /acme.none.git.' not found/],
] as const)('%s fails the build at once, with the reason', async ([, more, reason]) => {
  const { commit, from } = newRepository()
  commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const source = { ...from('f'.repeat(40)).source, ...more }
  const policy = { retry: { limit: 3, delaySeconds: 0 } } as const
  const { state, errorCode, errorMessage, jobs } = await run(bench, [step('true', policy)], { source })
  expect([state, errorCode]).toEqual(['failed', 'source_fetch_failed'])
  expect(errorMessage).toMatch(reason)
  expect(jobs[0]).toMatchObject({ attempt: 1, errorCode: 'provision_failed', errorMessage })
})

test('a source that the server cannot provide fails the build with its code', async () => {
  answer = () => {
    throw new SourceUnavailable('fork_source_unfetchable', 'The fork cannot be read.')
  }
  try {
    const { from } = newRepository()
    const { errorCode, errorMessage } = await run(bench, [step('true')], from('a'.repeat(40)))
    expect([errorCode, errorMessage]).toEqual(['fork_source_unfetchable', 'The fork cannot be read.'])
  } finally {
    answer = undefined
  }
})

test('a forge that answers 500 and cuts connections is retried, and the build passes', async () => {
  const repository = newRepository()
  const id = repository.commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  let tries = 0
  answer = ({ commit, refs }) => {
    tries += 1
    if (tries === 1) throw new Error('the database is away')
    return {
      kind: 'git',
      repository: repository.name,
      url: repository.url,
      commit,
      refs,
      authorization: `Bearer ${token}`,
    }
  }
  server.misbehave(500, 'cut')
  try {
    expect((await run(bench, [step('cat a')], repository.from(id))).state).toBe('passed')
    expect(tries).toBe(4)
  } finally {
    answer = undefined
  }
})

test('a build that is canceled while its source is fetched ends immediately', async () => {
  const repository = newRepository()
  const noise = chance()
  const big = Array.from({ length: 40_000 }, noise.fraction).join('\n')
  const id = repository.commit({ ref: 'refs/heads/main', files: { big } })
  server.misbehave({ holdAfter: 100_000 })
  const buildId = await submit(bench, [step('true')], repository.from(id))
  const cut = await server.held()
  try {
    await bench.store.builds.apply(buildId, [{ type: 'cancel', at: Date.now() }])
    expect((await settled(bench, buildId)).state).toBe('canceled')
  } finally {
    cut()
  }
})

test('a forge that stays unavailable fails the build after a while, with the reason in the message', async () => {
  const repository = newRepository()
  const id = repository.commit({ ref: 'refs/heads/main', files: { a: 'a' } })
  const url = 'http://127.0.0.1:9/x.git'
  const impatient = await openBench({
    runner: { settings: { sourceGiveUpMs: 1_500 } },
    sources: {
      async offer(_buildId, source) {
        if (source.kind !== 'git') throw new Error('only commits are built here')
        const { commit, refs } = source
        return { kind: 'git', repository: repository.name, url, commit, refs, authorization: null }
      },
    },
  })
  try {
    const { errorCode, errorMessage } = await run(impatient, [step('cat a')], repository.from(id))
    expect(errorCode).toBe('source_fetch_failed')
    expect(errorMessage).toMatch(/127\.0\.0\.1:9.*Retried for 2 s/)
  } finally {
    await impatient.close()
  }
})

test('an archive that breaks off during the transfer is requested again', async () => {
  let opened = 0
  const patient = await openBench({
    sources: {
      async offer(_buildId, source) {
        if (source.kind !== 'archive') throw new Error('only archives lie here')
        const bytes = patient.blobs.get(source.blob) ?? Buffer.alloc(0)
        const breaking = async function* () {
          yield bytes.subarray(0, 20)
          throw new Error('the store went away')
        }
        return {
          kind: 'archive',
          sha256: source.sha256,
          open: async () => Readable.from(++opened === 1 ? breaking() : [bytes]),
        }
      },
    },
  })
  try {
    const { state } = await run(patient, [step('cat a')], { source: await archive(patient, { a: 'all of it' }) })
    expect([state, opened]).toEqual(['passed', 2])
  } finally {
    await patient.close()
  }
})

test('unneeded git directories and mirrors are removed, except those that a sandbox shows', async () => {
  const sources = join(bench.directory, 'sources')
  const names = (folder: string) => readdir(join(sources, folder))
  const [shown = ''] = await names('commits')
  const image = await bench.driver.resolveImage('host')
  const sandbox = await bench.driver.create({
    id: 'shown',
    label: {},
    base: { image },
    limits: { cpu: 1, memoryBytes: 1e9, diskBytes: 1e9, pids: 100 },
    network: 'none',
    gitDirectory: join(sources, 'commits', shown, 'git'),
  })
  const port = createLocalPort({
    store: bench.store,
    log: () => undefined,
    secrets: { of: async () => ({ kind: 'values', values: new Map() }) },
    sources: {
      offer: () => {
        throw new Error('no sources')
      },
    },
  })
  const options = { ...runnerOptions(bench.directory, bench.driver), port, log: () => undefined }
  const fresh = createRunner(options)
  const before = await names('commits')
  await fresh.collect(async () => ({ needed: new Set<string>(), pinned: [], left: [] }))
  expect(await names('commits')).toEqual(before)
  const forgetful = createRunner({ ...options, settings: { unusedSourceMs: 0, unusedMirrorMs: 0 } })
  await forgetful.collect(async () => ({ needed: new Set<string>(), pinned: [], left: [] }))
  expect([await names('commits'), await names('mirrors')]).toEqual([[shown], []])
  await sandbox.destroy()
  await forgetful.collect(async () => ({ needed: new Set<string>(), pinned: [], left: [] }))
  expect(await names('commits')).toEqual([])
})
