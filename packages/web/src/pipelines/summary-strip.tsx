import { Link } from '@tanstack/react-router'
import type { Schema } from '../api/schemas.ts'
import { ranMs } from '../builds/labels.ts'
import { lookOf, type Tone } from '../design/state.ts'
import { toneColours } from '../design/state-mark.tsx'
import { formatDuration } from '../text/duration.ts'
import { showInvisible } from '../text/escape.ts'
import { durationScale } from './duration-scale.ts'

interface SummaryStripProps {
  readonly org: string
  readonly builds: readonly Schema<'BuildSummary'>[]
}

const tallest = 26
/** The lowest bar that still shows the colour and shape of a failure. */
const lowest = { failed: 12, other: 5 }

/**
 * Shows the last 20 builds of a pipeline, oldest first. The height shows the duration, shape and
 * colour show the state, and each bar is a named link (web P2).
 */
export function SummaryStrip({ org, builds }: SummaryStripProps) {
  const { topMs } = durationScale(builds.flatMap(({ run_ms }) => run_ms ?? []))
  return (
    <ol
      aria-label="Last builds, oldest first"
      className="flex items-end justify-end [&>li:nth-last-child(n+11)]:hidden xl:[&>li:nth-last-child(n+11)]:block pointer-coarse:[&>li:nth-last-child(n+8)]:hidden"
    >
      {builds.toReversed().map((build) => (
        <li key={build.number}>
          <Bar org={org} build={build} share={(build.run_ms ?? 0) / topMs} />
        </li>
      ))}
    </ol>
  )
}

interface BarProps {
  readonly org: string
  readonly build: Schema<'BuildSummary'>
  /** The share of the full height; clipped above 1. */
  readonly share: number
}

function Bar({ org, build, share }: BarProps) {
  const look = lookOf(build.state)
  const ran = ranMs(build, Date.parse(build.finished_at ?? build.created_at))
  const name = [
    `#${build.number} ${look.word.toLowerCase()}`,
    build.failed_step,
    build.branch == null ? null : `on ${build.branch}`,
    ran === null || build.finished_at == null ? null : `in ${formatDuration(ran)}`,
  ]
  const spoken = showInvisible(name.filter((part) => part !== null).join(' '))
  const least = look.tone === 'fail' ? lowest.failed : lowest.other
  const height = Math.round(Math.max(least, tallest * Math.min(1, share)))
  return (
    <Link
      to="/$org/pipelines/$slug/builds/$number"
      params={{ org, slug: build.pipeline_slug, number: String(build.number) }}
      preload={false}
      aria-label={spoken}
      title={spoken}
      className="relative z-10 flex h-8 w-6 items-end justify-center rounded-small hover:bg-hairline pointer-coarse:h-11 pointer-coarse:w-11"
    >
      <svg
        aria-hidden="true"
        width="16"
        height={height}
        className={`mb-0.5 ${toneColours[look.tone]}`}
        fill="currentColor"
      >
        <Shape tone={look.tone} isMoving={look.moving} height={height} />
        {share > 1 && <path d="M0 9L16 5v3L0 12z" className="fill-ground" />}
      </svg>
    </Link>
  )
}

/**
 * The shapes differ without colour: a bar for passed, a wide bar with cut corners for failed, an
 * outline for running, dots for waiting, a line for canceled.
 */
function Shape({
  tone,
  isMoving,
  height,
}: {
  readonly tone: Tone
  readonly isMoving: boolean
  readonly height: number
}) {
  const outline = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 }
  switch (tone) {
    case 'fail':
      return isMoving ? (
        <path d={`M4 1h8l3 3v${height - 5}H1V4z`} {...outline} />
      ) : (
        <path d={`M4 0h8l4 4v${height - 4}H0V4z`} />
      )
    case 'run':
      return <rect x="3.75" y="0.75" width="8.5" height={height - 1.5} {...outline} />
    case 'wait':
      return <rect x="3.75" y="0.75" width="8.5" height={height - 1.5} {...outline} strokeDasharray="1.5 2" />
    case 'stop':
      return <path d={`M6.5 0h3v${height - 2}h3v2h-9v-2h3z`} />
    default:
      return <rect x="3" width="10" height={height} rx="1" />
  }
}
