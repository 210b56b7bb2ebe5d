import { Link } from '@tanstack/react-router'
import { lookOf, type Tone } from '../../design/state.ts'
import { toneFills } from '../../design/state-mark.tsx'
import { formatTestDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import type { TestRun } from './queries.ts'

interface RunStripProps {
  readonly org: string
  readonly slug: string
  /** The newest first. */
  readonly runs: readonly TestRun[]
}

const shown = 50
const tallest = 40
/** The minimum height, which makes failures stand out among quick results. */
const least: Partial<Record<Tone, number>> = { fail: 20, stop: 4 }

/**
 * Shows the last results, oldest first. The height shows the duration, colour and minimum height
 * show the state, and each bar is a named link.
 */
export function RunStrip({ org, slug, runs }: RunStripProps) {
  const newest = runs.slice(0, shown)
  const topMs = Math.max(1, ...newest.map(({ duration_ms: ms }) => ms ?? 0))
  return (
    <ol
      aria-label="Last results, oldest first"
      // Shows as many as fit, each a target of 24 px, or 44 px on touch screens.
      className="flex h-14 items-end overflow-hidden border-y border-hairline px-4 pt-2 max-sm:[&>li:nth-last-child(n+14)]:hidden max-lg:[&>li:nth-last-child(n+25)]:hidden max-2xl:[&>li:nth-last-child(n+40)]:hidden pointer-coarse:[&>li:nth-last-child(n+8)]:hidden"
    >
      {newest.toReversed().map((run) => (
        <li key={run.job_id}>
          <Bar {...{ org, slug, run }} share={(run.duration_ms ?? 0) / topMs} />
        </li>
      ))}
    </ol>
  )
}

interface BarProps {
  readonly org: string
  readonly slug: string
  readonly run: TestRun
  readonly share: number
}

function Bar({ org, slug, run, share }: BarProps) {
  const look = lookOf(run.state, { cached: run.cached })
  const ran = run.duration_ms === null ? '' : ` in ${formatTestDuration(run.duration_ms)}`
  const name = showInvisible(`#${run.number} ${look.word.toLowerCase()} on ${run.branch}${ran}`)
  const height = Math.round(Math.max(least[look.tone] ?? 8, tallest * share))
  return (
    <Link
      to="/$org/pipelines/$slug/builds/$number"
      params={{ org, slug, number: String(run.number) }}
      search={{ view: 'tests' }}
      preload={false}
      aria-label={name}
      title={name}
      className="flex h-11 w-6 items-end justify-center pointer-coarse:w-11"
    >
      <span className={`block w-4 rounded-t-[1px] ${toneFills[look.tone]}`} style={{ height: `${height}px` }} />
    </Link>
  )
}
