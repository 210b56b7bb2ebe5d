/** Declares the guarantees of every `RunnerPort`, local or remote. */
import { createHash, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import {
  type BuildContext,
  type Directive,
  type LeasedJob,
  LogGap,
  noOutput,
  type Outcome,
  type PhaseName,
  type RunnerPort,
  SourceUnavailable,
} from '@harmont/engine'
import type { Chunk } from '@harmont/logs'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  archiveBytes,
  archiveDigest,
  forksRegistry,
  newBuild,
  ownLogin,
  type PortUnderTest,
  plainContext,
  registry,
  stepsOf,
} from './port-under-test.test-support.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
const never = new AbortController().signal

export function portSuite(name: string, open: () => Promise<PortUnderTest>): void {
  describe(name, () => {
    let under: PortUnderTest
    let port: RunnerPort
    /** Unique for each test, because earlier runners keep their leases. */
    let runner: string
    beforeAll(async () => {
      under = await open()
    })
    afterAll(() => under.close())

    const now = () => under.store.now()
    const nextRunner = () => {
      runner = randomUUID()
      port = under.port(runner)
    }
    async function submit(steps: readonly object[] | null = stepsOf(1), context: Partial<BuildContext> = {}) {
      const created = newBuild(steps, now())
      await under.submit(created, { ...plainContext, ...context })
      return created.build.id
    }
    const lease = (slots = 1) => port.lease({ runner, slots, waitMs: 20_000, signal: never })
    async function leaseOne(...build: Parameters<typeof submit>): Promise<LeasedJob> {
      nextRunner()
      await submit(...build)
      const [job] = await lease()
      if (job === undefined) throw new Error('nothing to lease')
      return job
    }
    async function leaseTwo(steps: readonly object[]): Promise<readonly [LeasedJob, LeasedJob]> {
      nextRunner()
      await submit(steps)
      const [one, two] = await lease(2)
      if (one === undefined || two === undefined) throw new Error('expected two jobs')
      return [one, two]
    }
    async function finish(job: LeasedJob, outcome: Outcome = passed): Promise<boolean> {
      await port.started(job, new Date(now()))
      return port.finish(job, new Date(now()), outcome, noOutput)
    }
    async function jobOf({ buildId, jobId }: LeasedJob) {
      return (await under.store.builds.jobs(buildId)).find(({ id }) => id === jobId)
    }
    /** An expiry may be reported a little early, so that clock errors never make it late. */
    function expectAbout(expiry: Date | null, at: number): void {
      expect(expiry?.getTime()).toBeLessThanOrEqual(at)
      expect(expiry?.getTime()).toBeGreaterThan(at - 10_000)
    }

    test('a job is leased with all its data, and adopted with it by the next process of its runner', async () => {
      const steps = stepsOf(1, { env: { A: 'ä"\n' }, timeout_seconds: 60 })
      const job = await leaseOne(steps, { env: { B: 'b' }, origin: { pipeline: 'ci', number: '7' } })
      const { expiresAt, ...rest } = job
      expectAbout(expiresAt, now() + 30_000)
      expect(rest).toMatchObject({
        queue: 'q',
        attempt: 1,
        fence: 1,
        work: { kind: 'step', step: { key: 's0', env: { A: 'ä"\n' } }, parentSnapshot: null, childrenBuildIn: false },
        buildEnv: { B: 'b' },
        injectedEnv: { HARMONT_JOB_ID: job.jobId, HARMONT_STEP_KEY: 's0' },
        origin: { number: '7' },
        started: false,
        stop: null,
        deadlineAt: null,
        spoolPosition: '0',
      })
      const startedAt = new Date(now())
      await port.started(job, startedAt)
      const [again, ...others] = await port.reclaim(runner)
      expect(others).toEqual([])
      expect(again).toEqual({ ...rest, expiresAt: expect.any(Date), deadlineAt: expect.any(Date), started: true })
      expectAbout(again?.expiresAt ?? null, now() + 300_000)
      expect(Math.abs((again?.deadlineAt?.getTime() ?? 0) - startedAt.getTime() - 60_000)).toBeLessThan(2_000)
      await finish(job)
      expect(await port.reclaim(runner)).toEqual([])
    })

    test('a runner gets as many jobs as it has slots, and waits for the first', async () => {
      nextRunner()
      const asked = lease(2)
      const buildId = await submit(stepsOf(3))
      const first = await asked
      const all = [...first, ...(await lease(3 - first.length))]
      expect(new Set(all.map(({ jobId }) => jobId)).size).toBe(3)
      for (const job of all) expect(await finish(job)).toBe(true)
      expect((await under.store.builds.load(buildId))?.build.state).toBe('passed')
    })

    test('a runner learns which snapshots on its own machine builds need', async () => {
      const [root = {}, child = {}] = stepsOf(2)
      const job = await leaseOne([root, { ...child, builds_in: 's0' }])
      await finish(job, { ...passed, snapshot: 'of-root' })
      const nothing = { needed: new Set(), pinned: [], left: [] }
      expect(await port.liveSnapshots(runner, 60_000)).toEqual({ ...nothing, needed: new Set(['of-root']) })
      const own = { port, runner }
      nextRunner()
      expect(await port.liveSnapshots(runner, 60_000)).toEqual(nothing)
      const [last] = await own.port.lease({ runner: own.runner, slots: 1, waitMs: 0, signal: never })
      if (last === undefined) throw new Error('nothing to lease')
      await own.port.started(last, new Date(now()))
      await own.port.finish(last, new Date(now()), passed, noOutput)
    })

    test('a stopping runner gets no jobs, and takes none from other runners', async () => {
      nextRunner()
      const stopping = new AbortController()
      const asked = port.lease({ runner, slots: 1, waitMs: 20_000, signal: stopping.signal })
      stopping.abort()
      expect(await asked).toEqual([])
      expect(await port.lease({ runner, slots: 1, waitMs: 0, signal: never })).toEqual([])
      await finish(await leaseOne())
    })

    test('a job goes through its life, and every report may be repeated', async () => {
      const job = await leaseOne()
      const at = new Date(now())
      const lookUp = {
        ...{ place: 'n|ci|a', places: ['n|ci|a'], key: 'l', hit: null, damaged: false },
        inputs: { claim: 'k', command: 'c', image: 'i', platform: 'p', parent: null, variables: { A: 'a' } },
      }
      const services = [{ name: 'db', state: 'ready', readyMs: 12, exitCode: null }] as const
      const output = {
        annotations: [{ name: 'n', style: 'info', markdown: '*x*' }],
        artifacts: [],
        tests: [{ path: 'r.xml', format: 'junit', faults: 0, cases: [{ suite: '', name: 't', state: 'passed' }] }],
      } as const
      for (let time = 0; time < 2; time++) {
        expect(await port.lookedUp(job, at, lookUp)).toBe(true)
        expect(await port.substituted(job, at, 'node:24')).toBe(true)
        expectAbout(await port.started(job, at), now() + 300_000)
        expect(await port.services(job, at, services)).toBe(true)
        expect(await port.commandEnded(job, at)).toBe(true)
      }
      expect(await jobOf(job)).toMatchObject({ state: 'running', substitutedImage: 'node:24', services })
      for (let time = 0; time < 2; time++) expect(await port.finish(job, at, passed, output)).toBe(true)
      expect(await jobOf(job)).toMatchObject({ state: 'passed', exitCode: 0 })
      expect(await under.store.outputs.annotations(job.buildId)).toMatchObject([output.annotations[0]])
    })

    test('G117 the documents of a generator are planned and appended with its end', async () => {
      const generators = stepsOf(2, { append: { max: 5 } })
      const [job, older] = await leaseTwo(generators)
      const text = JSON.stringify({
        version: '0',
        steps: [
          { type: 'command', key: 'a', cmd: 'true', builds_in: 's1' },
          { type: 'command', key: 'b', cmd: 'true', if: { branch: 'other' } },
        ],
      })
      const output = { ...noOutput, steps: { kind: 'files', files: [{ name: 'x.json', text }] } } as const
      for (const one of [job, older]) await port.started(one, new Date(now()))
      for (let time = 0; time < 2; time++) expect(await port.finish(job, new Date(now()), passed, output)).toBe(true)
      // A runner of an earlier release reads no documents and reports none.
      expect(await port.finish(older, new Date(now()), passed, noOutput)).toBe(true)
      const build = (await under.store.builds.load(job.buildId))?.build
      expect(build?.steps.map(({ key }) => key)).toEqual(['s0', 's1', 'a', 'b'])
      expect(build?.jobs.map(({ state, errorCode, skipReason }) => errorCode ?? skipReason ?? state)).toEqual([
        ...['passed', 'append_refused', 'prerequisite', 'condition'],
      ])
    })

    test('G118 invalid documents fail a generator, whichever side detects them', async () => {
      const append = stepsOf(2, { append: {} })
      const [job, other] = await leaseTwo(append)
      for (const one of [job, other]) await port.started(one, new Date(now()))
      const files = [{ name: 'x.json', text: '{' }]
      await port.finish(job, new Date(now()), passed, { ...noOutput, steps: { kind: 'files', files } })
      const problem = 'The files are lost.'
      await port.finish(other, new Date(now()), passed, { ...noOutput, steps: { kind: 'unreadable', problem } })
      expect(await jobOf(job)).toMatchObject({ state: 'failed', errorCode: 'append_refused' })
      expect((await jobOf(job))?.errorMessage).toMatch(/^x\.json: invalid_json/)
      expect(await jobOf(other)).toMatchObject({ errorCode: 'append_refused', errorMessage: problem })
    })

    test('a traced job has its position in the trace', async () => {
      const trace = { traceId: 'a'.repeat(32), parentId: 'b'.repeat(16), sampled: true }
      const job = await leaseOne(stepsOf(1), { trace })
      expect(job.traceparent).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/)
      expect(job.injectedEnv).toMatchObject({ TRACEPARENT: job.traceparent })
      expect((await leaseOne()).traceparent).toBeUndefined()
      await port.finish(job, new Date(now()), passed, noOutput)
    })

    test('G133 phases reported with the start and the end are stored once each', async () => {
      const job = await leaseOne()
      const at = new Date(now())
      const phase = (name: PhaseName) => ({ name, from: at, to: at })
      await port.started(job, at, [phase('fetch')])
      for (let time = 0; time < 2; time++)
        await port.finish(job, at, passed, noOutput, [phase('fetch'), phase('snapshot')])
      const kept = (await jobOf(job))?.phases
      expect(kept?.map(({ fence, name }) => [fence, name])).toEqual([
        [1, 'fetch'],
        [1, 'snapshot'],
      ])
      for (const { from, to } of kept ?? [])
        expect([from, to].map((ms) => Math.abs(ms - at.getTime()) < 1_000)).toEqual([true, true])
    })

    const chunk = (seq: number, text: string, ts: bigint | null = null): Chunk => ({
      ...{ seq, kind: 1, ts, content: Buffer.from(text) },
    })
    const textOf = async (id: string) =>
      Buffer.concat((await under.store.logs.read(id, 0, 10_000_000)).map(({ content }) => content)).toString()

    test('a log has each chunk once, with its spool position; a service has its own log', async () => {
      const job = await leaseOne()
      const ts = BigInt(now()) * 1_000_000n
      for (let time = 0; time < 2; time++)
        expect(await port.append(job, [chunk(1, 'a\xff', ts), chunk(2, '')], '3')).toBe(true)
      expect(await port.append(job, [chunk(3, 'b')], '4:1:0')).toBe(true)
      expect(await port.append(job, [], '5')).toBe(true)
      await expect(port.append(job, [chunk(9, 'gap')], '9')).rejects.toThrow(LogGap)
      expect(await port.reclaim(runner)).toMatchObject([{ lastSeq: 3, spoolPosition: '5', logBytes: 4 }])
      expect(await textOf(job.jobId)).toBe('aÿb')
      const [first] = await under.store.logs.read(job.jobId, 0, 1)
      expect(first).toMatchObject({ seq: 1, kind: 1 })
      expect(Math.abs(Number((first?.ts ?? 0n) - ts) / 1e6)).toBeLessThan(1_000)
      for (let time = 0; time < 2; time++)
        expect(await port.openServiceLog(job, 'db', true)).toEqual({ lastSeq: 0, spoolPosition: '0', logBytes: 0 })
      expect(await port.append({ ...job, service: 'db' }, [chunk(1, 'up')], '7')).toBe(true)
      expect(await port.openServiceLog(job, 'db', false)).toEqual({ lastSeq: 1, spoolPosition: '7', logBytes: 2 })
      await finish(job)
    })

    test('appends of many concurrent jobs arrive complete and in order', async () => {
      nextRunner()
      await submit(stepsOf(8))
      const jobs: LeasedJob[] = []
      while (jobs.length < 8) jobs.push(...(await lease(8 - jobs.length)))
      const line = (seq: number) => `${seq} `.repeat(2_000)
      await Promise.all(
        jobs.map(async (job) => {
          for (let seq = 1; seq <= 20; seq++)
            expect(await port.append(job, [chunk(seq, line(seq))], String(seq))).toBe(true)
        }),
      )
      const whole = Array.from({ length: 20 }, (_, index) => line(index + 1)).join('')
      for (const job of jobs) {
        expect(await textOf(job.jobId)).toBe(whole)
        await finish(job)
      }
    })

    test('G01 nothing is done under another fencing number', async () => {
      const job = await leaseOne()
      const at = new Date(now())
      const stale = { ...job, fence: job.fence + 1 }
      const asked = { digests: ['a'.repeat(64)], bytes: 1 }
      expect(await port.started(stale, at)).toBeNull()
      expect(await port.substituted(stale, at, 'x')).toBe(false)
      expect(await port.append(stale, [chunk(1, 'late')], '4')).toBe(false)
      expect(await port.openServiceLog(stale, 'db', true)).toBeNull()
      expect(await port.services(stale, at, [])).toBe(false)
      expect(await port.commandEnded(stale, at)).toBe(false)
      expect(await port.lackingParts(stale, asked)).toBeNull()
      expect(await port.putPart(stale, 'a'.repeat(64), Buffer.from('a'))).toBe(false)
      expect(await port.dealFiles(stale, { files: 't', total: 1 }, [])).toBeNull()
      await expect(port.fetchSecrets(stale, ['one'])).rejects.toThrow('lost')
      await expect(port.issueIdTokens(stale)).rejects.toThrow('lost')
      await expect(port.registryLogin(stale, registry)).rejects.toThrow('lost')
      expect(await port.finish(stale, at, passed, noOutput)).toBe(false)
      expect(await jobOf(job)).toMatchObject({ state: 'assigned' })
      expect(await finish(job)).toBe(true)
    })

    test('renewal reports all leases and their directives; a cancel is received at once', async () => {
      const job = await leaseOne()
      const told = Promise.withResolvers<Directive>()
      const unsubscribe = port.onDirective((directive) => {
        if (directive.jobId === job.jobId) told.resolve(directive)
      })
      const [before] = await port.renew(runner)
      expect(before).toMatchObject({ jobId: job.jobId, buildId: job.buildId, fence: 1, stop: null })
      expectAbout(before?.expiresAt ?? null, now() + 30_000)
      await under.store.builds.apply(job.buildId, [{ type: 'cancel', at: now() }])
      expect(await told.promise).toEqual({ jobId: job.jobId, fence: 1, stop: 'cancel' })
      unsubscribe()
      expect(await port.renew(runner)).toMatchObject([{ jobId: job.jobId, stop: 'cancel' }])
      expect(await finish(job)).toBe(true)
      expect(await port.renew(runner)).toEqual([])
      expect((await jobOf(job))?.state).toBe('canceled')
    })

    test('secrets are returned by name, with reasons for refused ones; a fork gets none', async () => {
      const job = await leaseOne()
      expect(await port.fetchSecrets(job, ['one', 'foreign'])).toEqual({
        kind: 'values',
        values: new Map([['one', { value: 'v-one', id: 'i-one' }]]),
        refused: new Map([['foreign', 'It is not yours.']]),
      })
      await finish(job)
      const fork = await leaseOne(undefined, { trust: 'fork' })
      expect(await port.fetchSecrets(fork, ['one'])).toMatchObject({ kind: 'withheld' })
      await finish(fork)
    })

    test('G120 a step gets the identity tokens that it requests; a fork gets none', async () => {
      const asking = stepsOf(1, {
        id_tokens: { A_FILE: { audience: 'sts.example.com' }, B_FILE: { audience: 'vault' } },
      })
      const job = await leaseOne(asking)
      const { key } = job.work.kind === 'step' ? job.work.step : { key: '' }
      expect(await port.issueIdTokens(job)).toEqual({
        kind: 'tokens',
        tokens: new Map([
          ['A_FILE', `for sts.example.com by ${key}`],
          ['B_FILE', `for vault by ${key}`],
        ]),
      })
      await finish(job)
      const plain = await leaseOne()
      expect(await port.issueIdTokens(plain)).toEqual({ kind: 'tokens', tokens: new Map() })
      await finish(plain)
      const fork = await leaseOne(asking, { trust: 'fork' })
      expect(await port.issueIdTokens(fork)).toMatchObject({ kind: 'withheld' })
      await finish(fork)
    })

    test('G134 a job gets a registry login only if its build names an image there; a fork only if the login allows it', async () => {
      const images = { image: `${registry}/team/tool:1` }
      const job = await leaseOne(stepsOf(1, images))
      expect(await port.registryLogin(job, registry)).toEqual(ownLogin)
      expect(await port.registryLogin(job, 'registry.example')).toBeNull()
      await finish(job)
      const plain = await leaseOne()
      expect(await port.registryLogin(plain, registry)).toBeNull()
      await finish(plain)
      for (const [host, given] of [
        [registry, null],
        [forksRegistry, ownLogin],
      ] as const) {
        const fork = await leaseOne(stepsOf(1, { image: `${host}/tool` }), { trust: 'fork' })
        expect(await port.registryLogin(fork, host)).toEqual(given)
        await finish(fork)
      }
    })

    test('a source is an archive, a commit or nothing, and a missing one is reported', async () => {
      const none = await leaseOne()
      expect(none.sourceKind).toBeNull()
      expect(await port.fetchSource(none.buildId)).toBeNull()
      await finish(none)
      const archive = await leaseOne(undefined, { source: { kind: 'archive', sha256: archiveDigest, blob: 'b' } })
      const offer = await port.fetchSource(archive.buildId)
      expect(offer).toMatchObject({ kind: 'archive', sha256: archiveDigest })
      if (offer?.kind === 'archive') expect((await buffer(await offer.open())).equals(archiveBytes)).toBe(true)
      await finish(archive)
      const git = { kind: 'git', repository: 'r', commit: 'c'.repeat(40), refs: ['refs/heads/main'] } as const
      const commit = await leaseOne(undefined, { source: git })
      expect(await port.fetchSource(commit.buildId)).toEqual({
        ...git,
        url: 'https://forge.example/r.git',
        authorization: 'Basic x',
      })
      await finish(commit)
      const gone = await leaseOne(undefined, { source: { kind: 'url', url: 'https://x.example', sha256: null } })
      await expect(port.fetchSource(gone.buildId)).rejects.toThrow(SourceUnavailable)
      await finish(gone)
    })

    test('parts of artifacts are stored once', async () => {
      const job = await leaseOne()
      const bytes = Buffer.alloc(2 * 1024 * 1024, randomUUID())
      const digest = createHash('sha256').update(bytes).digest('hex')
      const wanted = { digests: [digest], bytes: bytes.length }
      expect(await port.lackingParts(job, wanted)).toEqual({ kind: 'lacking', digests: [digest] })
      for (let time = 0; time < 2; time++) expect(await port.putPart(job, digest, bytes)).toBe(true)
      expect(await port.lackingParts(job, wanted)).toEqual({ kind: 'lacking', digests: [] })
      await finish(job)
    })

    test('G73 the files of a split are dealt out once for its build', async () => {
      const job = await leaseOne()
      const files = [40, 30, 20, 10].map((bytes, index) => ({ path: `t${index}`, bytes }))
      const dealt = await port.dealFiles(job, { files: 'test/**', total: 2 }, files)
      expect(dealt).toEqual([
        ['t0', 't3'],
        ['t1', 't2'],
      ])
      expect(await port.dealFiles(job, { files: 'test/**', total: 2 }, [])).toEqual(dealt)
      await finish(job)
    })

    test('a pipeline is rendered, or fails with its error', async () => {
      const job = await leaseOne(null, { renderSlug: 'ci' })
      expect(job.work).toEqual({ kind: 'render', slug: 'ci' })
      await port.started(job, new Date(now()))
      const ir = '{"version":"0","steps":[{"type":"command","key":"a","cmd":"true"}]}'
      for (let time = 0; time < 2; time++)
        expect(await port.rendered(job, new Date(now()), { ok: true, ir })).toBe(true)
      const [made] = await lease()
      expect(made).toMatchObject({ buildId: job.buildId, work: { kind: 'step', step: { key: 'a' } } })
      if (made) await finish(made)
      const bad = await leaseOne(null, { renderSlug: 'ci' })
      await port.started(bad, new Date(now()))
      const error = { ok: false, code: 'render_failed', message: 'no such file' } as const
      expect(await port.rendered(bad, new Date(now()), error)).toBe(true)
      expect((await under.store.builds.load(bad.buildId))?.build).toMatchObject({
        state: 'failed',
        errorCode: 'render_failed',
        errorMessage: expect.stringContaining('no such file'),
      })
    })

    test('a red test is proved by runs that the runner takes, each once', async (context) => {
      if (under.store.probes === null) return context.skip()
      const job = await leaseOne(
        stepsOf(1, {
          tests: { forks: 1 },
          artifacts: [{ path: 'r.xml', kind: 'junit' }],
          image: `${registry}/tool`,
        }),
      )
      await port.started(job, new Date(now()))
      const cases = [{ suite: 's', name: 't', state: 'failed' }] as const
      const output = { ...noOutput, tests: [{ path: 'r.xml', format: 'junit', faults: 0, cases }] } as const
      expect(await port.finish(job, new Date(now()), { ...passed, exitCode: 1 }, output)).toBe(true)
      const { probes } = port
      const fork = await until(async () => (await probes?.take(runner)) ?? null, Boolean)
      if (fork === null || probes === null) throw new Error('there is no proof')
      expect(fork.work.job).toMatchObject({ buildId: job.buildId, work: { kind: 'step', step: { key: 's0' } } })
      expect(await probes.take(runner)).toBeNull()
      expect(await fork.work.fetchSecrets(['one'])).toMatchObject({ kind: 'values' })
      expect(await fork.work.registryLogin(registry)).toEqual(ownLogin)
      expect(await fork.work.dealFiles({ files: 't', total: 1 }, [])).toEqual([[]])
      expect(await port.fetchSource(job.buildId)).toBeNull()
      const log = ['a\xff', 'b'].map(
        (text, at) => ({ seq: at + 1, kind: 1, content: Buffer.from(text, 'latin1'), ts: null }) as const,
      )
      const times = { startedAt: now(), endedAt: now() }
      const ended = { kind: 'ran', ...times, exitCode: 1, results: new Map(), log } as const
      expect(await probes.end(fork.lease, ended)).toBe(true)
      expect(await probes.end(fork.lease, ended)).toBe(false)
      expect(await under.store.logs.read(fork.lease.fork, 0, 100)).toEqual(log)
      await probes.release(runner)
    })
  })
}
