import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { Button } from '../../design/button.tsx'
import { Checkbox } from '../../design/checkbox.tsx'
import { ProblemNote } from '../../design/problem-note.tsx'
import { parkCliLogin } from '../queries.ts'
import { CliAfterwards, CliGrant } from './cli-grant.tsx'
import { type CliLogin, callbackAddress, matchingCode } from './cli-login.ts'

interface CliLoopbackProps {
  readonly user: Schema<'CurrentUserResponse'>
  readonly login: Extract<CliLogin, { readonly kind: 'loopback' }>
}

/** Signs in the terminal that waits on this machine, once it is clear that it is the right one (web A7). */
export function CliLoopback({ user, login }: CliLoopbackProps) {
  const [isMine, setMine] = useState(false)
  const park = useMutation({
    mutationFn: () => parkCliLogin(login.nonce),
    onSuccess: () => location.assign(callbackAddress(login)),
  })
  const { showsCode } = login
  return (
    <>
      <CliGrant user={user} />
      {showsCode ? (
        <Code nonce={login.nonce} />
      ) : (
        <>
          <p>
            The link in your terminal has the port <strong className="font-mono">{login.port}</strong>. If it has
            another one, you did not start this login: close this page.
          </p>
          <Checkbox
            label="I started this login on this computer just now"
            checked={isMine}
            onChange={setMine}
            disabled={park.isPending}
          />
        </>
      )}
      <Button
        look="primary"
        className="min-h-9 w-full"
        disabled={park.isPending || park.isSuccess}
        refused={showsCode || isMine ? null : 'Select the box above first'}
        onClick={() => park.mutate()}
      >
        {park.isSuccess ? 'Returning to the terminal…' : showsCode ? 'The codes match: sign in' : 'Sign in'}
      </Button>
      <ProblemNote error={park.error} />
      <CliAfterwards />
    </>
  )
}

function Code({ nonce }: { readonly nonce: string }) {
  return (
    <>
      <p>Does your terminal show this code?</p>
      <p
        data-testid="matching-code"
        className="rounded-surface border border-hairline bg-inset py-4 text-center font-mono text-28 font-semibold"
      >
        {matchingCode(nonce)}
      </p>
      <p className="text-muted">If it shows another code or none, someone else started this login: close this page.</p>
    </>
  )
}
