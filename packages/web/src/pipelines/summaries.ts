import type { InfiniteData } from '@tanstack/react-query'
import type { Schema } from '../api/schemas.ts'
import { newerOf } from '../builds/merge-build.ts'

export type SummaryPages = InfiniteData<Schema<'PipelineSummaryList'>, unknown>

const buildsEach = 20

/** The pages with what has become of a build; the same object where nothing changes, null when its pipeline is not among them. */
export function placeBuild(pages: SummaryPages, slug: string, build: Schema<'BuildSummary'>): SummaryPages | null {
  let isKnown = false
  let isChanged = false
  const next = pages.pages.map((page) => {
    const index = page.data.findIndex(({ pipeline }) => pipeline.slug === slug)
    const summary = page.data[index]
    if (summary === undefined) return page
    isKnown = true
    const builds = withBuild(summary.builds, build)
    if (builds === summary.builds) return page
    isChanged = true
    return { ...page, data: page.data.with(index, { ...summary, builds }) }
  })
  if (!isKnown) return null
  return isChanged ? { ...pages, pages: next } : pages
}

/** The newest builds of a pipeline with this one among them, newest first; the same array where it changes nothing. */
function withBuild(builds: Schema<'BuildSummary'>[], build: Schema<'BuildSummary'>): Schema<'BuildSummary'>[] {
  const held = builds.findIndex(({ number }) => number === build.number)
  const before = builds[held]
  if (before !== undefined) return newerOf(before, build) === before ? builds : builds.with(held, build)
  const oldest = builds.at(-1)
  if (builds.length >= buildsEach && oldest !== undefined && build.number < oldest.number) return builds
  return [...builds, build].sort((a, b) => b.number - a.number).slice(0, buildsEach)
}
