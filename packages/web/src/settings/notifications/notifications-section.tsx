import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../design/button.tsx'
import { Tag } from '../../design/chip.tsx'
import { Ago, Instant } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { toastDone } from '../../interaction/toasts.tsx'
import { NotificationDialogs, type OpenDialog } from './notification-dialogs.tsx'
import { type Notification, type NotificationScope, notificationChanges, notificationsQuery } from './queries.ts'
import { eventsOf, kindWords } from './words.ts'

interface NotificationsSectionProps {
  readonly scope: NotificationScope
  readonly title: string
  readonly about: string
}

/** Lists notifications with their actions. For administrators. */
export function NotificationsSection({ scope, title, about }: NotificationsSectionProps) {
  const query = useQuery(notificationsQuery(scope))
  const [dialog, setDialog] = useState<OpenDialog | null>(null)
  const { data } = query
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="flex-1 text-16 font-semibold">{title}</h2>
        <Button onClick={() => setDialog({ kind: 'add' })}>Add a notification</Button>
      </div>
      <p className="max-w-[72ch] text-muted">{about}</p>
      <QueryPlaceholder query={query} what="the notifications" rows={2} />
      {data?.length === 0 && <p className="py-2 text-muted">Nobody is told yet.</p>}
      {data !== undefined && data.length > 0 && (
        <ul aria-label={title} className="rounded-surface border border-hairline bg-raised">
          {data.map((one) => (
            <Row key={one.id} scope={scope} notification={one} onOpen={setDialog} />
          ))}
        </ul>
      )}
      <NotificationDialogs scope={scope} dialog={dialog} onClose={() => setDialog(null)} />
    </section>
  )
}

interface RowProps {
  readonly scope: NotificationScope
  readonly notification: Notification
  readonly onOpen: (dialog: OpenDialog) => void
}

function Row({ scope, notification, onOpen }: RowProps) {
  const { id, kind, target, pipeline, enabled } = notification
  const changes = notificationChanges(useQueryClient(), scope.org)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-2 last:border-b-0">
      <div className="min-w-0 flex-1 basis-80">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Tag>{kindWords[kind] ?? kind}</Tag>
          <span className="min-w-0 break-all">
            <IsolatedText text={target} />
          </span>
        </p>
        <p className="text-13 text-muted">
          <IsolatedText text={eventsOf(notification)} />
          {pipeline != null && scope.slug === null && (
            <>
              {' · only pipeline '}
              <IsolatedText text={pipeline} />
            </>
          )}
          <Trouble notification={notification} />
        </p>
      </div>
      <span className="flex flex-wrap gap-1">
        {enabled ? (
          <Button
            look="quiet"
            aria-label={`Send a test to ${target}`}
            onClick={() => toastDone(changes.test(id), 'A test is on its way: see the log')}
          >
            Test
          </Button>
        ) : (
          <Button
            look="quiet"
            aria-label={`Switch on ${target}`}
            onClick={() => toastDone(changes.update(id, { enabled: true }), 'The notification is switched on')}
          >
            Switch on
          </Button>
        )}
        <Button look="quiet" aria-label={`Log of ${target}`} onClick={() => onOpen({ kind: 'log', notification })}>
          Log
        </Button>
        <Button look="quiet" aria-label={`Change ${target}`} onClick={() => onOpen({ kind: 'edit', notification })}>
          Change
        </Button>
        <Button look="quiet" aria-label={`Delete ${target}`} onClick={() => onOpen({ kind: 'delete', notification })}>
          Delete
        </Button>
      </span>
    </li>
  )
}

function Trouble({ notification: { enabled, disabled_at, failing_since } }: Pick<RowProps, 'notification'>) {
  if (!enabled)
    return (
      <span className="text-wait">
        {' · switched off '}
        <Ago at={disabled_at} />
      </span>
    )
  if (failing_since == null) return null
  return (
    <span className="text-fail">
      {' · not reached since '}
      <Instant at={failing_since} />
    </span>
  )
}
