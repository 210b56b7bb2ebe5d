import { Check } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

const item =
  'flex min-h-8 pointer-coarse:min-h-11 w-full cursor-pointer items-center gap-2 rounded-small px-2 py-1 text-14 outline-none select-none data-[highlighted]:bg-sunk data-[disabled]:opacity-50'

interface MenuProps {
  /** The button that opens the menu. It needs an accessible name. */
  readonly trigger: ReactElement
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
}

/** A menu below a button: arrows move, letters jump, Escape returns the focus to the button. */
export function Menu({ trigger, children, align = 'start' }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-40 flex max-h-[var(--radix-dropdown-menu-content-available-height)] max-w-[calc(100vw-16px)] min-w-48 flex-col overflow-y-auto rounded-surface border border-hairline bg-raised p-1 shadow-overlay"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface MenuItemProps {
  readonly children: ReactNode
  readonly onSelect?: () => void
  /** Keeps the single child a link, for which middle click and copying the address work. */
  readonly asChild?: boolean
  /** Why the item cannot be used: it is disabled and shows the reason (web A2). */
  readonly refused?: string | null | undefined
}

/** One action or, with `asChild`, one link. */
export function MenuItem({ children, onSelect, asChild = false, refused = null }: MenuItemProps) {
  return (
    <Radix.Item
      asChild={asChild && refused === null}
      className={item}
      disabled={refused !== null}
      {...(onSelect === undefined ? {} : { onSelect })}
      {...(refused === null ? {} : { title: refused })}
    >
      {children}
    </Radix.Item>
  )
}

/** Names the items below it. */
export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className="px-2 pt-2 pb-1 text-12 text-muted">{children}</Radix.Label>
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px shrink-0 bg-hairline" />
}

interface MenuChoicesProps<Value extends string> {
  readonly value: Value
  readonly choices: readonly { readonly value: Value; readonly label: string }[]
  readonly onChange: (value: Value) => void
}

/**
 * A choice of a few options, with the selected one checked. The menu stays open, so that the effect
 * is visible.
 */
export function MenuChoices<Value extends string>({ value, choices, onChange }: MenuChoicesProps<Value>) {
  return (
    <Radix.RadioGroup value={value}>
      {choices.map((choice) => (
        <Radix.RadioItem
          key={choice.value}
          value={choice.value}
          className={item}
          onSelect={(event) => {
            event.preventDefault()
            onChange(choice.value)
          }}
        >
          <span className="inline-flex w-4">
            <Radix.ItemIndicator>
              <Check size={16} aria-hidden="true" />
            </Radix.ItemIndicator>
          </span>
          {choice.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}
