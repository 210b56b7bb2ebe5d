import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import { copyText } from '../browser/clipboard.ts'

interface CopyFieldProps {
  /** The accessible name: `the command that installs hm`. */
  readonly label: string
  /** Copied exactly, without a prompt or a newline at the end. */
  readonly text: string
}

/**
 * Shows a command or key, which a click or Enter copies, or selects if the browser refuses (web
 * F4).
 */
export function CopyField({ label, text }: CopyFieldProps) {
  const shown = useRef<HTMLElement>(null)
  const [outcome, setOutcome] = useState<'copied' | 'selected' | null>(null)
  const copy = async () => {
    const isCopied = await copyText(text)
    if (!isCopied && shown.current !== null) getSelection()?.selectAllChildren(shown.current)
    setOutcome(isCopied ? 'copied' : 'selected')
    setTimeout(() => setOutcome(null), 2000)
  }
  return (
    <div className="flex items-stretch rounded-small border border-hairline bg-inset">
      <code ref={shown} className="min-w-0 flex-1 px-2 py-1.5 font-mono text-13 wrap-anywhere whitespace-pre-wrap">
        {text}
      </code>
      <button
        type="button"
        onClick={copy}
        aria-label={`Copy ${label}`}
        className="inline-flex min-w-8 items-center justify-center gap-1 border-l border-hairline px-2 text-13 hover:bg-sunk pointer-coarse:min-w-11"
      >
        {outcome === 'copied' ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      </button>
      <span role="status" className="sr-only">
        {outcome === 'copied' ? 'Copied' : outcome === 'selected' ? 'Selected. Copy it with your keyboard' : ''}
      </span>
    </div>
  )
}
