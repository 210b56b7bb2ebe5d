import { ArrowDown } from 'lucide-react'
import { thousands } from '../text/count.ts'

/** What came while the end was not in view (web L14). */
export function NewLines({ count, onGo }: { readonly count: number; readonly onGo: () => void }) {
  if (count === 0) return null
  return (
    <button
      type="button"
      onClick={onGo}
      className="absolute bottom-4 left-1/2 inline-flex min-h-8 -translate-x-1/2 items-center gap-1 rounded-full border border-edge bg-raised px-3 text-13 font-semibold shadow-overlay pointer-coarse:min-h-11"
    >
      {thousands(count)} new {count === 1 ? 'line' : 'lines'}
      <ArrowDown size={14} aria-hidden="true" />
    </button>
  )
}
