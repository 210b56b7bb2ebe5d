import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { type LineRange, readFragment, writeFragment } from './data/permalink.ts'

/** The lines that the address marks (web L13), and how to mark others. */
export function useFragment(): readonly [marked: LineRange | null, mark: (range: LineRange | null) => void] {
  const hash = useRouterState({ select: ({ location }) => location.hash })
  const navigate = useNavigate()
  const marked = useMemo(() => readFragment(hash), [hash])
  const mark = useCallback(
    (range: LineRange | null) =>
      void navigate({
        to: '.',
        search: true,
        hash: writeFragment(range).slice(1),
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      }),
    [navigate],
  )
  return [marked, mark]
}
