import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { useLocalStorage } from '../../browser/local-storage.ts'
import { type BuildView, hasFailed } from '../data/job-state.ts'
import { type StepOrder, type StepRow, stepRows } from './step-rows.ts'

export interface StepRows {
  readonly rows: readonly StepRow[]
  readonly order: StepOrder
  readonly setOrder: (order: StepOrder) => void
  readonly filter: string
  readonly setFilter: (filter: string) => void
  /** Opens or folds a matrix. */
  readonly toggle: (key: string) => void
  /** Ids of failures that do not count as new: present from the start, or selected since. */
  readonly seen: ReadonlySet<string>
}

/** Returns the rows of the step list; the order is stored (web B4). */
export function useStepRows(view: BuildView, selected: string | null): StepRows {
  const [order, setOrder] = useLocalStorage<StepOrder>('build-steps-order', (kept) =>
    kept === 'graph' ? 'graph' : 'state',
  )
  const [filter, setFilter] = useState('')
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const wanted = useDeferredValue(filter)
  const { render, jobs } = view
  const rows = useMemo(
    () => stepRows({ render, jobs }, { order, filter: wanted, open, selected }),
    [render, jobs, order, wanted, open, selected],
  )
  const seen = useRef<Set<string> | null>(null)
  seen.current ??= new Set(jobs.filter(hasFailed).map(({ id }) => id))
  if (selected !== null) seen.current.add(selected)
  const toggle = (key: string) =>
    setOpen((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  return { rows, order, setOrder, filter, setFilter, toggle, seen: seen.current }
}
