import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../api/session.ts'
import { deviceName } from '../browser/device-name.ts'
import { Button } from '../design/button.tsx'
import { Notice } from '../design/notice.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { toast } from '../interaction/toasts.tsx'
import { PasskeyNotice } from '../passkeys/passkey-notice.tsx'
import { usePasskeyBarrier } from '../passkeys/use-barrier.ts'
import { AccountLayout } from './account-layout.tsx'
import { NicknameDialog } from './nickname-dialog.tsx'
import { PasskeyList } from './passkey-list.tsx'
import { accountChanges, passkeysQuery } from './queries.ts'
import { QueryContent } from './query-content.tsx'

/** Lists the passkeys of the account (web S3). */
export function PasskeysPage() {
  const barrier = usePasskeyBarrier()
  const { user } = useSession()
  const passkeys = useQuery(passkeysQuery)
  const [isAdding, setAdding] = useState(false)
  const add = useAddPasskey()
  return (
    <AccountLayout
      title="Passkeys"
      actions={
        barrier === null && (
          <Button look="primary" onClick={() => setAdding(true)}>
            Add a passkey
          </Button>
        )
      }
    >
      <div className="flex max-w-[72ch] flex-col gap-3 px-4 py-4">
        <p className="text-muted">
          A passkey signs you in with the screen lock of your device: fingerprint, face or PIN. There is no password.
        </p>
        {barrier !== null && <PasskeyNotice barrier={barrier} email={user.email} />}
        {barrier === null && passkeys.data?.length === 1 && <SecondPasskey />}
      </div>
      <QueryContent query={passkeys} what="your passkeys">
        {(data) =>
          data.length === 0 ? (
            <EmptyState title="No passkeys yet">
              You signed in without a passkey. Add one so that you can sign in again.
            </EmptyState>
          ) : (
            <PasskeyList passkeys={data} />
          )
        }
      </QueryContent>
      <NicknameDialog
        open={isAdding}
        onClose={() => setAdding(false)}
        title="Add a passkey"
        proposed={add.proposed}
        confirm="Create passkey"
        onSave={add.run}
      />
    </AccountLayout>
  )
}

function SecondPasskey() {
  return (
    <Notice title="Add a second passkey">
      <p>
        If you lose this device, you can still sign in with a passkey on a phone, another computer or a security key.
      </p>
    </Notice>
  )
}

/**
 * Returns the proposed name of a passkey, and `run`, which creates the passkey; false: the person
 * canceled.
 */
function useAddPasskey() {
  const changes = accountChanges(useQueryClient())
  return {
    proposed: deviceName(navigator.userAgent) ?? 'Passkey',
    run: async (nickname: string): Promise<boolean> => {
      const isAdded = await changes.addPasskey(nickname)
      if (isAdded) toast(`The passkey ${nickname} was added`)
      return isAdded
    },
  }
}
