import type { components } from '@harmont/contract'
import type { Complete } from '../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../platform/input/instant.ts'
import { typeOf } from './describe-event.ts'
import type { Event } from './notification.ts'
import type { DeliveryRow, NotificationRow } from './store.ts'

export function presentNotification(row: NotificationRow): Complete<components['schemas']['Notification']> {
  return {
    id: row.id,
    kind: row.kind,
    pipeline: row.pipeline,
    events: [...row.events],
    branches: row.branches && [...row.branches],
    target: row.target,
    enabled: row.disabled_at === null,
    failing_since: formatOptionalInstant(row.failing_since),
    disabled_at: formatOptionalInstant(row.disabled_at),
    made_by: row.made_by,
    created_at: formatInstant(row.created_at),
  }
}

/** Returns a delivery for the log of its notification. */
export function presentDelivery(
  row: DeliveryRow,
  { retry_at: retryAt }: Pick<NotificationRow, 'retry_at'>,
): Complete<components['schemas']['NotificationDelivery']> {
  const nextAt = retryAt !== null && retryAt > row.next_at ? retryAt : row.next_at
  return {
    id: row.id,
    type: typeOf(row.event as Event | 'test'),
    state: row.state,
    attempts: row.attempts,
    last_attempt_at: formatOptionalInstant(row.last_at),
    last_status: row.last_status,
    last_answer: row.last_answer,
    next_attempt_at: row.state === 'waiting' ? formatInstant(nextAt) : null,
    body: row.body,
    created_at: formatInstant(row.created_at),
  }
}
