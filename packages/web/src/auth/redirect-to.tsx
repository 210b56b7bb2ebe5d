import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Skeleton } from '../design/page-states.tsx'

/** Leaves for an address of this app that `safeRedirect` gave; Back does not come here again. */
export function RedirectTo({ to }: { readonly to: string }) {
  const { history } = useRouter()
  useEffect(() => history.replace(to), [history, to])
  return <Skeleton rows={3} label="Signing in" />
}
