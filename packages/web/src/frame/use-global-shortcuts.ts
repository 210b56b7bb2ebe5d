import { useNavigate, useParams } from '@tanstack/react-router'
import { copyText } from '../browser/clipboard.ts'
import { openOverlay } from '../interaction/overlays.ts'
import { type Shortcut, useShortcuts } from '../interaction/shortcuts.ts'
import { toast } from '../interaction/toasts.tsx'
import { sections } from '../navigation/sections.ts'

/** Registers the keys that work on every page with the page frame (web.md 11). */
export function useGlobalShortcuts(): void {
  const navigate = useNavigate()
  const { org } = useParams({ strict: false })
  const toSections =
    org === undefined
      ? []
      : sections.map(
          ({ keys, name, to }): Shortcut => ({ keys, does: name, run: () => void navigate({ to, params: { org } }) }),
        )
  useShortcuts('everywhere', [
    { keys: 'Mod+k', does: 'Search and commands', run: () => openOverlay('palette') },
    { keys: '?', does: 'Keyboard shortcuts', run: () => openOverlay('help') },
    { keys: '/', does: 'Search on this page', run: focusSearch },
    ...toSections,
    { keys: 'g a', does: 'Account', run: () => void navigate({ to: '/account' }) },
    { keys: 'g o', does: 'Switch organization', run: () => openOverlay('organizations') },
    { keys: 'y', does: 'Copy link to this page', run: () => void copyLink() },
  ])
}

/** Focuses the page's own search, or opens the palette if the page has none. */
function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('#main input[data-search], #main input[type=search]')
  if (field === null) openOverlay('palette')
  else {
    field.focus()
    field.select()
  }
}

async function copyLink(): Promise<void> {
  const isCopied = await copyText(location.href)
  if (isCopied) toast('Link copied')
  else toast('The browser blocked copying. Copy the link from the address bar', { isProblem: true })
}
