import { SlidersHorizontal, X } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { Chip, ChipRow, chipClass } from '../design/chip.tsx'
import { SearchField } from '../design/search-field.tsx'
import { useShortcuts } from '../interaction/shortcuts.ts'
import { showInvisible } from '../text/escape.ts'
import { FilterFields } from './filter-fields.tsx'
import { type BuildFilters, describeFilter, type FilterName, filterNames } from './filters.ts'

export interface FilterBarProps {
  readonly filters: BuildFilters
  /** A filter's new value; empty: none. */
  readonly onFilter: (name: FilterName, value: string) => void
  /** The id of who is signed in. */
  readonly me: string
  /** To choose from, in lists of several. */
  readonly pipelines: readonly Schema<'Pipeline'>[] | null
}

/** Which states a chip stands for. */
const stateChips = [
  ['Failed', ['failed', 'failing']],
  ['Running', ['running', 'canceling']],
  ['Queued', ['scheduled']],
  ['Passed', ['passed']],
  ['Canceled', ['canceled']],
] as const

/** Filters that have a control in the first row; the others show there once they are set. */
const always: readonly FilterName[] = ['q', 'state']

/** What the list is narrowed to: what is used most is at hand, the rest folds away and stays readable as chips. */
export function FilterBar(props: FilterBarProps) {
  const { filters, onFilter, me } = props
  const search = useRef<HTMLInputElement>(null)
  const [isOpen, setOpen] = useState(false)
  useShortcuts('list', [{ keys: '/', does: 'Search builds', run: () => search.current?.focus() }])
  const states = new Set(filters.state?.split(',') ?? [])
  const toggle = (chip: readonly string[], isOn: boolean) => {
    const rest = [...states].filter((state) => !chip.includes(state))
    onFilter('state', [...rest, ...(isOn ? [] : chip)].join(','))
  }
  const set = filterNames.filter((name) => filters[name] !== undefined && !always.includes(name))
  const told = set.filter((name) => !(name === 'author' && filters.author === me))
  return (
    <div className="flex flex-col gap-2 px-4 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          ref={search}
          label="Search builds"
          placeholder="Message, branch, author or number"
          value={filters.q ?? ''}
          onChange={(text) => onFilter('q', text)}
        />
        <ChipRow label="Filters">
          {stateChips.map(([label, chip]) => {
            const isOn = chip.every((state) => states.has(state))
            return (
              <Chip key={label} on={isOn} onClick={() => toggle(chip, isOn)}>
                {label}
              </Chip>
            )
          })}
          <Chip on={filters.author === me} onClick={() => onFilter('author', filters.author === me ? '' : me)}>
            Mine
          </Chip>
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className={chipClass}>
            <SlidersHorizontal size={14} aria-hidden="true" /> More filters
          </button>
        </ChipRow>
      </div>
      {isOpen && <FilterFields {...props} />}
      {!isOpen && told.length > 0 && (
        <ChipRow label="Active filters">
          {told.map((name) => (
            <button key={name} type="button" onClick={() => onFilter(name, '')} className={`${chipClass} max-w-full`}>
              <span className="foreign truncate">{showInvisible(describeFilter(name, filters[name] ?? ''))}</span>
              <X size={14} role="img" aria-label="Remove" className="shrink-0" />
            </button>
          ))}
        </ChipRow>
      )}
    </div>
  )
}
