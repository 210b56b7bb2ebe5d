import { kindWords } from '@harmont/timeline'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { Tooltip } from '../../design/overlays/tooltip.tsx'
import { lookOf } from '../../design/state.ts'
import { StateMark } from '../../design/state-mark.tsx'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { Bars } from './bars.tsx'
import type { Row } from './rows.ts'
import type { Scale } from './scale.ts'

interface WaterfallRowProps {
  readonly row: Row
  readonly shown: Scale
  readonly isSelected: boolean
  readonly isCritical: boolean
  readonly onSelect: () => void
}

/** Shows a row of the waterfall: a button whose text also describes its bars. */
export function WaterfallRow({ row, shown, isSelected, isCritical, onSelect }: WaterfallRowProps) {
  const name = showInvisible(row.name)
  const description = describe(row)
  return (
    <Tooltip text={`${name}: ${description}`}>
      <button
        type="button"
        aria-pressed={isSelected}
        aria-label={`${name}, ${description}`}
        onClick={onSelect}
        className={`flex h-full w-full items-stretch border-b border-hairline text-left ${isSelected ? 'bg-sunk' : 'hover:bg-raised'}`}
      >
        <span className="flex w-55 max-sm:w-36 shrink-0 items-center gap-2 border-r border-hairline px-2">
          <StateMark state={row.state} cached={row.cached} softFailed={row.softFailed} />
          <span className="line-clamp-1 flex-1 text-13">
            <IsolatedText text={row.name} />
          </span>
          {row.attempts > 1 && <span className="text-12 text-muted tabular">#{row.attempt}</span>}
        </span>
        <span className="min-w-0 flex-1 overflow-hidden">
          {/* The margin leaves room for the outline of the last bar. */}
          <span className="relative mr-2 block h-full">
            <Bars row={row} shown={shown} isCritical={isCritical} />
          </span>
        </span>
      </button>
    </Tooltip>
  )
}

/** Shorter parts are not described in words. */
const shortestTold = 100

function describe({ state, cached, softFailed, running, parts, attempt, attempts, why }: Row): string {
  const { word } = lookOf(state, { cached, softFailed })
  const told = parts.flatMap(({ kind, from, to }) =>
    kind === 'command' || kind === 'failed' || to - from < shortestTold
      ? []
      : [`${kindWords[kind]} ${formatDuration(to - from)}`],
  )
  const words = [
    attempts > 1 ? `attempt ${attempt} of ${attempts}` : null,
    word,
    running === null || cached ? null : `ran ${formatDuration(running.to - running.from)}`,
    ...told,
    why,
  ]
  return words.filter((part) => part !== null).join(', ')
}
