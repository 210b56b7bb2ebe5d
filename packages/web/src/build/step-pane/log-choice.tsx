import { Chip, ChipRow } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { counted } from '../../text/count.ts'
import { formatDuration } from '../../text/duration.ts'
import { instantOf, type JobView } from '../data/job-state.ts'
import type { JobFork } from '../data/queries.ts'

type Service = JobView['services'][number]

export interface LogChoiceProps {
  readonly job: JobView
  /** The proof runs for its failed tests. */
  readonly forks: readonly JobFork[]
  /** Reserves their space while they load. */
  readonly areForksComing: boolean
  /** Id of the service or fork whose log is shown; null for the log of the step. */
  readonly shown: string | null
  readonly onShow: (log: Service | JobFork | null) => void
}

/** Lists the services and forks of a step, and selects the log to show. */
export function LogChoice({ job, forks, areForksComing, shown, onShow }: LogChoiceProps) {
  const { services } = job
  const service = services.find(({ id }) => id === shown)
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-1.5 text-13">
      <ChipRow label="Log of">
        <Chip on={shown === null} onClick={() => onShow(null)}>
          Step
        </Chip>
        {services.map((one) => (
          <Chip key={one.id} on={one.id === shown} onClick={() => onShow(one)}>
            <IsolatedText text={one.name} />
            <span className="opacity-75">{stateOf(one)}</span>
          </Chip>
        ))}
        {(forks.length > 0 || areForksComing) && <ForkSelect {...{ forks, shown, onShow }} />}
      </ChipRow>
      {service !== undefined && (
        <span className="min-w-0 truncate text-muted">
          <IsolatedText text={service.image} />
          {service.from !== null && (
            <>
              , files of <IsolatedText text={service.from} />
            </>
          )}
        </span>
      )}
    </div>
  )
}

/** Selects one of up to a hundred forks. */
function ForkSelect({ forks, shown, onShow }: Omit<LogChoiceProps, 'job' | 'areForksComing'>) {
  const fork = forks.find(({ id }) => id === shown)
  return (
    <select
      aria-label="Fork"
      value={fork?.id ?? ''}
      disabled={forks.length === 0}
      onChange={({ target }) => onShow(forks.find(({ id }) => id === target.value) ?? null)}
      className="h-7 w-64 rounded-full border border-edge bg-raised px-2 text-13 pointer-coarse:h-11"
    >
      {fork === undefined && (
        <option value="" disabled>
          {forks.length === 0 ? 'Forks' : counted(forks.length, 'fork')}
        </option>
      )}
      {forks.map((one) => (
        <option key={one.id} value={one.id}>
          {forkLabel(one)}
        </option>
      ))}
    </select>
  )
}

/** Returns `Fork 3: exit 1, 2 failed, 1 passed, 0.4 s`. */
function forkLabel({ number, test, exit_code, passed, failed, started_at, finished_at }: JobFork): string {
  const [started, finished] = [instantOf(started_at), instantOf(finished_at)]
  const parts = [
    exit_code === null ? 'killed' : `exit ${exit_code}`,
    test !== null && 'one test',
    failed > 0 && `${failed} failed`,
    passed > 0 && `${passed} passed`,
    started !== null && finished !== null && formatDuration(finished - started),
  ]
  return `Fork ${number}: ${parts.filter((part) => part !== false).join(', ')}`
}

function stateOf({ state, ready_ms, exit_code }: Pick<Service, 'state' | 'ready_ms' | 'exit_code'>): string {
  const exit = exit_code === null ? '' : `, exit ${exit_code}`
  if (state === 'ready' && ready_ms !== null) return `ready after ${formatDuration(ready_ms)}`
  return `${state}${exit}`
}
