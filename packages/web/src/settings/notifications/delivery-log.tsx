import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../../design/button.tsx'
import { Ago, Instant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { LoadMore } from '../../design/load-more.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { toastDone } from '../../interaction/toasts.tsx'
import { counted } from '../../text/count.ts'
import { type Delivery, deliveriesQuery, type Notification, notificationChanges } from './queries.ts'
import { stateOf } from './words.ts'

interface DeliveryLogProps {
  readonly org: string
  readonly notification: Notification
}

/** Shows the deliveries to a receiver, newest first, and sends them again. */
export function DeliveryLog({ org, notification: { id, kind, enabled } }: DeliveryLogProps) {
  const query = useInfiniteQuery(deliveriesQuery(org, id))
  const changes = notificationChanges(useQueryClient(), org)
  const deliveries = query.data?.pages.flatMap(({ data }) => data)
  return (
    <div className="flex flex-col pb-4">
      <QueryPlaceholder query={query} what="the log" rows={3} />
      {deliveries?.length === 0 && <p className="py-2 text-muted">Nothing has been sent in the last 30 days.</p>}
      {deliveries !== undefined && deliveries.length > 0 && (
        <ol aria-label="Deliveries, newest first" className="flex flex-col">
          {deliveries.map((delivery) => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              isMail={kind === 'email'}
              refused={enabled ? null : 'Switch the notification on first'}
              onReplay={() => toastDone(changes.replay(id, delivery.id), 'It is sent again')}
            />
          ))}
        </ol>
      )}
      <LoadMore what="deliveries" query={query} />
    </div>
  )
}

interface DeliveryRowProps {
  readonly delivery: Delivery
  /** Hides the attempts, because the mail server makes those of emails. */
  readonly isMail: boolean
  readonly refused: string | null
  readonly onReplay: () => void
}

const colours: Readonly<Record<string, string>> = { failed: 'text-fail', waiting: 'text-wait' }

function DeliveryRow({ delivery, isMail, refused, onReplay }: DeliveryRowProps) {
  const { id, type, state, body, created_at, last_answer } = delivery
  return (
    <li className="flex flex-col gap-1 border-b border-hairline py-2 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-semibold">
          <IsolatedText text={type} />
        </span>
        <span className={colours[state] ?? 'text-muted'}>
          {isMail ? 'handed to the mail server' : stateOf(delivery)}
        </span>
        <span className="flex-1 text-13 text-muted">
          <Ago at={created_at} />
          {!isMail && <Attempts delivery={delivery} />}
        </span>
        <Button look="quiet" refused={refused} aria-label={`Send again: ${type}`} onClick={onReplay}>
          Send again
        </Button>
      </div>
      {last_answer != null && last_answer !== '' && (
        <p className="isolated text-13 wrap-anywhere whitespace-pre-wrap text-muted">{last_answer.slice(0, 300)}</p>
      )}
      <details>
        <summary className="text-13 text-muted">Message {id}</summary>
        <pre className="isolated mt-1 overflow-x-auto rounded-small bg-inset p-2 font-mono text-12 wrap-anywhere whitespace-pre-wrap">
          {formatted(body)}
        </pre>
      </details>
    </li>
  )
}

function Attempts({ delivery: { attempts, last_status, next_attempt_at } }: Pick<DeliveryRowProps, 'delivery'>) {
  return (
    <>
      {attempts > 0 && ` · ${counted(attempts, 'attempt')}`}
      {last_status != null && ` · answered ${last_status}`}
      {next_attempt_at != null && (
        <>
          {' · next '}
          <Instant at={next_attempt_at} />
        </>
      )}
    </>
  )
}

/** Returns a JSON text with line breaks. */
function formatted(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
