import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { usePermission } from '../../api/session.ts'
import { Button } from '../../design/button.tsx'
import { Ago } from '../../design/instant.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { ConfirmDialog } from '../../design/overlays/confirm-dialog.tsx'
import { Dialog } from '../../design/overlays/dialog.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { toast } from '../../interaction/toasts.tsx'
import { SecretForm } from './secret-form.tsx'
import { deleteSecret, type SecretScope, secretsQuery } from './secret-queries.ts'

interface SecretsSectionProps {
  readonly scope: SecretScope
  readonly title: string
  /** Names the readers of these secrets. */
  readonly about: string
}

type OpenDialog =
  | { readonly kind: 'set'; readonly secret: Schema<'Secret'> | null }
  | { readonly kind: 'delete'; readonly name: string }

/** Lists secrets by name. A value can be set but never read. */
export function SecretsSection({ scope, title, about }: SecretsSectionProps) {
  const secrets = useQuery(secretsQuery(scope))
  const { data } = secrets
  const refused = usePermission(scope.org, 'secrets')
    ? null
    : `Only owners and admins of ${scope.org} can change secrets`
  const [dialog, setDialog] = useState<OpenDialog | null>(null)
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="flex-1 text-16 font-semibold">{title}</h2>
        <Button refused={refused} onClick={() => setDialog({ kind: 'set', secret: null })}>
          Add a secret
        </Button>
      </div>
      <p className="text-muted">{about}</p>
      <QueryPlaceholder query={secrets} what="the secrets" rows={2} label="Loading secrets" />
      {data?.length === 0 && (
        <p className="py-2 text-muted">No secrets yet. A step gets a secret only if the pipeline names it.</p>
      )}
      {data !== undefined && data.length > 0 && (
        <ul aria-label={title} className="rounded-surface border border-hairline bg-raised">
          {data.map((secret) => (
            <SecretRow
              key={secret.name}
              secret={secret}
              refused={refused}
              onReplace={() => setDialog({ kind: 'set', secret })}
              onDelete={() => setDialog({ kind: 'delete', name: secret.name })}
            />
          ))}
        </ul>
      )}
      <SecretDialogs scope={scope} dialog={dialog} onClose={() => setDialog(null)} />
    </section>
  )
}

interface SecretRowProps {
  readonly secret: Schema<'Secret'>
  /** Why this person may not change it; null if they may. */
  readonly refused: string | null
  readonly onReplace: () => void
  readonly onDelete: () => void
}

function SecretRow({ secret, refused, onReplace, onDelete }: SecretRowProps) {
  return (
    <li className="flex min-h-row flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-1.5 last:border-b-0">
      <code className="min-w-0 flex-1 basis-40 font-mono break-all">{secret.name}</code>
      <span className="text-13 text-muted">
        {limitsOf(secret) !== '' && (
          <>
            <IsolatedText text={limitsOf(secret)} /> ·{' '}
          </>
        )}
        set <Ago at={secret.updated_at} />
      </span>
      <span className="flex gap-1">
        <Button look="quiet" refused={refused} aria-label={`Replace ${secret.name}`} onClick={onReplace}>
          Replace
        </Button>
        <Button look="quiet" refused={refused} aria-label={`Delete ${secret.name}`} onClick={onDelete}>
          Delete
        </Button>
      </span>
    </li>
  )
}

interface SecretDialogsProps {
  readonly scope: SecretScope
  readonly dialog: OpenDialog | null
  readonly onClose: () => void
}

/** Sets or deletes a secret. */
function SecretDialogs({ scope, dialog, onClose }: SecretDialogsProps) {
  const client = useQueryClient()
  const changed = async (message: string) => {
    await client.invalidateQueries({ queryKey: secretsQuery(scope).queryKey })
    onClose()
    toast(message)
  }
  const deleting = dialog?.kind === 'delete' ? dialog.name : ''
  return (
    <>
      <Dialog
        open={dialog?.kind === 'set'}
        onClose={onClose}
        title={dialog?.kind === 'set' && dialog.secret !== null ? `Replace ${dialog.secret.name}` : 'Add a secret'}
      >
        {dialog?.kind === 'set' && (
          <SecretForm
            scope={scope}
            secret={dialog.secret}
            onClose={onClose}
            onSet={(name) => changed(`${name} is set`)}
          />
        )}
      </Dialog>
      <ConfirmDialog
        open={dialog?.kind === 'delete'}
        onClose={onClose}
        title={`Delete ${deleting}?`}
        confirm={`Delete ${deleting}`}
        onConfirm={async () => {
          await deleteSecret(scope, deleting)
          await changed(`${deleting} is deleted`)
        }}
      >
        <p>Steps that need it will fail. The value cannot be recovered.</p>
      </ConfirmDialog>
    </>
  )
}

/** Describes the builds that get it; empty for all. */
function limitsOf({ branches, events, uploads = false }: Schema<'Secret'>): string {
  return [
    ...(branches === null ? [] : [`branches ${branches.join(', ')}`]),
    ...(events === null ? [] : [`on ${events.join(', ')}`]),
    ...(uploads && (branches !== null || events !== null) ? ['uploads too'] : []),
  ].join(', ')
}
