import { Link, useLocation, useParams } from '@tanstack/react-router'
import { Check, ChevronDown, Plus } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type KeyboardEvent, useMemo, useState } from 'react'
import { type Session, useSession } from '../api/session.ts'
import { readRecent, recentFirst } from '../browser/recent.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { closeOverlay, openOverlay, takeTyped, useOverlay } from '../interaction/overlays.ts'
import { sectionOf } from '../navigation/sections.ts'

const filteredFrom = 8
const rowClass =
  'flex min-h-9 items-center gap-2 rounded-small px-2 hover:bg-sunk focus-visible:bg-sunk focus-visible:-outline-offset-2 pointer-coarse:min-h-11'

/** Switches to another organization and keeps the section (web P6). */
export function OrganizationSwitcher() {
  const { organizations } = useSession()
  const { org } = useParams({ strict: false })
  const isOpen = useOverlay() === 'organizations'
  const name = organizations.find(({ slug }) => slug === org)?.name ?? 'Organizations'
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => (open ? openOverlay('organizations') : closeOverlay())}>
      <Popover.Trigger
        aria-label={`Organization: ${name}. Change`}
        className="inline-flex min-h-8 max-w-56 min-w-0 items-center gap-1 rounded-small px-2 font-semibold hover:bg-sunk pointer-coarse:min-h-11"
      >
        <span className="truncate">
          <IsolatedText text={name} />
        </span>
        <ChevronDown size={16} aria-hidden="true" className="shrink-0" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Organizations"
          onKeyDown={walk}
          onOpenAutoFocus={focusFirst}
          className="z-40 flex max-h-[var(--radix-popover-content-available-height)] w-80 max-w-[calc(100vw-16px)] flex-col rounded-surface border border-hairline bg-raised shadow-overlay"
        >
          <Choices organizations={organizations} current={org} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Choices({
  organizations,
  current,
}: {
  readonly organizations: Session['organizations']
  readonly current: string | undefined
}) {
  const { pathname } = useLocation()
  const [filter, setFilter] = useState('')
  // The order stays while the menu is open, although opening an organization makes it the most
  // recent.
  const ordered = useMemo(
    () => recentFirst(organizations, ({ slug }) => slug, readRecent('organizations')),
    [organizations],
  )
  const wanted = filter.trim().toLowerCase()
  const shown = ordered.filter(({ slug, name }) => slug.includes(wanted) || name.toLowerCase().includes(wanted))
  const section = current === undefined ? undefined : sectionOf(pathname)
  return (
    <>
      {organizations.length >= filteredFrom && <Filter value={filter} onChange={setFilter} />}
      <ul className="min-h-0 overflow-y-auto p-1">
        {shown.map(({ slug, name, role }) => (
          <li key={slug}>
            <Link
              to={section?.to ?? '/$org/pipelines'}
              params={{ org: slug }}
              onClick={closeOverlay}
              className={rowClass}
              {...(slug === current ? { 'aria-current': 'true' as const } : {})}
            >
              <Check size={16} aria-hidden="true" className={slug === current ? '' : 'invisible'} />
              <span className="min-w-0 flex-1 truncate">
                <IsolatedText text={name} />
              </span>
              <span className="text-13 text-muted">{role}</span>
            </Link>
          </li>
        ))}
        {shown.length === 0 && <li className="px-2 py-2 text-muted">No organization matches.</li>}
      </ul>
      <CreateLink />
    </>
  )
}

function CreateLink() {
  return (
    <div className="border-t border-hairline p-1">
      <Link
        to="."
        search={(before) => ({ ...before, 'create-org': true as const })}
        onClick={closeOverlay}
        className={rowClass}
      >
        <Plus size={16} aria-hidden="true" />
        Create an organization
      </Link>
    </div>
  )
}

function Filter({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <div className="border-b border-hairline p-2">
      <input
        type="text"
        aria-label="Filter organizations"
        placeholder="Filter organizations"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-8 w-full rounded-small border border-edge bg-raised px-2 placeholder:text-muted pointer-coarse:min-h-11"
      />
    </div>
  )
}

/** Moves the focus with the arrow keys. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  event.preventDefault()
  const places = [...event.currentTarget.querySelectorAll<HTMLElement>('input, a')]
  const { activeElement } = document
  const at = activeElement instanceof HTMLElement ? places.indexOf(activeElement) : -1
  places[(at + step + places.length) % places.length]?.focus()
}

/** Focuses the filter, else the first link. */
function focusFirst(event: Event): void {
  const { target } = event
  const first = target instanceof HTMLElement ? target.querySelector<HTMLElement>('input, a') : null
  if (first === null) return
  event.preventDefault()
  takeTyped()
  first.focus()
}
