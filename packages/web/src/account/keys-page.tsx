import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeySquare } from 'lucide-react'
import { useState } from 'react'
import { useNow } from '../api/clock.ts'
import type { Schema } from '../api/schemas.ts'
import { Button } from '../design/button.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { toast } from '../interaction/toasts.tsx'
import { showInvisible } from '../text/escape.ts'
import { AccountLayout } from './account-layout.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { expiryOf } from './key-facts.ts'
import { accountChanges, keysQuery } from './queries.ts'
import { QueryContent } from './query-content.tsx'
import { Row, Rows } from './row.tsx'

/** Shows the keys of programs that act as their owner (web S4). */
export function KeysPage() {
  const keys = useQuery(keysQuery)
  const [isCreating, setCreating] = useState(false)
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      Create a key
    </Button>
  )
  return (
    <AccountLayout title="API keys" actions={create}>
      <QueryContent query={keys} what="your API keys">
        {(data) =>
          data.length === 0 ? (
            <EmptyState title="No API keys yet">
              An API key gives a program the access that you choose. In a terminal, <code>hm login</code> needs no key.
            </EmptyState>
          ) : (
            <KeyList keys={data} />
          )
        }
      </QueryContent>
      <KeyDialog open={isCreating} onClose={() => setCreating(false)} />
    </AccountLayout>
  )
}

type Key = Schema<'ApiToken'>

const nameOf = ({ description }: Key) => description ?? 'Unnamed key'

/** Lists every key, newest first, with its scopes, organizations, expiry and last use. */
function KeyList({ keys }: { readonly keys: readonly Key[] }) {
  const changes = accountChanges(useQueryClient())
  const [revoking, setRevoking] = useState<Key | null>(null)
  return (
    <>
      <Rows label="API keys">
        {keys.map((key) => (
          <Row
            key={key.id}
            icon={<KeySquare size={16} />}
            name={<IsolatedText text={nameOf(key)} />}
            facts={[
              `access: ${key.scopes?.join(', ') ?? 'everything'}`,
              key.organizations == null ? 'in all organizations' : `in ${key.organizations.join(', ')}`,
              <Expiry key="expiry" at={key.expires_at} />,
              key.last_used_at == null ? (
                'never used'
              ) : (
                <span key="used">
                  last used <Ago at={key.last_used_at} />
                </span>
              ),
            ]}
            actions={
              <Button aria-label={`Revoke ${showInvisible(nameOf(key))}`} onClick={() => setRevoking(key)}>
                Revoke
              </Button>
            }
          />
        ))}
      </Rows>
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={revoking === null ? '' : `Revoke ${showInvisible(nameOf(revoking))}?`}
        confirm="Revoke"
        onConfirm={async () => {
          if (revoking === null) return
          await changes.revokeKey(revoking.id)
          toast(`${showInvisible(nameOf(revoking))} was revoked`)
        }}
      >
        <p>Programs that use it lose access at once. This cannot be undone.</p>
      </ConfirmDialog>
    </>
  )
}

function Expiry({ at }: { readonly at: string | null | undefined }) {
  const { text, isWarned } = expiryOf(at, useNow())
  return <span className={isWarned ? 'text-wait' : ''}>{text}</span>
}
