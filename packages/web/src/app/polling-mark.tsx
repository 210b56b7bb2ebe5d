import { RefreshCw } from 'lucide-react'
import { useLiveMode } from '../api/live.ts'
import { Tooltip } from '../design/tooltip.tsx'

/** A small mark while pages ask for news instead of hearing them (web D3). */
export function PollingMark() {
  if (useLiveMode() !== 'polling') return null
  return (
    <Tooltip text="No live connection: this page asks every few seconds. It is tried again each minute.">
      <button
        type="button"
        aria-label="No live connection: this page asks every few seconds"
        className="inline-flex size-8 items-center justify-center rounded-small text-muted pointer-coarse:size-11"
      >
        <RefreshCw size={16} aria-hidden="true" />
      </button>
    </Tooltip>
  )
}
