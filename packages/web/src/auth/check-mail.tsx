import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAuthConfig } from '../api/auth-config.ts'
import { serverNow, useNow } from '../api/clock.ts'
import { Button } from '../design/button.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ProblemNote } from '../design/problems.tsx'

interface CheckMailProps {
  readonly email: string
  /** Describes the sent link and its lifetime. */
  readonly what: string
  readonly send: () => Promise<unknown>
  /** Returns to the form. */
  readonly onOther: () => void
}

const againMs = 30_000

/** Shows the address that a mail was sent to, and help if it does not arrive. */
export function CheckMail({ email, what, send, onOther }: CheckMailProps) {
  const config = useAuthConfig()
  const [sentAt, setSentAt] = useState(serverNow)
  const again = useMutation({ mutationFn: send, onSuccess: () => setSentAt(serverNow()) })
  const seconds = Math.max(0, Math.ceil((sentAt + againMs - useNow()) / 1000))
  return (
    <>
      <p>
        {what} to <IsolatedText text={email} />. Open it in this browser.
      </p>
      {config?.mailbox === true && (
        <p>
          This server has no mail server. Its messages are{' '}
          <Link to="/mailbox" target="_blank" className="underline">
            in its mailbox
          </Link>
          .
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          onClick={() => again.mutate()}
          disabled={again.isPending}
          refused={seconds > 0 ? `You can resend it in ${seconds} s` : null}
        >
          {seconds > 0 ? `Resend in ${seconds} s` : 'Send again'}
        </Button>
        <Button look="quiet" onClick={onOther}>
          Use a different address
        </Button>
      </div>
      <ProblemNote error={again.error} />
    </>
  )
}
