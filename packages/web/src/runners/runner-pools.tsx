import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { Table } from '../design/table.tsx'
import { toast, toastDone } from '../interaction/toasts.tsx'
import { counted } from '../text/count.ts'
import { showInvisible } from '../text/escape.ts'
import { demandSentence, poolSentence } from './facts.ts'
import { type Runner, type RunnerPool, runnerChanges } from './queries.ts'
import { RunnerRow, runnerColumns } from './runner-row.tsx'

interface RunnerPoolsProps {
  readonly org: string
  readonly pools: readonly RunnerPool[]
  readonly runners: readonly Runner[]
}

/** Shows each pool: its demand, and its runners. */
export function RunnerPools({ org, pools, runners }: RunnerPoolsProps) {
  const changes = runnerChanges(useQueryClient(), org)
  const [revoking, setRevoking] = useState<Runner | null>(null)
  return (
    <>
      {pools.map((pool) => (
        <section key={pool.name} aria-labelledby={`pool-${pool.name}`} className="pt-4 pb-2">
          <PoolHead pool={pool} />
          <PoolRunners
            org={org}
            pool={pool.name}
            runners={runners.filter((runner) => runner.pool === pool.name)}
            onDrain={({ id, name }) =>
              toastDone(changes.drain(id), `${showInvisible(name)} takes no new jobs. Its jobs end as usual`)
            }
            onResume={({ id, name }) => toastDone(changes.resume(id), `${showInvisible(name)} takes work again`)}
            onRevoke={setRevoking}
          />
        </section>
      ))}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={revoking === null ? '' : `Revoke ${showInvisible(revoking.name)}?`}
        confirm="Revoke"
        onConfirm={async () => {
          if (revoking === null) return
          await changes.revoke(revoking.id)
          toast(`${showInvisible(revoking.name)} was revoked`)
        }}
      >
        <p>
          Everything that it asks is refused at once.
          {revoking !== null && revokedJobs(revoking)}
        </p>
        <p>To use the machine again, remove the runner’s data directory there and join with a new key.</p>
      </ConfirmDialog>
    </>
  )
}

/** Describes what happens to the jobs of a revoked runner. */
function revokedJobs({ jobs, other_jobs }: Runner): string {
  const held = jobs.length + other_jobs
  if (held === 0) return ''
  const again =
    held === 1
      ? 'starts again on another runner when its lease ends'
      : 'start again on other runners when their leases end'
  return ` Its ${counted(held, 'job')} ${again}. To let ${held === 1 ? 'it' : 'them'} end first, drain the runner and wait.`
}

function PoolHead({ pool }: { readonly pool: RunnerPool }) {
  return (
    <div className="px-4 pb-2">
      <h2 id={`pool-${pool.name}`} className="text-16 font-semibold">
        Pool <IsolatedText text={pool.name} />
      </h2>
      <p className="tabular text-muted">{poolSentence(pool)}.</p>
      {pool.waiting.length > 0 && (
        <ul aria-label={`Jobs that wait for the pool ${showInvisible(pool.name)}`} className="tabular">
          {pool.waiting.map((demand) => (
            <li key={`${demand.labels.join()} ${demand.served}`} className={demand.served ? '' : 'text-wait'}>
              <IsolatedText text={demandSentence(demand)} />. The oldest came <Ago at={demand.since} />.
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

interface PoolRunnersProps {
  readonly org: string
  readonly pool: string
  readonly runners: readonly Runner[]
  readonly onDrain: (runner: Runner) => void
  readonly onResume: (runner: Runner) => void
  readonly onRevoke: (runner: Runner) => void
}

function PoolRunners({ org, pool, runners, onDrain, onResume, onRevoke }: PoolRunnersProps) {
  if (runners.length === 0)
    return <p className="px-4 text-muted">Nobody has this pool. “Add a runner” makes a key for one.</p>
  return (
    <Table caption={`Runners of the pool ${showInvisible(pool)}`} columns={runnerColumns}>
      <tbody>
        {runners.map((runner) => (
          <RunnerRow
            key={runner.id}
            org={org}
            runner={runner}
            onDrain={() => onDrain(runner)}
            onResume={() => onResume(runner)}
            onRevoke={() => onRevoke(runner)}
          />
        ))}
      </tbody>
    </Table>
  )
}
