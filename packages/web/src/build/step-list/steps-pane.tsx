import { Search } from 'lucide-react'
import type { Ref } from 'react'
import { Segmented } from '../../design/segmented.tsx'
import { counted } from '../../text/count.ts'
import type { BuildScale } from './build-scale.ts'
import { StepList } from './step-list.tsx'
import type { StepOrder, StepRow } from './step-rows.ts'

interface StepsPaneProps {
  readonly rows: readonly StepRow[]
  readonly scale: BuildScale
  readonly selected: string | null
  /** The number of steps of the build. */
  readonly count: number
  readonly order: StepOrder
  readonly onOrder: (order: StepOrder) => void
  readonly filter: string
  readonly onFilter: (filter: string) => void
  readonly onToggle: (key: string) => void
  readonly filterRef: Ref<HTMLInputElement>
}

const orders = [
  { value: 'state', label: 'State' },
  { value: 'graph', label: 'Order' },
] as const

/** Shows the list of steps with its order and its filter. */
export function StepsPane(props: StepsPaneProps) {
  const { rows, scale, selected, count, order, filter } = props
  return (
    <>
      <h2 className="sr-only">Steps</h2>
      <div className="flex items-center gap-2 border-b border-hairline px-3 py-1.5">
        <span className="relative min-w-0 flex-1">
          <Search
            size={14}
            aria-hidden="true"
            className="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-muted"
          />
          <input
            ref={props.filterRef}
            type="search"
            aria-label="Filter steps"
            placeholder={`Filter ${counted(count, 'step')}`}
            value={filter}
            onChange={({ target }) => props.onFilter(target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              event.preventDefault()
              event.stopPropagation()
              if (filter === '') event.currentTarget.blur()
              else props.onFilter('')
            }}
            className="h-7 w-full rounded-small border border-edge bg-raised pr-1 pl-7 text-13 placeholder:text-muted pointer-coarse:h-11"
          />
        </span>
        <Segmented label="Order of the steps" value={order} choices={orders} onChange={props.onOrder} />
      </div>
      {rows.length === 0 ? (
        <p className="p-4 text-muted">
          {count === 0 ? (
            'Steps appear once the pipeline file is rendered.'
          ) : (
            <>
              No step matches “{filter}”.{' '}
              <button type="button" className="underline" onClick={() => props.onFilter('')}>
                Show all
              </button>
            </>
          )}
        </p>
      ) : (
        <StepList rows={rows} scale={scale} selected={selected} onToggle={props.onToggle} />
      )}
    </>
  )
}
