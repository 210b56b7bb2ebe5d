import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermission } from '../api/session.ts'
import { Button } from '../design/button.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { StaleBar } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Segmented } from '../design/segmented.tsx'
import { pollInterval } from '../live/poll-interval.ts'
import { useLive, useLiveMode } from '../live/use-live.ts'
import { SettingsLayout } from '../settings/settings-layout.tsx'
import { AddRunnerDialog } from './add-runner-dialog.tsx'
import { runnersQuery, type Scope } from './queries.ts'
import { RunnerKeys } from './runner-keys.tsx'
import { RunnerPools } from './runner-pools.tsx'

const from = '/signed-in/$org/settings/runners'
const serverPollMs = 5000

/**
 * Shows the runners that take jobs of the organization, the waiting demand, and the keys to join.
 */
export function RunnersPage() {
  const { org } = useParams({ from })
  const mayChange = usePermission(org, 'runners')
  const [isAdding, setAdding] = useState(false)
  return (
    <SettingsLayout
      org={org}
      title="Runners"
      actions={
        <Button
          look="primary"
          refused={mayChange ? null : 'Only owners and admins can add runners'}
          onClick={() => setAdding(true)}
        >
          Add a runner
        </Button>
      }
    >
      {mayChange ? (
        <Runners org={org} isAdding={isAdding} onAdd={() => setAdding(true)} onAdded={() => setAdding(false)} />
      ) : (
        <EmptyState title="Only owners and admins see the runners">
          The page of a job says which runner had it, and what it waits for.
        </EmptyState>
      )}
    </SettingsLayout>
  )
}

interface RunnersProps {
  readonly org: string
  readonly isAdding: boolean
  readonly onAdd: () => void
  readonly onAdded: () => void
}

function Runners({ org, isAdding, onAdd, onAdded }: RunnersProps) {
  const { scope = 'organization' } = useSearch({ from })
  const query = useRunners(org, scope)
  const { data } = query
  const isOperator = data?.operator === true
  return (
    <>
      {isOperator && <ScopeChoice scope={scope} />}
      <QueryPlaceholder query={query} what="the runners" />
      {data !== undefined && (
        <>
          {query.error !== null && (
            <StaleBar since={query.dataUpdatedAt} error={query.error} onRetry={() => void query.refetch()} />
          )}
          <RunnerPools org={org} pools={data.pools} runners={data.data} />
          {data.data.every(({ kind }) => kind === 'server') && <FirstRunner onAdd={onAdd} />}
          <RunnerKeys org={org} scope={scope} />
        </>
      )}
      <AddRunnerDialog org={org} isOperator={isOperator} open={isAdding} onClose={onAdded} />
    </>
  )
}

/**
 * Reads the runners again when they have changed. Runners of other organizations have no events.
 */
function useRunners(org: string, scope: Scope) {
  const queries = useQueryClient()
  const mode = useLiveMode()
  useLive('runners', ({ type }) => {
    if (type !== 'resync') return
    void queries.invalidateQueries({ queryKey: ['runners', org] })
    void queries.invalidateQueries({ queryKey: ['runner-keys', org] })
  })
  return useQuery({
    ...runnersQuery(org, scope),
    refetchInterval: ({ state }) => (scope === 'server' ? serverPollMs : pollInterval(mode, 'list', state.error)),
  })
}

function ScopeChoice({ scope }: { readonly scope: Scope }) {
  const navigate = useNavigate({ from: '/$org/settings/runners' })
  return (
    <div className="px-4 pt-4">
      <Segmented
        label="Whose runners"
        value={scope}
        choices={[
          { value: 'organization', label: 'This organization' },
          { value: 'server', label: 'Whole server' },
        ]}
        onChange={(chosen) => void navigate({ search: chosen === 'server' ? { scope: chosen } : {}, replace: true })}
      />
    </div>
  )
}

/** Explains the purpose of runners on other machines, while there are none. */
function FirstRunner({ onAdd }: { readonly onAdd: () => void }) {
  return (
    <EmptyState
      title="Your first runner elsewhere"
      action={
        <Button look="primary" onClick={onAdd}>
          Make a key and show the commands
        </Button>
      }
    >
      <p>
        A runner on another machine runs more jobs at a time, or jobs that need what that machine has: a GPU, another
        architecture, a network of yours. It calls this server, so it needs no open port.
      </p>
      <ol className="list-decimal pt-2 pl-5">
        <li>Make a key here. It is shown once, inside the commands for the other machine.</li>
        <li>
          There, in a checkout of Harmont: <code className="font-mono">npm install</code>
        </li>
        <li>
          Start it with the key: <code className="font-mono">npm start -- --role runner</code>
        </li>
      </ol>
      <p className="pt-2">
        Steps ask for it by its pool or labels:{' '}
        <code className="font-mono wrap-anywhere">
          {"sh('make train', { runnerArgs: { pool: 'gpu', labels: ['cuda'] } })"}
        </code>
      </p>
    </EmptyState>
  )
}
