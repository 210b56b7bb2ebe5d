import { useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useOverlay } from '../interaction/overlays.ts'

const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }))
const HelpDialog = lazy(async () => ({ default: (await import('./help-dialog.tsx')).HelpDialog }))
const CreateOrganization = lazy(async () => ({
  default: (await import('./create-organization.tsx')).CreateOrganization,
}))

/** What lies over the page. */
export function Overlays() {
  const overlay = useOverlay()
  const { 'create-org': isCreating } = useSearch({ from: '/signed-in' })
  return (
    <Suspense fallback={null}>
      {overlay === 'palette' && <Palette />}
      {overlay === 'help' && <HelpDialog />}
      {isCreating === true && <CreateOrganization />}
    </Suspense>
  )
}
