import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { Ago, Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { QueryPlaceholder } from '../design/query-placeholder.tsx'
import { Table, Td } from '../design/table.tsx'
import { toast } from '../interaction/toasts.tsx'
import { audience, usesOf } from './facts.ts'
import { type RunnerKey, runnerChanges, runnerKeysQuery, type Scope } from './queries.ts'

interface RunnerKeysProps {
  readonly org: string
  readonly scope: Scope
}

/** Lists the keys with which runners may still join. */
export function RunnerKeys({ org, scope }: RunnerKeysProps) {
  const query = useQuery(runnerKeysQuery(org, scope))
  const changes = runnerChanges(useQueryClient(), org)
  const [revoking, setRevoking] = useState<RunnerKey | null>(null)
  const keys = query.data?.data
  return (
    <section aria-labelledby="runner-keys" className="pt-4 pb-6">
      <h2 id="runner-keys" className="px-4 text-16 font-semibold">
        Keys to join
      </h2>
      <QueryPlaceholder query={query} what="the keys for runners" rows={2} />
      {keys?.length === 0 && (
        <p className="px-4 py-2 text-muted">No runner can join at present. “Add a runner” makes a key.</p>
      )}
      {keys !== undefined && keys.length > 0 && (
        <Table
          caption="Keys with which runners join, newest first"
          columns={['Pool', 'Used', 'Made', 'Ends', { name: 'Actions', isSpokenOnly: true, numeric: true }]}
        >
          <tbody>
            {keys.map((key) => (
              <KeyRow key={key.id} org={org} runnerKey={key} onRevoke={() => setRevoking(key)} />
            ))}
          </tbody>
        </Table>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={revoking === null ? '' : `Revoke this key of the pool ${revoking.pool}?`}
        confirm="Revoke"
        onConfirm={async () => {
          if (revoking === null) return
          await changes.revokeKey(revoking.id)
          toast('The key was revoked')
        }}
      >
        <p>No runner joins with it any more. Runners that have joined stay, each with its own key pair.</p>
      </ConfirmDialog>
    </section>
  )
}

interface KeyRowProps {
  readonly org: string
  readonly runnerKey: RunnerKey
  readonly onRevoke: () => void
}

function KeyRow({ org, runnerKey, onRevoke }: KeyRowProps) {
  const { pool, labels, organizations, secrets, made_by, created_at, expires_at } = runnerKey
  return (
    <tr>
      <Td>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-semibold">
            <IsolatedText text={pool} />
          </span>
          {(labels ?? []).map((label) => (
            <Tag key={label}>
              <IsolatedText text={label} />
            </Tag>
          ))}
        </div>
        <p className="text-13 text-muted">
          For <IsolatedText text={audience(organizations, org)} />
          {!secrets && ', without secrets'}
          {made_by != null && (
            <>
              , by <IsolatedText text={made_by} />
            </>
          )}
        </p>
      </Td>
      <Td>{usesOf(runnerKey)}</Td>
      <Td label="Made">
        <Ago at={created_at} />
      </Td>
      <Td label="Ends">{expires_at == null ? 'never' : <Instant at={expires_at} />}</Td>
      <Td numeric>
        <Button look="quiet" aria-label={`Revoke a key of the pool ${pool}`} onClick={onRevoke}>
          Revoke
        </Button>
      </Td>
    </tr>
  )
}
