import { useRouter } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { addRecent } from '../browser/recent.ts'
import { Dialog } from '../design/dialog.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { Keys } from '../interaction/keys.tsx'
import { closeOverlay, takeTyped } from '../interaction/overlays.ts'
import { type PaletteGroup, type PaletteItem, stepFrom } from './items.ts'
import { usePaletteGroups } from './use-palette-groups.ts'

const pauseMs = 120

/** Finds pages, actions, pipelines, builds, organizations and error codes by name (web.md 11). */
export function Palette() {
  const listId = useId()
  const router = useRouter()
  const [typed, setTyped] = useState('')
  const groups = usePaletteGroups(typed, usePaused(typed.trim()))
  const [picked, setPicked] = useState<string | null>(null)
  const current = stepFrom(groups, picked, 0)
  const choose = (item: PaletteItem, inNewTab: boolean) => {
    addRecent('choices', item.id)
    closeOverlay()
    if (item.run !== undefined) item.run()
    else if (item.href !== undefined) go(item.href, inNewTab)
  }
  const go = (href: string, inNewTab: boolean) => {
    // The documentation is not part of this app.
    if (inNewTab || /^\/docs(\/|$)/.test(href)) window.open(href, '_blank', 'noopener')
    else router.history.push(href)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setPicked(stepFrom(groups, current, step))
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      const item = groups.flatMap(({ items }) => items).find(({ id }) => id === current)
      if (item !== undefined) choose(item, event.ctrlKey || event.metaKey)
    }
  }
  return (
    <Dialog open onClose={closeOverlay} title="Search and commands" wide bare>
      <div className="-mx-3 flex flex-col gap-2 py-2">
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-label="Search and commands"
          {...(current === null ? {} : { 'aria-activedescendant': optionId(listId, current) })}
          placeholder="Search pages, pipelines, builds, commits and actions"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onFocus={() => {
            const ahead = takeTyped()
            setTyped((now) => ahead + now)
          }}
          onChange={(event) => {
            setTyped(event.target.value)
            setPicked(null)
          }}
          onKeyDown={onKeyDown}
          className="min-h-9 w-full rounded-small border border-edge bg-raised px-3 text-16 placeholder:text-muted pointer-coarse:min-h-11"
        />
        <PaletteList
          id={listId}
          groups={groups}
          current={current}
          optionId={(id) => optionId(listId, id)}
          onPoint={setPicked}
          onChoose={choose}
        />
      </div>
    </Dialog>
  )
}

function optionId(listId: string, id: string): string {
  return `${listId}-${id}`
}

/** Returns the text once typing pauses. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    timer.current = setTimeout(() => setPaused(text), pauseMs)
    return () => clearTimeout(timer.current)
  }, [text])
  return paused
}

interface PaletteListProps {
  readonly id: string
  readonly groups: readonly PaletteGroup[]
  readonly current: string | null
  readonly optionId: (id: string) => string
  readonly onPoint: (id: string) => void
  readonly onChoose: (item: PaletteItem, inNewTab: boolean) => void
}

/**
 * Lists what the palette found, in groups. The focus stays in the field, which names the current
 * item.
 */
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
              // Only a moving pointer selects: an item that appears below a still one is not meant.
              onPointerMove={() => item.id !== current && onPoint(item.id)}
              onClick={(event) => onChoose(item, event.ctrlKey || event.metaKey)}
              className="flex min-h-8 cursor-pointer items-center gap-2 rounded-small px-2 py-1 aria-selected:bg-sunk pointer-coarse:min-h-11"
            >
              {item.state !== undefined && <StateMark state={item.state} />}
              <span className="min-w-0 truncate">
                <IsolatedText text={item.title} />
              </span>
              {item.hint !== undefined && (
                <span className="min-w-0 flex-1 truncate text-13 text-muted">
                  <IsolatedText text={item.hint} />
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
