import type { ButtonHTMLAttributes, Ref } from 'react'

/** The emphasis of a button. */
export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger'

/**
 * Buttons use the text colour (web.md 15). Only destructive buttons are red, and only in their
 * confirmation.
 */
const looks: Readonly<Record<ButtonLook, string>> = {
  primary: 'bg-text text-ground hover:opacity-90',
  plain: 'border border-edge bg-raised text-text hover:bg-sunk',
  quiet: 'hover:bg-sunk',
  danger: 'border border-fail text-fail bg-raised hover:bg-fail-tint',
}

/** Returns the classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = 'plain'): string {
  return `inline-flex min-h-7 pointer-coarse:min-h-11 items-center justify-center gap-1.5 rounded-small px-3 py-1 text-14 font-semibold whitespace-nowrap disabled:opacity-50 aria-disabled:opacity-50 ${looks[look]}`
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook
  readonly ref?: Ref<HTMLButtonElement>
  /**
   * Why the button cannot be used: it stays focusable, shows the reason and does nothing (web A2).
   */
  readonly refused?: string | null | undefined
}

export function Button({ look = 'plain', refused = null, className = '', onClick, title, ...rest }: ButtonProps) {
  const isRefused = refused !== null
  return (
    <button
      type="button"
      {...rest}
      {...(isRefused ? { 'aria-disabled': true, title: refused } : { title })}
      onClick={isRefused ? (event) => event.preventDefault() : onClick}
      className={`${buttonClass(look)} ${className}`}
    />
  )
}
