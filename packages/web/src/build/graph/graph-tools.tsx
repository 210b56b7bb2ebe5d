import { Expand, Scan, Shrink, ZoomIn, ZoomOut } from 'lucide-react'
import { type ReactNode, type RefObject, useSyncExternalStore } from 'react'
import { toast } from '../../interaction/toasts.tsx'

interface GraphToolsProps {
  readonly place: RefObject<HTMLElement | null>
  readonly onFit: () => void
  readonly onZoomIn: () => void
  readonly onZoomOut: () => void
}

/** Explains the line styles. */
export function EdgeKinds() {
  return (
    <div className="flex flex-wrap gap-x-4 px-3 py-1 text-12 text-muted">
      <Line thick>builds in (file system)</Line>
      <Line>depends on (order)</Line>
    </div>
  )
}

/** Buttons for people without a wheel or keyboard. */
export function GraphTools({ place, onFit, onZoomIn, onZoomOut }: GraphToolsProps) {
  const isFull = useSyncExternalStore(onFullScreen, () => document.fullscreenElement !== null)
  const toggleFullScreen = async () => {
    try {
      if (document.fullscreenElement === null) await place.current?.requestFullscreen()
      else await document.exitFullscreen()
    } catch {
      toast('The browser blocked full screen', { isProblem: true })
    }
  }
  return (
    <div className="absolute right-2 bottom-2 flex rounded-small border border-edge bg-raised">
      <Tool label="Zoom out (-)" onClick={onZoomOut}>
        <ZoomOut size={16} />
      </Tool>
      <Tool label="Zoom in (+)" onClick={onZoomIn}>
        <ZoomIn size={16} />
      </Tool>
      <Tool label="Fit all (0)" onClick={onFit}>
        <Scan size={16} />
      </Tool>
      {/* Phones whose full screen shows only videos lack the button. */}
      {document.fullscreenEnabled && (
        <Tool label={isFull ? 'Leave full screen' : 'Full screen'} onClick={() => void toggleFullScreen()}>
          {isFull ? <Shrink size={16} /> : <Expand size={16} />}
        </Tool>
      )}
    </div>
  )
}

function Line({ thick = false, children }: { readonly thick?: boolean; readonly children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg width="24" height="6" aria-hidden="true" stroke="currentColor">
        <path d="M0 3h24" strokeWidth={thick ? 3 : 1.25} strokeDasharray={thick ? undefined : '5 4'} />
      </svg>
      {children}
    </span>
  )
}

function onFullScreen(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener)
  return () => document.removeEventListener('fullscreenchange', listener)
}

interface ToolProps {
  readonly label: string
  readonly onClick: () => void
  readonly children: ReactNode
}

function Tool({ label, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="inline-flex size-8 items-center justify-center hover:bg-sunk pointer-coarse:size-11"
    >
      {children}
    </button>
  )
}
