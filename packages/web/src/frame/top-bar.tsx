import { Link, useLocation, useParams } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useRef } from 'react'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { useOrganization } from '../api/session.ts'
import { Foreign } from '../design/isolated-text.tsx'
import { useCurrentInView } from '../design/tabs.tsx'
import { openOverlay } from '../interaction/overlays.ts'
import { isDeep, trailOf } from '../navigation/sections.ts'
import { AccountMenu } from './account-menu.tsx'
import { OrganizationSwitcher } from './organization-switcher.tsx'
import { PollingMark } from './polling-mark.tsx'
import { SectionNav } from './section-nav.tsx'

/** Where one is, where else one can go, search, and the account. */
export function TopBar() {
  const { org: given } = useParams({ strict: false })
  const org = useOrganization(given ?? '')?.slug
  // The trail leads up to a page with all of them.
  const isAlone = isDeep(useLocation().pathname)
  const narrowNav = useRef<HTMLDivElement>(null)
  useCurrentInView(narrowNav)
  return (
    <header className="sticky top-0 z-30 bg-ground">
      <div className="shell-bar">
        <Link to="/" aria-label="Harmont, home" className="rounded-small p-1 pointer-coarse:p-3">
          <span className="shell-mark block" aria-hidden="true" />
        </Link>
        <div className="flex min-w-0 flex-1 items-center gap-1">
          <span className={isAlone ? 'contents max-md:hidden' : 'contents'}>
            <OrganizationSwitcher />
          </span>
          <Trail isAlone={isAlone} />
        </div>
        {org !== undefined && (
          <div className="hidden lg:block">
            <SectionNav org={org} />
          </div>
        )}
        <PollingMark />
        <SearchButton />
        <AccountMenu />
      </div>
      {org !== undefined && (
        <div
          ref={narrowNav}
          className={`overflow-x-auto border-b border-hairline px-2 lg:hidden ${isAlone ? 'max-md:hidden' : ''}`}
        >
          <SectionNav org={org} />
        </div>
      )}
    </header>
  )
}

/** `isAlone`: on a narrow screen it stands in the place of the organization. */
function Trail({ isAlone }: { readonly isAlone: boolean }) {
  const { pathname } = useLocation()
  const steps = trailOf(pathname, usePipelineNames())
  if (steps.length === 0) return null
  return (
    <nav aria-label="Breadcrumb" className={isAlone ? 'min-w-0' : 'hidden min-w-0 sm:block'}>
      <ol className="flex min-w-0 items-center gap-1 text-muted">
        {steps.map(({ label, to }, index) => (
          <li key={to} className={`flex items-center gap-1 ${index === 0 ? 'min-w-0' : 'shrink-0'}`}>
            <span aria-hidden="true" className={isAlone && index === 0 ? 'max-md:hidden' : ''}>
              /
            </span>
            <Link
              to={to}
              className={`truncate rounded-small px-1 py-1 hover:bg-sunk hover:text-text ${index === steps.length - 1 ? 'text-text' : ''}`}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              <Foreign text={label} />
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function SearchButton() {
  return (
    <button
      type="button"
      onClick={() => openOverlay('palette')}
      aria-keyshortcuts="Control+K Meta+K"
      className="inline-flex min-h-8 min-w-8 items-center justify-center gap-2 rounded-small border border-edge bg-raised px-2 text-13 text-muted hover:bg-sunk hover:text-text pointer-coarse:min-h-11 pointer-coarse:min-w-11"
    >
      <Search size={16} aria-hidden="true" />
      <span className="sr-only">Search and commands</span>
      <kbd className="hidden font-sans text-12 xl:inline">{isApple() ? '⌘ K' : 'Ctrl K'}</kbd>
    </button>
  )
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}
