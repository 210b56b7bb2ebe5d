import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { Button } from '../design/button.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { showInvisible } from '../text/escape.ts'
import { NicknameDialog } from './nickname-dialog.tsx'
import { accountChanges, identitiesQuery } from './queries.ts'
import { Row, Rows } from './row.tsx'
import { removalRefusal } from './sign-in-methods.ts'

type Passkey = Schema<'Passkey'>

const nameOf = ({ nickname }: Passkey) => nickname ?? 'Passkey'

/** Lists every passkey, newest first. Each can be renamed or removed. */
export function PasskeyList({ passkeys }: { readonly passkeys: readonly Passkey[] }) {
  const identities = useQuery(identitiesQuery)
  const changes = accountChanges(useQueryClient())
  const [renaming, setRenaming] = useState<Passkey | null>(null)
  const [removing, setRemoving] = useState<Passkey | null>(null)
  const refused = removalRefusal(passkeys.length, identities.data?.length)
  return (
    <>
      <Rows label="Passkeys">
        {passkeys.map((passkey) => (
          <PasskeyRow
            key={passkey.uuid}
            passkey={passkey}
            refused={refused}
            onRename={() => setRenaming(passkey)}
            onRemove={() => setRemoving(passkey)}
          />
        ))}
      </Rows>
      {refused !== null && identities.data !== undefined && <p className="px-4 py-3 text-13 text-muted">{refused}</p>}
      <NicknameDialog
        open={renaming !== null}
        onClose={() => setRenaming(null)}
        title="Rename the passkey"
        proposed={renaming === null ? '' : nameOf(renaming)}
        confirm="Save"
        onSave={async (nickname) => {
          if (renaming !== null) await changes.renamePasskey(renaming.uuid, nickname)
          return true
        }}
      />
      <ConfirmDialog
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={removing === null ? '' : `Remove ${showInvisible(nameOf(removing))}?`}
        confirm="Remove"
        onConfirm={async () => {
          if (removing !== null) await changes.removePasskey(removing.uuid)
        }}
      >
        <p>You can no longer sign in with it. Sessions started with it end, including this one if it is among them.</p>
      </ConfirmDialog>
    </>
  )
}

interface PasskeyRowProps {
  readonly passkey: Passkey
  /** Why the passkey cannot be removed; null if it can. */
  readonly refused: string | null
  readonly onRename: () => void
  readonly onRemove: () => void
}

function PasskeyRow({ passkey, refused, onRename, onRemove }: PasskeyRowProps) {
  return (
    <Row
      icon={<KeyRound size={16} />}
      name={<IsolatedText text={nameOf(passkey)} />}
      facts={[
        <span key="added">
          added <Ago at={passkey.created_at} />
        </span>,
        passkey.last_used_at == null ? (
          'never used to sign in'
        ) : (
          <span key="used">
            last used <Ago at={passkey.last_used_at} />
          </span>
        ),
      ]}
      actions={
        <>
          <Button aria-label={`Rename ${showInvisible(nameOf(passkey))}`} onClick={onRename}>
            Rename
          </Button>
          <Button aria-label={`Remove ${showInvisible(nameOf(passkey))}`} refused={refused} onClick={onRemove}>
            Remove
          </Button>
        </>
      }
    />
  )
}
