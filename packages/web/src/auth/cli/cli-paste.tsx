import { useMutation } from '@tanstack/react-query'
import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import { serverNow, useNow } from '../../api/clock.ts'
import type { Schema } from '../../api/schemas.ts'
import { copyText } from '../../browser/clipboard.ts'
import { Button } from '../../design/button.tsx'
import { ProblemNote } from '../../design/problems.tsx'
import { newCliCode } from '../queries.ts'
import { CliAfterwards, CliGrant } from './cli-grant.tsx'
import { groupsOfFour } from './cli-login.ts'

const lifeMs = 5 * 60_000

/** Shows a code for a terminal that this browser cannot reach (web A8). */
export function CliPaste({ user }: { readonly user: Schema<'CurrentUserResponse'> }) {
  const get = useMutation({
    // Counts from before the request, so that the shown time never exceeds the real one.
    mutationFn: async () => {
      const until = serverNow() + lifeMs
      return { code: (await newCliCode()).code, until }
    },
  })
  return (
    <>
      <CliGrant user={user} />
      {get.data === undefined ? (
        <p>The code signs in the terminal in which you enter it. Do not share it.</p>
      ) : (
        <CodeToType key={get.data.code} {...get.data} />
      )}
      <Button
        look={get.data === undefined ? 'primary' : 'plain'}
        className="min-h-9 w-full"
        disabled={get.isPending}
        onClick={() => get.mutate()}
      >
        {get.data === undefined ? 'Show a code' : 'New code'}
      </Button>
      <ProblemNote error={get.error} />
      <CliAfterwards />
    </>
  )
}

function CodeToType({ code, until }: { readonly code: string; readonly until: number }) {
  const left = Math.max(0, Math.ceil((until - useNow()) / 1000))
  if (left === 0) return <p role="status">The code has expired. Get a new one.</p>
  return (
    <>
      <p>Paste it into the terminal that asks for it:</p>
      <CodeToCopy code={code} />
      <p className="tabular text-muted">
        Good for {Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}, once.
      </p>
    </>
  )
}

function CodeToCopy({ code }: { readonly code: string }) {
  const shown = useRef<HTMLElement>(null)
  const [announcement, setAnnouncement] = useState('')
  const copy = async () => {
    const isCopied = await copyText(code)
    if (!isCopied && shown.current !== null) getSelection()?.selectAllChildren(shown.current)
    setAnnouncement(isCopied ? 'Copied' : 'Selected. Copy it with your keyboard')
  }
  return (
    <div className="flex items-stretch rounded-surface border border-hairline bg-inset">
      {/* The gaps are margins, so that the selected text has no spaces. */}
      <code ref={shown} className="flex flex-1 flex-wrap justify-center py-4 font-mono text-20 font-semibold">
        {groupsOfFour(code).map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups may be equal, and never move
          <span key={index} className="mx-1.5">
            {group}
          </span>
        ))}
      </code>
      <button
        type="button"
        onClick={copy}
        aria-label="Copy the code"
        className="inline-flex min-w-11 items-center justify-center border-l border-hairline hover:bg-sunk"
      >
        {announcement === 'Copied' ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      </button>
      <span role="status" className="sr-only">
        {announcement}
      </span>
    </div>
  )
}
