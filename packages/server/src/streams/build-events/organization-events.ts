import type pg from 'pg'
import { presentBuild } from '../../builds/records/present-build.ts'
import { findBuildsById } from '../../builds/records/store.ts'
import { eventFrame } from '../event-streams/frames.ts'
import { followOrganization, type OrganizationReads, writePlace } from './follow-organization.ts'
import { type EventPlace, newestPlace, unfinishedBuilds } from './organization-store.ts'

/**
 * Yields the events of all builds of an organization, without end (`http.md` 8.4): first the
 * unfinished builds, unless the reader has seen them.
 */
export async function* organizationEvents(
  reads: OrganizationReads,
  organizationId: string,
  seen: EventPlace | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { pool } = reads
  const start = seen ?? (await newestPlace(pool))
  if (seen === null) yield* frames(pool, await unfinishedBuilds(pool, organizationId), start)
  for await (const { buildIds, place } of followOrganization(reads, organizationId, start, signal))
    yield* frames(pool, buildIds, place)
}

/**
 * Yields the frames of builds. Only the last has the place as its id: a reader that was cut off
 * before it gets all of them again.
 */
async function* frames(pool: pg.Pool, buildIds: readonly string[], place: EventPlace): AsyncGenerator<string> {
  const builds = buildIds.length === 0 ? [] : await findBuildsById(pool, buildIds)
  const last = builds.length - 1
  const all = builds.map((build, index) => {
    const data = { pipeline_slug: build.pipeline_slug, build: presentBuild(build, build.pipeline_slug) }
    return eventFrame('build', data, index === last ? writePlace(place) : null)
  })
  if (all.length > 0) yield all.join('')
}
