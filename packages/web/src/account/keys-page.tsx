import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { AccountLayout } from './account-layout.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { KeyList } from './key-list.tsx'
import { Loaded } from './loaded.tsx'
import { keysQuery } from './queries.ts'

/** Keys for programs that act as their owner (web S4). */
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
      <Loaded query={keys} what="your API keys">
        {(data) =>
          data.length === 0 ? (
            <EmptyState title="No API keys yet">
              An API key gives a program the access that you choose. In a terminal, <code>hm login</code> needs no key.
            </EmptyState>
          ) : (
            <KeyList keys={data} />
          )
        }
      </Loaded>
      <KeyDialog open={isCreating} onClose={() => setCreating(false)} />
    </AccountLayout>
  )
}
