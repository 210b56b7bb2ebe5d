import type { InfiniteData } from '@tanstack/react-query'
import type { Schema } from '../api/schemas.ts'
import { type BuildFilters, type BuildSummary, matchesFilters } from './filters.ts'

export type BuildPages = InfiniteData<Schema<'BuildSummaryList'>, unknown>

/** Identifies a build within its organization. */
export function keyOfBuild({ pipeline_slug, number }: Pick<BuildSummary, 'pipeline_slug' | 'number'>): string {
  return `${pipeline_slug}#${number}`
}

/** Returns the newer of two states of one build (web D2). */
export function newerOf(listed: BuildSummary, incoming: BuildSummary): BuildSummary {
  return incoming.version > listed.version ? incoming : listed
}

/** Returns all builds of the pages without duplicates. */
export function listedBuilds(pages: BuildPages | undefined): readonly BuildSummary[] {
  const all = new Map<string, BuildSummary>()
  for (const build of pages?.pages.flatMap(({ data }) => data) ?? []) {
    const key = keyOfBuild(build)
    const listed = all.get(key)
    all.set(key, listed === undefined ? build : newerOf(listed, build))
  }
  return [...all.values()]
}

/** Replaces a listed build by a newer state; returns the same object if nothing changes. */
export function replaceBuild(pages: BuildPages, incoming: BuildSummary): BuildPages {
  const key = keyOfBuild(incoming)
  const isChanged = (listed: BuildSummary) => keyOfBuild(listed) === key && newerOf(listed, incoming) !== listed
  if (!pages.pages.some(({ data }) => data.some(isChanged))) return pages
  return {
    ...pages,
    pages: pages.pages.map((page) => {
      if (!page.data.some(isChanged)) return page
      return { ...page, data: page.data.map((listed) => (isChanged(listed) ? incoming : listed)) }
    }),
  }
}

/** Inserts a build at its place by age. */
export function insertBuild(pages: BuildPages, added: BuildSummary): BuildPages {
  const at = Date.parse(added.created_at)
  const isOlder = (listed: BuildSummary) => Date.parse(listed.created_at) <= at
  const found = pages.pages.findIndex(({ data }) => data.some(isOlder))
  const place = found === -1 ? pages.pages.length - 1 : found
  return {
    ...pages,
    pages: pages.pages.map((page, index) => {
      if (index !== place) return page
      const before = page.data.findIndex(isOlder)
      return { ...page, data: page.data.toSpliced(before === -1 ? page.data.length : before, 0, added) }
    }),
  }
}

/**
 * Whether an announced build matches the filters and is not listed yet. A build older than all
 * listed ones belongs to a later page.
 */
export function isMissing(pages: BuildPages, incoming: BuildSummary, filters: BuildFilters): boolean {
  const listed = listedBuilds(pages)
  if (listed.some((listed) => keyOfBuild(listed) === keyOfBuild(incoming)) || !matchesFilters(incoming, filters))
    return false
  const oldest = listed.at(-1)
  const isWhole = (pages.pages.at(-1)?.next_cursor ?? null) === null
  return isWhole || oldest === undefined || Date.parse(incoming.created_at) >= Date.parse(oldest.created_at)
}

/** Separates the shown builds from waiting ones, which are newer than `horizon`; null shows all. */
export function splitAt(builds: readonly BuildSummary[], horizon: string | null) {
  const limit = horizon === null ? Number.POSITIVE_INFINITY : Date.parse(horizon)
  const isShown = (build: BuildSummary) => !(Date.parse(build.created_at) > limit)
  return { shown: builds.filter(isShown), waiting: builds.filter((build) => !isShown(build)) }
}
