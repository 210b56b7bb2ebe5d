import { Chip, ChipRow } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { formatDuration } from '../../text/duration.ts'
import type { JobView } from '../data/job-state.ts'

type Service = JobView['services'][number]

interface ServicesRowProps {
  readonly job: JobView
  /** Id of the service whose log is shown; null for the log of the step. */
  readonly shown: string | null
  readonly onShow: (id: string | null) => void
}

/** Lists the services of a step with their states, and chooses whose log is shown. */
export function ServicesRow({ job, shown, onShow }: ServicesRowProps) {
  const { services } = job
  const service = services.find(({ id }) => id === shown)
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-1.5 text-13">
      <ChipRow label="Log of">
        <Chip on={shown === null} onClick={() => onShow(null)}>
          Step
        </Chip>
        {services.map(({ id, name, ...state }) => (
          <Chip key={id} on={id === shown} onClick={() => onShow(id)}>
            <IsolatedText text={name} />
            <span className="opacity-75">{stateOf(state)}</span>
          </Chip>
        ))}
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

function stateOf({ state, ready_ms, exit_code }: Pick<Service, 'state' | 'ready_ms' | 'exit_code'>): string {
  const exit = exit_code === null ? '' : `, exit ${exit_code}`
  if (state === 'ready' && ready_ms !== null) return `ready after ${formatDuration(ready_ms)}`
  return `${state}${exit}`
}
