import { Link } from '@tanstack/react-router'
import { IsolatedText } from '../design/isolated-text.tsx'
import { lookOf } from '../design/state.ts'
import { StateWord, toneColours } from '../design/state-mark.tsx'
import { Table, Td } from '../design/table.tsx'
import { formatDuration } from '../text/duration.ts'
import { durationScale } from './duration-scale.ts'
import { Fold } from './fold.tsx'
import type { Insights } from './insights.ts'

interface DurationBarsProps {
  readonly org: string
  readonly bars: Insights['bars']
}

const width = 8
const gap = 2
const tallest = 64
/** The lowest bar that still shows the colour and shape of a failure. */
const lowest = { failed: 14, other: 3 }
/** Room below the bars for the mark of a failure. */
const markHeight = 6

/** Draws durations by state, oldest first. The table below has the same information as text. */
export function DurationBars({ bars }: DurationBarsProps) {
  const all = bars.map(({ ms }) => ms)
  const { topMs, isClipped } = durationScale(all)
  const length = bars.length * (width + gap)
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 text-13 text-muted">
        Durations, longest {formatDuration(Math.max(...all))}
        {isClipped && `; clipped at ${formatDuration(topMs)}`}
      </figcaption>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${length} ${tallest + markHeight}`}
        className="h-auto max-w-full"
        preserveAspectRatio="xMinYMax meet"
        width={length}
        height={tallest + markHeight}
      >
        {bars.map(({ build, ms }, index) => {
          const look = lookOf(build.state)
          const isFailed = look.tone === 'fail'
          const least = isFailed ? lowest.failed : lowest.other
          const height = Math.max(least, Math.min(1, ms / topMs) * tallest)
          return (
            <g key={build.number} className={toneColours[look.tone]} fill="currentColor">
              <title>{`#${build.number} ${look.word.toLowerCase()}, ${formatDuration(ms)}`}</title>
              <rect
                x={index * (width + gap) + (isFailed ? 0 : 1)}
                y={tallest - height}
                width={isFailed ? width : width - 2}
                height={height}
                rx={isFailed ? 0 : 1}
              />
              {isFailed && <path d={`M${index * (width + gap)} ${tallest + 2}h${width}v4h-${width}z`} />}
              {ms > topMs && (
                <path
                  d={`M${index * (width + gap) - 1} 9l${width + 2} -4v3l-${width + 2} 4z`}
                  className="fill-ground"
                />
              )}
            </g>
          )
        })}
        <path d={`M0 ${tallest - 0.5}H${length}`} stroke="currentColor" className="text-hairline" fill="none" />
      </svg>
    </figure>
  )
}

/** Lists the durations in a table, newest first. */
export function DurationTable({ org, bars }: DurationBarsProps) {
  return (
    <Fold title="As a table" className="min-w-0">
      <Table
        caption="Durations of the last builds, newest first"
        columns={['Build', 'State', 'Failed step', { name: 'Ran', numeric: true }]}
      >
        <tbody>
          {bars.toReversed().map(({ build, ms }) => (
            <tr key={build.number}>
              <Td>
                <Link
                  to="/$org/pipelines/$slug/builds/$number"
                  params={{ org, slug: build.pipeline_slug, number: String(build.number) }}
                  className="underline"
                >
                  #{build.number}
                </Link>
              </Td>
              <Td>
                <StateWord state={build.state} />
              </Td>
              <Td>{build.failed_step === null ? '—' : <IsolatedText text={build.failed_step} />}</Td>
              <Td numeric>{formatDuration(ms)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Fold>
  )
}
