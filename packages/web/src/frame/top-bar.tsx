import { Link, useLocation, useParams } from '@tanstack/react-router'
import { Search, Unplug } from 'lucide-react'
import { useRef } from 'react'
import { usePipelineNames } from '../api/pipeline-names.ts'
import { useOrganization } from '../api/session.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Tooltip } from '../design/overlays/tooltip.tsx'
import { useCurrentInView } from '../design/tabs.tsx'
import { openOverlay } from '../interaction/overlays.ts'
import { useLiveMode } from '../live/use-live.ts'
import { isDeep, sectionOf, sections, trailOf } from '../navigation/sections.ts'
import { AccountMenu } from './account-menu.tsx'
import { OrganizationSwitcher } from './organization-switcher.tsx'

/** Shows location, sections, search and account. */
export function TopBar() {
  const { org: given } = useParams({ strict: false })
  const org = useOrganization(given ?? '')?.slug
  // The trail links the page of all organizations.
  const isAlone = isDeep(useLocation().pathname)
  const narrowNav = useRef<HTMLDivElement>(null)
  useCurrentInView(narrowNav)
  return (
    <header className="sticky top-0 z-30 bg-ground">
      <div className="frame-bar">
        <Link to="/" aria-label="Harmont, home" className="rounded-small p-1 pointer-coarse:p-3">
          <span className="frame-mark block" aria-hidden="true" />
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

/** `isAlone`: on a narrow screen the trail replaces the organization. */
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
              <IsolatedText text={label} />
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

/** Shows a small icon while pages poll instead of receiving events (web D3). */
function PollingMark() {
  if (useLiveMode() !== 'polling') return null
  return (
    <Tooltip text="Live updates are unavailable. This page refreshes every few seconds and reconnects when it can.">
      <button
        type="button"
        aria-label="Live updates are unavailable: this page refreshes every few seconds"
        className="inline-flex size-8 items-center justify-center rounded-small text-muted pointer-coarse:size-11"
      >
        <Unplug size={16} aria-hidden="true" />
      </button>
    </Tooltip>
  )
}

/** Links the sections of an organization, and marks the current section on its subpages too. */
function SectionNav({ org }: { readonly org: string }) {
  const { pathname } = useLocation()
  const current = sectionOf(pathname)
  return (
    <nav aria-label="Organization" className="flex items-stretch gap-1">
      {sections.map((section) => (
        <Link
          key={section.id}
          to={section.to}
          params={{ org }}
          // The router marks only the page itself.
          activeProps={{}}
          {...(section.id === current.id ? { 'aria-current': 'page' as const } : {})}
          className="inline-flex h-10 items-center border-b-2 border-transparent forced-colors:border-b-0 px-2 whitespace-nowrap text-muted hover:text-text aria-[current=page]:border-text aria-[current=page]:text-text lg:h-12 pointer-coarse:h-11"
        >
          {section.name}
        </Link>
      ))}
    </nav>
  )
}
