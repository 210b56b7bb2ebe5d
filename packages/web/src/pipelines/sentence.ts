import type { Schema } from '../api/schemas.ts'
import { ranMs, waitWord } from '../builds/labels.ts'
import { lookOf } from '../design/state.ts'
import { formatAgo, formatDuration } from '../text/duration.ts'

type BuildSummary = Schema<'BuildSummary'>

/** The newest build of a pipeline in one sentence (web P2): `failed on main 4 min ago: test`. */
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
  const wait = waitWord(build)
  if (wait !== null) return `, ${wait}`
  return build.failed_step === null ? '' : `: ${build.failed_step}`
}
