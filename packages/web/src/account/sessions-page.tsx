import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Globe, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import type { Schema } from '../api/schemas.ts'
import { deviceName } from '../browser/device-name.ts'
import { Button } from '../design/button.tsx'
import { Tag } from '../design/chip.tsx'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { toast } from '../interaction/toasts.tsx'
import { AccountLayout } from './account-layout.tsx'
import { accountChanges, sessionsQuery } from './queries.ts'
import { QueryContent } from './query-content.tsx'
import { Row, Rows } from './row.tsx'

type Session = Schema<'Session'>

/** Lists the browsers and terminals that are signed in (web S5). */
export function SessionsPage() {
  const sessions = useQuery(sessionsQuery)
  const changes = accountChanges(useQueryClient())
  const [isEndingOthers, setEndingOthers] = useState(false)
  const isAlone = sessions.data?.every(({ current }) => current) ?? true
  return (
    <AccountLayout
      title="Sessions"
      actions={
        <Button refused={isAlone ? 'There are no other sessions' : null} onClick={() => setEndingOthers(true)}>
          End all others
        </Button>
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-muted">
        Browsers and terminals that are signed in as you. End any that you do not recognize, then check your passkeys
        and API keys.
      </p>
      <QueryContent query={sessions} what="your sessions">
        {(data) => <SessionList sessions={data} />}
      </QueryContent>
      <ConfirmDialog
        open={isEndingOthers}
        onClose={() => setEndingOthers(false)}
        title="End all other sessions?"
        confirm="End all others"
        onConfirm={async () => {
          await changes.endOtherSessions()
          toast('Ended all other sessions')
        }}
      >
        <p>Other browsers and terminals must sign in again. API keys keep working.</p>
      </ConfirmDialog>
    </AccountLayout>
  )
}

function SessionList({ sessions }: { readonly sessions: readonly Session[] }) {
  const changes = accountChanges(useQueryClient())
  const [ending, setEnding] = useState<Session | null>(null)
  return (
    <>
      <Rows label="Sessions">
        {sessions.map((session) => (
          <Row
            key={session.id}
            icon={session.kind === 'cli' ? <SquareTerminal size={16} /> : <Globe size={16} />}
            name={<IsolatedText text={nameOf(session)} />}
            tags={
              <>
                <Tag>{session.kind === 'cli' ? 'terminal' : session.kind === 'web' ? 'browser' : session.kind}</Tag>
                {session.current && <Tag>this session</Tag>}
              </>
            }
            facts={factsOf(session)}
            actions={
              <Button
                aria-label={session.current ? 'End this session' : `End the session of ${nameOf(session)}`}
                onClick={() => setEnding(session)}
              >
                End
              </Button>
            }
          />
        ))}
      </Rows>
      <ConfirmDialog
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={ending?.current === true ? 'Sign out here?' : 'End this session?'}
        confirm={ending?.current === true ? 'Sign out' : 'End session'}
        onConfirm={async () => {
          if (ending !== null) await changes.endSession(ending.id)
        }}
      >
        <p>{ending === null ? '' : `${nameOf(ending)} must sign in again.`}</p>
      </ConfirmDialog>
    </>
  )
}

function nameOf({ user_agent, kind }: Session): string {
  return deviceName(user_agent) ?? (kind === 'cli' ? 'Terminal' : 'Unknown browser')
}

function factsOf({ ip, created_at, last_used_at }: Session) {
  return [
    <span key="from">from {ip ?? 'unknown address'}</span>,
    <span key="started">
      started <Ago at={created_at} />
    </span>,
    <span key="seen">
      last seen <Ago at={last_used_at} />
    </span>,
  ]
}
