import { Tooltip as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

interface TooltipProps {
  readonly text: ReactNode
  /**
   * The described element. It must be focusable, because keyboard users cannot reach the text
   * otherwise.
   */
  readonly children: ReactElement
}

/**
 * Shows a few words beside the hovered or focused element. The words must also be available
 * elsewhere.
 */
export function Tooltip({ text, children }: TooltipProps) {
  return (
    <Radix.Provider delayDuration={400}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            sideOffset={4}
            collisionPadding={8}
            className="isolated z-50 max-w-80 rounded-small border border-hairline bg-raised px-2 py-1 text-13 shadow-overlay"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
