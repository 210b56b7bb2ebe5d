import type { InfiniteData } from '@tanstack/react-query'
import type { Schema } from '../api/schemas.ts'
import { ranMs, waitLabel } from '../builds/labels.ts'
import { newerOf } from '../builds/merge-build.ts'
import { lookOf } from '../design/state.ts'
import { formatAgo, formatDuration } from '../text/duration.ts'

type BuildSummary = Schema<'BuildSummary'>
export type SummaryPages = InfiniteData<Schema<'PipelineSummaryList'>, unknown>

const buildsEach = 20

/** Whether a pipeline is on the pages. */
export function isListed(pages: SummaryPages, slug: string): boolean {
  return pages.pages.some(({ data }) => data.some(({ pipeline }) => pipeline.slug === slug))
}

/** Returns the pages with a changed build; the same object if nothing changes. */
export function placeBuild(pages: SummaryPages, build: BuildSummary): SummaryPages {
  let isChanged = false
  const next = pages.pages.map((page) => {
    const index = page.data.findIndex(({ pipeline }) => pipeline.slug === build.pipeline_slug)
    const summary = page.data[index]
    if (summary === undefined) return page
    const builds = withBuild(summary.builds, build)
    if (builds === summary.builds) return page
    isChanged = true
    return { ...page, data: page.data.with(index, { ...summary, builds }) }
  })
  return isChanged ? { ...pages, pages: next } : pages
}

/** Returns the newest builds with this one, newest first; the same array if nothing changes. */
function withBuild(builds: BuildSummary[], build: BuildSummary): BuildSummary[] {
  const index = builds.findIndex(({ number }) => number === build.number)
  const before = builds[index]
  if (before !== undefined) return newerOf(before, build) === before ? builds : builds.with(index, build)
  const oldest = builds.at(-1)
  if (builds.length >= buildsEach && oldest !== undefined && build.number < oldest.number) return builds
  return [...builds, build].sort((a, b) => b.number - a.number).slice(0, buildsEach)
}

/** Describes the newest build of a pipeline (web P2): `failed on main 4 min ago: test`. */
export function sentence(build: BuildSummary | undefined, now: number): string {
  if (build === undefined) return 'never built'
  const where = build.branch == null || build.branch === '' ? '' : ` on ${build.branch}`
  const word = lookOf(build.state).word.toLowerCase()
  const ended = build.finished_at ?? null
  if (ended !== null) return `${word}${where} ${formatAgo(ended, now)}${endingOf(build)}`
  const long = formatDuration(ranMs(build, now) ?? now - Date.parse(build.created_at))
  return `${word}${where} for ${long}${reasonOf(build)}`
}

function endingOf(build: BuildSummary): string {
  if (build.failed_step !== null) return `: ${build.failed_step}`
  if (build.state === 'failed' && build.error_code === 'render_failed') return ': the pipeline file failed to render'
  if (build.state === 'failed' && build.error_message != null) return `: ${build.error_message}`
  return build.state === 'passed' && build.run_ms !== null ? ` in ${formatDuration(build.run_ms)}` : ''
}

function reasonOf(build: BuildSummary): string {
  const wait = waitLabel(build)
  if (wait !== null) return `, ${wait}`
  return build.failed_step === null ? '' : `: ${build.failed_step}`
}
