import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Skeleton } from '../design/page-states.tsx'

/** Replaces this page with an address that `safeRedirect` returned; Back skips this page. */
export function RedirectTo({ to }: { readonly to: string }) {
  const { history } = useRouter()
  useEffect(() => history.replace(to), [history, to])
  return <Skeleton rows={3} label="Signing in" />
}
