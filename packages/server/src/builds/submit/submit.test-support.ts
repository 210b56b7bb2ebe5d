import type { components } from '@harmont/contract'
import { expect } from 'vitest'
import { findPipeline } from '../../organizations/pipelines/store.ts'
import { ownerToken, type TestServer } from '../../testing/server.ts'
import { requestedFacts } from '../records/build-facts.ts'
import { type Submission, type Submitted, submitBuild } from './submit-build.ts'

type Schemas = components['schemas']

/** Submits a build like a forge's event, to a pipeline of the organization `default`. */
export async function submitEvent(
  { server: { pool, engine } }: TestServer,
  slug: string,
  parts: Pick<Submission, 'input' | 'facts'> & Partial<Submission>,
): Promise<Submitted> {
  const { rows } = await pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const organizationId = rows[0]?.id ?? ''
  const pipeline = await findPipeline(pool, organizationId, slug)
  if (pipeline === undefined) throw new Error(`there is no pipeline ${slug}`)
  const owner = { organizationId, organizationSlug: 'default' }
  const author = { userId: null, name: 'Octocat', email: 'octocat@example.com' }
  const services = { pool, engine, publicUrl: 'http://harmont.test', runnerSecret: 'x' }
  return submitBuild(services, { owner, pipeline, author, ...parts })
}

/**
 * Submits a build like the event of an approved pull request of a fork. Returns the build's path.
 */
export async function submitFork(it: TestServer, slug: string, ir: string): Promise<string> {
  const pullRequest = { number: 7, title: null, url: 'https://x.test/7', headRepository: 'eve/app', fork: true }
  const input = { branch: 'main', commit: 'c', message: null, env: {}, ir, source: null, withoutCache: false }
  const facts = { ...requestedFacts('api'), event: 'pull_request', pullRequest, trust: 'fork' } as const
  const { number } = await submitEvent(it, slug, { input, facts })
  return `/api/v0/organizations/default/pipelines/${slug}/builds/${number}`
}

/** Returns the jobs of a build after it has ended. */
export async function jobsAtEnd(it: TestServer, path: string): Promise<readonly Schemas['Job'][]> {
  const build = async () => (await it.request<Schemas['Build']>(ownerToken, 'GET', path)).body
  await expect.poll(async () => (await build()).finished_at ?? null).not.toBeNull()
  return (await it.request<{ data: Schemas['Job'][] }>(ownerToken, 'GET', `${path}/jobs`)).body.data
}
