import { Button } from '../design/button.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { EmptyState } from '../design/page-states.tsx'
import type { PipelinesBarProps } from './pipelines-bar.tsx'

const stateSentences = {
  failing: 'No pipeline is failing',
  running: 'Nothing is running',
  never: 'Every pipeline has been built',
} as const

/** No pipeline passes search and chip: names what was asked for, and clears it in one click (web P2). */
export function NothingFound({ wish: { q, state, sort }, onWish }: PipelinesBarProps) {
  const title = q === undefined && state !== undefined ? stateSentences[state] : 'No pipeline matches'
  return (
    <EmptyState
      title={title}
      action={
        <Button onClick={() => onWish(sort === undefined ? {} : { sort })}>
          {q === undefined ? 'Show all pipelines' : 'Clear the search'}
        </Button>
      }
    >
      {q !== undefined && (
        <p>
          Searched names and repositories for <Foreign text={`“${q}”`} />
          {state !== undefined && ' among those that '}
          {state === 'failing' ? 'fail' : state === 'running' ? 'run' : state === 'never' ? 'were never built' : ''}.
        </p>
      )}
    </EmptyState>
  )
}
