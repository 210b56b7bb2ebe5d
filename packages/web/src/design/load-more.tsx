import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { problemOf } from '../api/problem.ts'
import { Button } from './button.tsx'

interface MoreProps {
  /** The paged list. */
  readonly query: Pick<
    UseInfiniteQueryResult,
    'hasNextPage' | 'isFetchingNextPage' | 'isFetchNextPageError' | 'fetchNextPage' | 'error'
  >
  /** The plural name of the items: `builds`. */
  readonly what: string
}

/** Ends a paged list: the next page loads on scrolling or by its button (web P4). */
export function LoadMore({ query, what }: MoreProps) {
  const { hasNextPage: hasMore, isFetchingNextPage: isLoading } = query
  const problem = query.isFetchNextPageError ? problemOf(query.error).message : null
  const onMore = () => void query.fetchNextPage()
  const place = useRef<HTMLDivElement>(null)
  const newest = useRef(onMore)
  newest.current = onMore
  const isWatched = hasMore && !isLoading && problem === null
  useEffect(() => {
    if (!isWatched || place.current === null) return
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && newest.current(), {
      rootMargin: '400px',
    })
    watch.observe(place.current)
    return () => watch.disconnect()
  }, [isWatched])
  if (!hasMore) return null
  return (
    <div ref={place} className="flex flex-wrap items-center gap-3 px-4 py-3">
      {/* Never disabled: a user who reaches it by Tab while it loads would otherwise skip it. */}
      <Button onClick={onMore} refused={isLoading ? 'Loading the next ones.' : null}>
        {isLoading ? `Loading ${what}…` : `More ${what}`}
      </Button>
      {problem !== null && (
        <p role="alert" className="text-fail">
          {problem}
        </p>
      )}
    </div>
  )
}
