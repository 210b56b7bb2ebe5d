import { useEffect, useState } from 'react'
import { startWorker } from '../../api/start-worker.ts'
import { type Graph, shapeOf } from './graph-model.ts'
import type { LayoutRequest, Positions } from './layout.ts'
import workerUrl from './layout-worker.ts?worker&url'

export const nodeSize = { width: 200, height: 56 } as const

interface Layout {
  readonly positions: Positions | null
  /** The worker could not be had, or failed. */
  readonly failed: boolean
}

/** Where the nodes stand; found in a worker, anew only when the graph itself changes. */
export function useLayout(graph: Graph | null): Layout {
  const shape = graph === null ? null : shapeOf(graph)
  const [found, setFound] = useState<Layout & { readonly shape: string | null }>({
    shape: null,
    positions: null,
    failed: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says all of the graph that counts here
  useEffect(() => {
    if (graph === null || shape === null) return
    const worker = startWorker(workerUrl)
    worker.onmessage = ({ data }: MessageEvent<Positions>) => setFound({ shape, positions: data, failed: false })
    worker.onerror = () => setFound({ shape, positions: null, failed: true })
    const request: LayoutRequest = { nodes: graph.nodes.map(({ id }) => ({ id, ...nodeSize })), edges: graph.edges }
    worker.postMessage(request)
    return () => worker.terminate()
  }, [shape])
  return found.shape === shape ? found : { positions: null, failed: false }
}
