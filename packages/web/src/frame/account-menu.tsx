import { Link } from '@tanstack/react-router'
import { BookOpen, Keyboard, LogOut, User } from 'lucide-react'
import { useAuthConfig } from '../api/auth-config.ts'
import { type Session, useSession } from '../api/session.ts'
import { signOut } from '../api/session-tabs.ts'
import { setAppearance, themes, useAppearance } from '../browser/appearance.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuSeparator } from '../design/overlays/menu.tsx'
import { openOverlay } from '../interaction/overlays.ts'
import { toastFailure } from '../interaction/toasts.tsx'

/** Shows the person, their pages, the theme, help and sign-out. */
export function AccountMenu() {
  const { user } = useSession()
  const { theme } = useAppearance()
  const config = useAuthConfig()
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label={`Account: ${user.email}`}
          className="inline-flex size-8 items-center justify-center rounded-full border border-edge bg-raised hover:bg-sunk pointer-coarse:size-11"
        >
          <User size={16} aria-hidden="true" />
        </button>
      }
    >
      <Person user={user} />
      <MenuSeparator />
      <MenuItem asChild>
        <Link to="/account">
          <User size={16} aria-hidden="true" />
          Account
        </Link>
      </MenuItem>
      <MenuItem onSelect={() => openOverlay('help')}>
        <Keyboard size={16} aria-hidden="true" />
        Keyboard shortcuts
      </MenuItem>
      <MenuItem asChild>
        <a href={config?.docs_url ?? '/docs'} target="_blank" rel="noopener noreferrer">
          <BookOpen size={16} aria-hidden="true" />
          Documentation
        </a>
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoices value={theme} choices={themes} onChange={(value) => setAppearance({ theme: value })} />
      <MenuSeparator />
      <MenuItem onSelect={() => toastFailure(signOut())}>
        <LogOut size={16} aria-hidden="true" />
        Sign out
      </MenuItem>
    </Menu>
  )
}

function Person({ user: { name, email } }: { readonly user: Session['user'] }) {
  return (
    <div className="max-w-72 px-2 py-2">
      {name != null && name !== '' && (
        <p className="truncate font-semibold">
          <IsolatedText text={name} />
        </p>
      )}
      <p className="truncate text-13 text-muted">
        <IsolatedText text={email} />
      </p>
    </div>
  )
}
