import { useMutation } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { Button } from '../design/button.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { AuthPage } from './auth-page.tsx'
import { useLinkToken } from './link-token.ts'

/**
 * Unsubscribes from a notification's emails after the reader confirms, because programs also open
 * links.
 */
export function UnsubscribePage() {
  const token = useLinkToken('unsubscribe')
  const end = useMutation({
    mutationFn: (token: string) => answer(client.POST('/api/v0/unsubscribe', { params: { query: { token } } })),
  })
  if (token === null)
    return (
      <AuthPage title="Unsubscribe" heading="Unsubscribe">
        <p>The link is incomplete. Open it again from the mail that you received.</p>
      </AuthPage>
    )
  if (end.isSuccess)
    return (
      <AuthPage title="Unsubscribe" heading="You will get no more of these emails">
        <p>An administrator of the organization can add you again.</p>
      </AuthPage>
    )
  return (
    <AuthPage title="Unsubscribe" heading="Unsubscribe">
      <p>This ends the mails of the notification whose link you opened. Other mails of Harmont still reach you.</p>
      <Button look="primary" className="min-h-9 w-full" disabled={end.isPending} onClick={() => end.mutate(token)}>
        {end.isPending ? 'Working…' : 'Stop sending me these emails'}
      </Button>
      <ProblemNote error={end.error} />
    </AuthPage>
  )
}
