import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react'
import type { Layout, Point } from './layout.ts'

export type Passes = Layout['passes'][string]
export type RoutedFlowEdge = Edge<{ readonly passes: Passes }, 'routed'>

/** An edge that goes level through the columns between its ends, in the gaps that the layout left there. */
export function RoutedEdge({ data, sourceX, sourceY, targetX, targetY, style }: EdgeProps<RoutedFlowEdge>) {
  const path = pathOf({ x: sourceX, y: sourceY }, data?.passes ?? [], { x: targetX, y: targetY })
  return <BaseEdge path={path} {...(style === undefined ? {} : { style })} />
}

/** As `d` of an SVG path. */
function pathOf(from: Point, passes: Passes, to: Point): string {
  const ends = [...passes, [to, to] as const]
  let last = from
  const parts = ends.map(([start, end]) => {
    const middle = (last.x + start.x) / 2
    const curve = `C${middle} ${last.y} ${middle} ${start.y} ${start.x} ${start.y}`
    last = end
    return start === end ? curve : `${curve}H${end.x}`
  })
  return `M${from.x} ${from.y}${parts.join('')}`
}
