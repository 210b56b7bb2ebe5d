import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { usePermission } from '../api/session.ts'
import { Button, type ButtonLook } from '../design/button.tsx'
import { toast } from '../interaction/toasts.tsx'

interface GoToForgeProps {
  readonly org: string
  /** The forge's name, as people write it. */
  readonly title: string
  readonly label?: string
  readonly look?: ButtonLook
  /**
   * Returns the forge's page that requests access. The forge then returns to the set-up page of
   * this app.
   */
  readonly address: () => Promise<string>
}

/** A button that opens a forge's page to connect it. */
export function GoToForge({ org, title, label = `Connect ${title}`, look = 'plain', address }: GoToForgeProps) {
  const mayConnect = usePermission(org, 'vcs')
  const [isBusy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    try {
      location.assign(await address())
    } catch (error) {
      setBusy(false)
      toast(problemOf(error).message, { isProblem: true })
    }
  }
  return (
    <Button
      look={look}
      disabled={isBusy}
      refused={mayConnect ? null : 'Only owners and admins can connect'}
      onClick={() => void go()}
    >
      {isBusy ? `Going to ${title}…` : label}
    </Button>
  )
}
