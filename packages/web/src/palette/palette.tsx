import { useRouter } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { useEffect, useState } from 'react'
import { addRecent } from '../browser/recent.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { Keys } from '../interaction/keys.tsx'
import { closeOverlay, takeTyped } from '../interaction/overlays.ts'
import type { PaletteGroup, PaletteItem } from './items.ts'
import { usePaletteGroups } from './use-palette-groups.ts'

const pauseMs = 120

/** Finds pages, actions, pipelines, builds, organizations and error codes by name (web.md 11). */
export function Palette() {
  const [typed, setTyped] = useState('')
  const groups = usePaletteGroups(typed, useDebounced(typed.trim()))
  const items = groups.flatMap(({ items }) => items)
  const [picked, setPicked] = useState('')
  const current = items.find(({ id }) => id === picked) ?? items[0]
  const choose = useChoose()
  return (
    <Dialog open onClose={closeOverlay} title="Search and commands" wide bare>
      <Command
        label="Search and commands"
        shouldFilter={false}
        vimBindings={false}
        loop
        value={current?.id ?? ''}
        onValueChange={setPicked}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || current === undefined) return
          event.preventDefault()
          choose(current, true)
        }}
        className="-mx-3 flex flex-col gap-2 py-2"
      >
        <Command.Input
          placeholder="Search pages, pipelines, builds, commits and actions"
          value={typed}
          onFocus={() => {
            const ahead = takeTyped()
            setTyped((now) => ahead + now)
          }}
          onValueChange={(text) => {
            setTyped(text)
            setPicked('')
          }}
          // These keys move the text cursor, as in any field.
          onKeyDown={(event) => {
            if (event.key === 'Home' || event.key === 'End') event.stopPropagation()
          }}
          className="min-h-9 w-full rounded-small border border-edge bg-raised px-3 text-16 placeholder:text-muted pointer-coarse:min-h-11"
        />
        {items.length === 0 && <p className="px-1 py-4 text-muted">No results.</p>}
        <Command.List label="Found" className={items.length === 0 ? 'hidden' : 'h-[min(50vh,420px)] overflow-y-auto'}>
          {groups.map((group) => (
            <Group key={group.title} {...group} onChoose={choose} />
          ))}
        </Command.List>
      </Command>
    </Dialog>
  )
}

/** Returns the function that opens or runs an item. */
function useChoose() {
  const router = useRouter()
  return ({ id, run, href }: PaletteItem, inNewTab: boolean) => {
    addRecent('choices', id)
    closeOverlay()
    if (run !== undefined) run()
    // The documentation is not part of this app.
    else if (href !== undefined && (inNewTab || /^\/docs(\/|$)/.test(href))) window.open(href, '_blank', 'noopener')
    else if (href !== undefined) router.history.push(href)
  }
}

interface GroupProps extends PaletteGroup {
  readonly onChoose: ItemProps['onChoose']
}

function Group({ title, items, onChoose }: GroupProps) {
  return (
    <Command.Group
      heading={title}
      className="pb-2 *:[[cmdk-group-heading]]:px-2 *:[[cmdk-group-heading]]:py-1 *:[[cmdk-group-heading]]:text-12 *:[[cmdk-group-heading]]:text-muted"
    >
      {items.map((item) => (
        <Item key={item.id} item={item} onChoose={onChoose} />
      ))}
    </Command.Group>
  )
}

interface ItemProps {
  readonly item: PaletteItem
  readonly onChoose: (item: PaletteItem, inNewTab: boolean) => void
}

function Item({ item, onChoose }: ItemProps) {
  return (
    <Command.Item
      value={item.id}
      onSelect={() => onChoose(item, false)}
      onClickCapture={(event) => {
        if (!event.ctrlKey && !event.metaKey) return
        event.stopPropagation()
        onChoose(item, true)
      }}
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
    </Command.Item>
  )
}

/** Returns the text once typing pauses. */
function useDebounced(text: string): string {
  const [debounced, setDebounced] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return debounced
}
