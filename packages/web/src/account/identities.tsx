import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link2 } from 'lucide-react'
import { useState } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { type ProviderName, providerAddress, providerTitle } from '../api/providers.ts'
import type { Schema } from '../api/schemas.ts'
import { Button, buttonClass } from '../design/button.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { accountChanges, identitiesQuery, passkeysQuery } from './queries.ts'
import { QueryContent } from './query-content.tsx'
import { Row, Rows } from './row.tsx'
import { removalRefusal } from './sign-in-methods.ts'

/** Lists the accounts at providers that sign in to this account (web S3). */
export function Identities() {
  const identities = useQuery(identitiesQuery)
  return (
    <section className="border-t border-hairline">
      <h2 className="px-4 pt-6 text-16 font-semibold">Linked accounts</h2>
      <p className="max-w-[72ch] px-4 pt-1 pb-3 text-muted">
        You can sign in with a linked account. Linking GitHub also shows which repositories you can connect.
      </p>
      {/* Reserves one line's height from the start, so that the content below does not move. */}
      <div className="min-h-11">
        <QueryContent query={identities} what="your linked accounts" rows={1}>
          {(linked) => <Linked linked={linked} />}
        </QueryContent>
      </div>
    </section>
  )
}

function Linked({ linked }: { readonly linked: readonly Schema<'Identity'>[] }) {
  const passkeys = useQuery(passkeysQuery)
  const changes = accountChanges(useQueryClient())
  const [unlinking, setUnlinking] = useState<ProviderName | null>(null)
  const refused = removalRefusal(passkeys.data?.length, linked.length)
  const title = unlinking === null ? '' : providerTitle(unlinking)
  return (
    <>
      <Rows label="Linked accounts">
        {linked.map(({ provider, name, email, created_at }) => (
          <Row
            key={`${provider} ${created_at}`}
            icon={<Link2 size={16} />}
            name={providerTitle(provider)}
            facts={[
              <IsolatedText key="name" text={name ?? email ?? 'unnamed account'} />,
              <span key="since">
                linked <Ago at={created_at} />
              </span>,
            ]}
            actions={
              <Button refused={refused} onClick={() => setUnlinking(provider)}>
                Unlink {providerTitle(provider)}
              </Button>
            }
          />
        ))}
      </Rows>
      <Linkable linked={linked} />
      <ConfirmDialog
        open={unlinking !== null}
        onClose={() => setUnlinking(null)}
        title={`Unlink ${title}?`}
        confirm={`Unlink ${title}`}
        onConfirm={async () => {
          if (unlinking !== null) await changes.unlink(unlinking)
        }}
      >
        <p>You can no longer sign in with it. Sessions started with it end, including this one if it is among them.</p>
      </ConfirmDialog>
    </>
  )
}

/** Offers the server's providers that are not linked yet. */
function Linkable({ linked }: { readonly linked: readonly Schema<'Identity'>[] }) {
  const config = useAuthConfig()
  const names = config?.providers.map(({ name }) => name) ?? []
  const open = names.filter((name) => linked.every(({ provider }) => provider !== name))
  if (names.length === 0 && linked.length === 0)
    return <p className="px-4 pb-6 text-muted">This server has no sign-in provider.</p>
  return (
    <div className="flex flex-wrap gap-2 px-4 pt-3 pb-6">
      {open.map((name) => (
        <a key={name} href={providerAddress(name, '/account', { link: true })} className={buttonClass()}>
          Link your {providerTitle(name)} account
        </a>
      ))}
    </div>
  )
}
