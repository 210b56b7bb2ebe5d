import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { usePermission } from '../api/session.ts'
import { useSubmit } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Checkbox } from '../design/checkbox.tsx'
import { Field } from '../design/field.tsx'
import { FormButtons } from '../design/form-buttons.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { FormProblem } from '../design/problems.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { toast } from '../interaction/toasts.tsx'
import { deleteRegistry, registriesQuery, setRegistry } from './queries.ts'

type Registry = Schema<'Registry'>

type OpenDialog =
  | { readonly kind: 'set'; readonly registry: Registry | null }
  | { readonly kind: 'delete'; readonly host: string }

/** Lists the registries that runners log in to (web S12). A secret can be set but never read. */
export function RegistriesSection({ org }: { readonly org: string }) {
  const registries = useQuery(registriesQuery(org))
  const { data } = registries
  const refused = usePermission(org, 'secrets') ? null : `Only owners and admins of ${org} can change logins`
  const [dialog, setDialog] = useState<OpenDialog | null>(null)
  return (
    <section aria-label="Registries" className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="flex-1 text-16 font-semibold">Registries</h2>
        <Button refused={refused} onClick={() => setDialog({ kind: 'set', registry: null })}>
          Add a login
        </Button>
      </div>
      <p className="text-muted">
        Runners pull private images with these logins. No step sees them, and an image that needs one serves this
        organization alone.
      </p>
      <QueryPlaceholder query={registries} what="the registries" rows={1} label="Loading registries" />
      {data?.length === 0 && <p className="py-2 text-muted">No logins yet. Public images need none.</p>}
      {data !== undefined && data.length > 0 && (
        <ul aria-label="Registries" className="rounded-surface border border-hairline bg-raised">
          {data.map((registry) => (
            <RegistryRow
              key={registry.host}
              registry={registry}
              refused={refused}
              onReplace={() => setDialog({ kind: 'set', registry })}
              onDelete={() => setDialog({ kind: 'delete', host: registry.host })}
            />
          ))}
        </ul>
      )}
      <RegistryDialogs org={org} dialog={dialog} onClose={() => setDialog(null)} />
    </section>
  )
}

interface RegistryRowProps {
  readonly registry: Registry
  /** Why this person may not change it; null if they may. */
  readonly refused: string | null
  readonly onReplace: () => void
  readonly onDelete: () => void
}

function RegistryRow({
  registry: { host, username, forks, updated_at },
  refused,
  onReplace,
  onDelete,
}: RegistryRowProps) {
  return (
    <li className="flex min-h-row flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-1.5 last:border-b-0">
      <code className="min-w-0 flex-1 basis-40 font-mono break-all">{host}</code>
      <span className="text-13 text-muted">
        as <IsolatedText text={username} />
        {forks && ', forks too'} · set <Ago at={updated_at} />
      </span>
      <span className="flex gap-1">
        <Button look="quiet" refused={refused} aria-label={`Replace the login of ${host}`} onClick={onReplace}>
          Replace
        </Button>
        <Button look="quiet" refused={refused} aria-label={`Delete the login of ${host}`} onClick={onDelete}>
          Delete
        </Button>
      </span>
    </li>
  )
}

interface RegistryDialogsProps {
  readonly org: string
  readonly dialog: OpenDialog | null
  readonly onClose: () => void
}

function RegistryDialogs({ org, dialog, onClose }: RegistryDialogsProps) {
  const client = useQueryClient()
  const changed = async (message: string) => {
    await client.invalidateQueries({ queryKey: registriesQuery(org).queryKey })
    onClose()
    toast(message)
  }
  const deleting = dialog?.kind === 'delete' ? dialog.host : ''
  const replaced = dialog?.kind === 'set' ? dialog.registry : null
  return (
    <>
      <Dialog
        open={dialog?.kind === 'set'}
        onClose={onClose}
        title={replaced === null ? 'Add the login of a registry' : `Replace the login of ${replaced.host}`}
      >
        {dialog?.kind === 'set' && (
          <RegistryForm
            org={org}
            registry={dialog.registry}
            onClose={onClose}
            onSet={(host) => changed(`The login of ${host} is set`)}
          />
        )}
      </Dialog>
      <ConfirmDialog
        open={dialog?.kind === 'delete'}
        onClose={onClose}
        title={`Delete the login of ${deleting}?`}
        confirm="Delete the login"
        onConfirm={async () => {
          await deleteRegistry(org, deleting)
          await changed(`The login of ${deleting} is deleted`)
        }}
      >
        <p>Steps that need its private images will fail.</p>
      </ConfirmDialog>
    </>
  )
}

interface RegistryFormProps {
  readonly org: string
  /** The login to replace; null for a new login. */
  readonly registry: Registry | null
  readonly onClose: () => void
  readonly onSet: (host: string) => Promise<void>
}

function RegistryForm({ org, registry, onClose, onSet }: RegistryFormProps) {
  const [host, setHost] = useState(registry?.host ?? '')
  const [username, setUsername] = useState(registry?.username ?? '')
  const [secret, setSecret] = useState('')
  const [forks, setForks] = useState(registry?.forks ?? false)
  const { submit, isBusy, problem } = useSubmit(async () => {
    await setRegistry(org, host, { username, secret, forks })
    await onSet(host)
  })
  const plain = { autoComplete: 'off', autoCapitalize: 'off', spellCheck: false } as const
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 pb-4">
      <FormProblem problem={problem} fields={['host', 'username', 'secret']} />
      {registry === null && (
        <Field
          label="Registry"
          required
          value={host}
          onChange={({ target }) => setHost(target.value)}
          problem={problem?.fields.host}
          placeholder="ghcr.io"
          hint="As at the beginning of an image name, including the port. Docker Hub is docker.io."
          {...plain}
        />
      )}
      <Field
        label="User"
        required
        value={username}
        onChange={({ target }) => setUsername(target.value)}
        problem={problem?.fields.username}
        {...plain}
      />
      <Field
        label="Password or token"
        type="password"
        required
        value={secret}
        onChange={({ target }) => setSecret(target.value)}
        problem={problem?.fields.secret}
        hint="Stored encrypted and never shown again. Pull access is enough."
        autoComplete="new-password"
      />
      <Checkbox
        label="Builds of forks pull with it too"
        hint="Anyone who can open a pull request can then read these images."
        checked={forks}
        onChange={setForks}
      />
      <FormButtons does={registry === null ? 'Add login' : 'Replace login'} isBusy={isBusy} onClose={onClose} />
    </form>
  )
}
