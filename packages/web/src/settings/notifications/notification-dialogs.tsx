import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSubmit } from '../../api/use-submit.ts'
import { Button } from '../../design/button.tsx'
import { CopyField } from '../../design/copy-field.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { ConfirmDialog } from '../../design/overlays/confirm-dialog.tsx'
import { Dialog } from '../../design/overlays/dialog.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { toast } from '../../interaction/toasts.tsx'
import { DeliveryLog } from './delivery-log.tsx'
import { AddForm, ChangeForm } from './notification-form.tsx'
import { type Notification, type NotificationScope, notificationChanges } from './queries.ts'

export type OpenDialog =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit' | 'log' | 'delete'; readonly notification: Notification }

interface NotificationDialogsProps {
  readonly scope: NotificationScope
  readonly dialog: OpenDialog | null
  readonly onClose: () => void
}

export function NotificationDialogs({ scope, dialog, onClose }: NotificationDialogsProps) {
  const changes = notificationChanges(useQueryClient(), scope.org)
  const done = (message: string) => {
    onClose()
    toast(message)
  }
  return (
    <>
      <Dialog open={dialog?.kind === 'add'} onClose={onClose} title="Add a notification">
        {dialog?.kind === 'add' && (
          <Add scope={scope} onClose={onClose} onAdded={() => done('The notification is added')} />
        )}
      </Dialog>
      <Dialog open={dialog?.kind === 'edit'} onClose={onClose} title="Change a notification">
        {dialog?.kind === 'edit' && (
          <div className="flex flex-col gap-4 pb-4">
            <Target notification={dialog.notification} />
            <ChangeForm
              notification={dialog.notification}
              onClose={onClose}
              onChange={async (body) => {
                await changes.update(dialog.notification.id, body)
                done('The notification is changed')
              }}
            />
            {dialog.notification.kind === 'webhook' && <Rotate org={scope.org} id={dialog.notification.id} />}
          </div>
        )}
      </Dialog>
      <Dialog open={dialog?.kind === 'log'} onClose={onClose} title="What was sent" wide>
        {dialog?.kind === 'log' && (
          <>
            <Target notification={dialog.notification} />
            <DeliveryLog org={scope.org} notification={dialog.notification} />
          </>
        )}
      </Dialog>
      <ConfirmDialog
        open={dialog?.kind === 'delete'}
        onClose={onClose}
        title="Delete this notification?"
        confirm="Delete"
        onConfirm={async () => {
          if (dialog?.kind !== 'delete') return
          await changes.remove(dialog.notification.id)
          done('The notification is deleted')
        }}
      >
        {dialog?.kind === 'delete' && <Target notification={dialog.notification} />}
        <p>Nothing more is sent to it. Its log is removed, and what still waits is not sent.</p>
      </ConfirmDialog>
    </>
  )
}

/** Names the receiver of a notification, whose address may be too long for a title. */
function Target({ notification: { target } }: { readonly notification: Notification }) {
  return (
    <p className="break-all text-muted">
      <IsolatedText text={target} />
    </p>
  )
}

interface AddProps {
  readonly scope: NotificationScope
  readonly onClose: () => void
  readonly onAdded: () => void
}

/** Adds a notification, and shows the secret of a webhook once. */
function Add({ scope, onClose, onAdded }: AddProps) {
  const changes = notificationChanges(useQueryClient(), scope.org)
  // The secret stays in this dialog and is never cached.
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) return <Secret secret={secret} onClose={onClose} />
  return (
    <AddForm
      org={scope.org}
      onClose={onClose}
      onAdd={async (body) => {
        const made = await changes.create({ ...body, ...(scope.slug === null ? {} : { pipeline: scope.slug }) })
        if (made.secret == null) onAdded()
        else setSecret(made.secret)
      }}
    />
  )
}

function Secret({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  return (
    <div className="flex flex-col gap-3 pb-5">
      <p>
        Every message is signed with this secret, as Standard Webhooks describes. Your receiver needs it to check them.
        It is not shown again.
      </p>
      <CopyField label="the secret" text={secret} />
      <p className="text-13 text-muted">
        <a href="/docs/notifications" className="underline">
          How to check the signature
        </a>
      </p>
      <div className="flex justify-end">
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}

/** Replaces the secret of a webhook, and shows the new one once. */
function Rotate({ org, id }: { readonly org: string; readonly id: string }) {
  const changes = notificationChanges(useQueryClient(), org)
  const [secret, setSecret] = useState<string | null>(null)
  const { submit, isBusy, error } = useSubmit(async () => setSecret(await changes.rotate(id)))
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 border-t border-hairline pt-4">
      <h3 className="font-semibold">Secret</h3>
      <p className="text-13 text-muted">
        For a day after a change, messages have the signatures of both secrets, so that your receiver misses none.
      </p>
      {secret === null ? (
        <div>
          <Button type="submit" aria-disabled={isBusy}>
            Make a new secret
          </Button>
        </div>
      ) : (
        <CopyField label="the new secret" text={secret} />
      )}
      <ProblemNote error={error} />
    </form>
  )
}
