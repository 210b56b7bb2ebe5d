import { useReactFlow } from '@xyflow/react'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { Positions } from './layout.ts'
import { nodeSize } from './use-layout.ts'

/** Below this zoom, names are illegible, so the graph opens at full size on one node. */
const leastZoom = 0.65

interface Camera {
  /** Moves a node to the middle. */
  readonly centre: (id: string, zoom?: number) => void
  /** Shows the whole graph. */
  readonly fit: () => Promise<unknown>
  /** Whether the whole graph is too large for legible names. */
  readonly isWide: boolean
}

/**
 * Controls the view of the graph. It opens on the whole graph or, if names would be illegible, on
 * the node `from`.
 */
export function useCamera(place: RefObject<HTMLElement | null>, positions: Positions, from: string): Camera {
  const { fitView, setCenter, getZoom } = useReactFlow()
  const [isWide, setWide] = useState(false)
  const centre = useCallback(
    (id: string, zoom = getZoom()) => {
      const at = positions[id]
      if (at !== undefined) void setCenter(at.x + nodeSize.width / 2, at.y + nodeSize.height / 2, { zoom })
    },
    [positions, setCenter, getZoom],
  )
  const fit = useCallback(() => fitView({ padding: 0.05, maxZoom: 1 }), [fitView])
  const opensOn = useRef('')
  opensOn.current = from
  // Opens once per layout and size, on the current selection.
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const open = () =>
      void fit().then(() => {
        setWide(getZoom() < leastZoom)
        if (getZoom() < leastZoom) centre(opensOn.current, 1)
      })
    // The observer reports the first size immediately.
    const size = new ResizeObserver(open)
    size.observe(element)
    return () => size.disconnect()
  }, [place, fit, getZoom, centre])
  return { centre, fit, isWide }
}
