import { Unplug } from 'lucide-react'
import { Tooltip } from '../design/tooltip.tsx'
import { useLiveMode } from '../live/use-live.ts'

/** A small mark while pages ask for news instead of hearing them (web D3). */
export function PollingMark() {
  if (useLiveMode() !== 'polling') return null
  return (
    <Tooltip text="Live updates are unavailable. This page refreshes every few seconds and reconnects when it can.">
      <button
        type="button"
        aria-label="Live updates are unavailable: this page refreshes every few seconds"
        className="inline-flex size-8 items-center justify-center rounded-small text-muted pointer-coarse:size-11"
      >
        <Unplug size={16} aria-hidden="true" />
      </button>
    </Tooltip>
  )
}
