import { Link, useLocation } from '@tanstack/react-router'
import { sectionOf, sections } from '../navigation/sections.ts'

/** The parts of an organization; the one that the page is in is marked, on pages below it too. */
export function SectionNav({ org }: { readonly org: string }) {
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
