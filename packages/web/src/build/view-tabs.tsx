import { Link, useSearch } from '@tanstack/react-router'
import { TabNav, tabClass } from '../design/tabs.tsx'
import type { BuildTab } from './data/address.ts'
import { buildRouteId } from './data/address.ts'

const tabs: readonly { readonly view: BuildTab; readonly word: string }[] = [
  { view: 'steps', word: 'Steps' },
  { view: 'graph', word: 'Graph' },
  { view: 'waterfall', word: 'Waterfall' },
  { view: 'tests', word: 'Tests' },
  { view: 'artifacts', word: 'Artifacts' },
]

/** Links the views of a build (web.md 6). */
export function ViewTabs() {
  const { view = 'steps' } = useSearch({ from: buildRouteId })
  return (
    <TabNav label="Views of the build">
      {tabs.map((tab) => (
        <Link
          key={tab.view}
          from="/$org/pipelines/$slug/builds/$number"
          to="."
          search={(before) => ({ ...before, view: tab.view })}
          hash={true}
          state={true}
          resetScroll={false}
          aria-current={tab.view === view ? 'page' : undefined}
          // The router compares only the path.
          activeProps={{ 'aria-current': tab.view === view ? 'page' : undefined }}
          className={tabClass}
        >
          {tab.word}
        </Link>
      ))}
    </TabNav>
  )
}
