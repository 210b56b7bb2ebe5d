import { useEffect, useRef } from 'react'
import { Foreign } from '../design/isolated-text.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { Keys } from '../interaction/keys.tsx'
import type { PaletteGroup, PaletteItem } from './items.ts'

interface PaletteListProps {
  readonly id: string
  readonly groups: readonly PaletteGroup[]
  readonly current: string | null
  readonly optionId: (id: string) => string
  readonly onPoint: (id: string) => void
  readonly onChoose: (item: PaletteItem, inNewTab: boolean) => void
}

/** What the palette found, in groups. Focus stays in its field: the current one is named there. */
export function PaletteList({ id, groups, current, optionId, onPoint, onChoose }: PaletteListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (current !== null) document.getElementById(optionId(current))?.scrollIntoView({ block: 'nearest' })
  }, [current, optionId])
  if (groups.length === 0) return <p className="px-1 py-4 text-muted">No results.</p>
  return (
    <div ref={list} id={id} role="listbox" aria-label="Found" className="h-[min(50vh,420px)] overflow-y-auto">
      {groups.map(({ title, items }) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options of a listbox
        <div key={title} role="group" aria-label={title} className="pb-2">
          <div aria-hidden="true" className="px-2 pt-1 pb-1 text-12 text-muted">
            {title}
          </div>
          {items.map((item) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
            <div
              key={item.id}
              id={optionId(item.id)}
              role="option"
              tabIndex={-1}
              aria-selected={item.id === current}
              // Only a pointer that moves: what appears under a still one is not what is meant.
              onPointerMove={() => item.id !== current && onPoint(item.id)}
              onClick={(event) => onChoose(item, event.ctrlKey || event.metaKey)}
              className="flex min-h-8 cursor-pointer items-center gap-2 rounded-small px-2 py-1 aria-selected:bg-sunk pointer-coarse:min-h-11"
            >
              {item.state !== undefined && <StateMark state={item.state} />}
              <span className="min-w-0 truncate">
                <Foreign text={item.title} />
              </span>
              {item.hint !== undefined && (
                <span className="min-w-0 flex-1 truncate text-13 text-muted">
                  <Foreign text={item.hint} />
                </span>
              )}
              {item.keys !== undefined && (
                <span className="ml-auto hidden sm:inline">
                  <Keys keys={item.keys} />
                </span>
              )}
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
