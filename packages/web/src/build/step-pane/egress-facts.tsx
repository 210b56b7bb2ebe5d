import { useQuery } from '@tanstack/react-query'
import { CopyField } from '../../design/copy-field.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { counted } from '../../text/count.ts'
import type { JobView } from '../data/job-state.ts'
import { type BuildPlace, egressQuery } from '../data/queries.ts'

interface EgressFactsProps {
  readonly place: BuildPlace
  readonly job: JobView
}

/**
 * Shows the hosts that an ended step reached, as an egress list for its pipeline, and the refused
 * hosts.
 */
export function EgressFacts({ place, job }: EgressFactsProps) {
  const { data } = useQuery(egressQuery(place, job))
  if (data === undefined || data.mode === null) return null
  const { mode, used, refused, complete } = data
  return (
    <>
      <span>Hosts</span>
      <div className="flex min-w-0 flex-col gap-1">
        <p>
          {used.length === 0 ? 'It used none' : `It used ${counted(used.length, 'host')}`}
          {mode === 'observe' && ', which were only noted'}.{!complete && ' There were more than are kept.'}
        </p>
        {used.length > 0 && <CopyField label="the egress list" text={`egress: [${used.map(quoted).join(', ')}]`} />}
        {refused.length > 0 && (
          <p>
            Refused:{' '}
            {refused.map((name, at) => (
              <span key={name}>
                {at > 0 && ', '}
                <code className="font-mono wrap-anywhere">
                  <IsolatedText text={name} />
                </code>
              </span>
            ))}
          </p>
        )}
      </div>
    </>
  )
}

function quoted(name: string): string {
  return `'${name}'`
}
