import { randomUUID } from 'node:crypto'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findPipeline } from '../../organizations/pipelines/store.ts'
import { ir } from '../../testing/runner.ts'
import { testServer } from '../../testing/server.ts'
import { type BuildFacts, requestedFacts } from '../records/build-facts.ts'
import { submitBuild } from './submit-build.ts'

const it = testServer()

/** The state of a pull request when its forge sent the event. */
interface Told {
  readonly commit: string
  readonly base: string
  /** Increases with the order of the events. */
  readonly at: number
  readonly delivery: string
}

async function newPlace() {
  const { pool } = it.server
  const { rows } = await pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const organizationId = rows[0]?.id ?? ''
  const pipeline = await findPipeline(pool, organizationId, await it.newPipeline())
  if (pipeline === undefined) throw new Error('no pipeline')
  const owner = { organizationId, organizationSlug: 'default' }
  const services = { pool, engine: it.server.engine, publicUrl: 'http://harmont.test', runnerSecret: 'x' }
  const author = { userId: null, name: 'ada' }
  const step = ir({ key: 'a', cmd: 'true' })
  const submit = (commit: string, facts: BuildFacts) => {
    const input = { branch: 'topic', commit, message: null, env: {}, ir: step, source: null, withoutCache: false }
    return submitBuild(services, { owner, pipeline, author, input, facts })
  }
  const tell = ({ commit, base, at, delivery }: Told, number = 7) =>
    submit(commit, {
      ...requestedFacts('api'),
      event: 'pull_request',
      baseBranch: base,
      pullRequest: { number, title: null, url: 'https://x.test/7', headRepository: 'acme/core', fork: false },
      delivery: { provider: 'bitbucket', id: delivery, event: 'pullrequest:updated', asOf: new Date(at * 1000) },
    })
  const built = async () =>
    (
      await pool.query<{ is: string }>(
        `select commit || ' to ' || base_branch as is from build_records
          where pipeline_id = $1 and pull_request_as_of is not null order by pull_request_as_of`,
        [pipeline.id],
      )
    ).rows.map((row) => row.is)
  return { submit, tell, built }
}

const words = ({ commit, base }: Told) => `${commit} to ${base}`
/** Removes consecutive duplicates, so that each change of commit or target remains once. */
const changes = (all: readonly string[]) => all.filter((each, index) => each !== all[index - 1])

const happened = fc
  .array(fc.record({ commit: fc.constantFrom('a', 'b', 'c'), base: fc.constantFrom('main', 'release') }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((all) => all.map((each, at): Told => ({ ...each, at, delivery: randomUUID() })))

test('a pull request with ordered events is built once for each change of its commit or target, even back to an old one', async () => {
  await fc.assert(
    fc.asyncProperty(happened, async (all) => {
      const { tell, built } = await newPlace()
      for (const each of all) await tell(each)
      expect(await built()).toEqual(changes(all.map(words)))
    }),
    { numRuns: scaled(8) },
  )
})

test('with late, disordered, repeated and simultaneous events each head is built, and none more often than it occurred', async () => {
  const inAnyOrder = happened.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }), fc.nat(3)),
  )
  await fc.assert(
    fc.asyncProperty(inAnyOrder, async ([all, sent, together]) => {
      const { tell, built } = await newPlace()
      for (let from = 0; from < sent.length; from += together + 1)
        await Promise.all(sent.slice(from, from + together + 1).map((each) => tell(each)))
      const made = await built()
      expect(new Set(made)).toEqual(new Set(all.map(words)))
      // The builds are a subsequence of the history, without consecutive duplicates.
      expect(made).toEqual(changes(made))
      const left = changes(all.map(words))
      for (const each of made) {
        const place = left.indexOf(each)
        expect(place).toBeGreaterThanOrEqual(0)
        left.splice(0, place + 1)
      }
    }),
    { numRuns: scaled(8) },
  )
})

test('twenty simultaneous events of one edit create one build; other pull requests and other events create their own', async () => {
  const { submit, tell } = await newPlace()
  const told = (): Told => ({ commit: 'a', base: 'main', at: 1, delivery: randomUUID() })
  const made = await Promise.all(Array.from({ length: 20 }, () => tell(told())))
  expect(new Set(made.map(({ number }) => number))).toEqual(new Set([1]))
  expect(made.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1)
  expect(await tell(told(), 8)).toMatchObject({ number: 2, isRepeat: false })
  const byHand = { ...requestedFacts('ui'), event: 'pull_request', baseBranch: 'main' } as const
  expect(await submit('a', byHand)).toMatchObject({ number: 3, isRepeat: false })
  const github = { ...byHand, delivery: { provider: 'github', id: randomUUID(), event: 'pull_request' } } as const
  expect(await submit('a', github)).toMatchObject({ number: 4, isRepeat: false })
})
