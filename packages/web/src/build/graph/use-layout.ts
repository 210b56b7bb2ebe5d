import { useEffect, useState } from 'react'
import { type Graph, shapeOf } from './graph-model.ts'
import type { Layout, LayoutRequest } from './layout.ts'
import workerUrl from './layout-worker.ts?worker&url'

export const nodeSize = { width: 200, height: 56 } as const

interface LaidOut {
  readonly layout: Layout | null
  /** Whether the worker failed or could not start. */
  readonly failed: boolean
}

/** Lays out the graph in a worker, and again only when its shape changes. */
export function useLayout(graph: Graph | null): LaidOut {
  const shape = graph === null ? null : shapeOf(graph)
  const [found, setFound] = useState<LaidOut & { readonly shape: string | null }>({
    shape: null,
    layout: null,
    failed: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape covers everything that the layout depends on
  useEffect(() => {
    if (graph === null || shape === null) return
    const worker = startWorker(workerUrl)
    worker.onmessage = ({ data }: MessageEvent<Layout>) => setFound({ shape, layout: data, failed: false })
    worker.onerror = () => setFound({ shape, layout: null, failed: true })
    const request: LayoutRequest = { nodes: graph.nodes.map(({ id }) => ({ id, ...nodeSize })), edges: graph.edges }
    worker.postMessage(request)
    return () => worker.terminate()
  }, [shape])
  return found.shape === shape ? found : { layout: null, failed: false }
}

/** Allows worker scripts only from this origin (web A9). */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const ownScript = {
  createScriptURL(url: string): string {
    const { origin, pathname } = new URL(url, location.href)
    if (origin !== location.origin || !pathname.startsWith('/assets/'))
      throw new Error(`not a script of this origin: ${url}`)
    return url
  },
}

const { trustedTypes } = window as { readonly trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('harmont', ownScript) ?? ownScript

/** Starts a worker from the address that `import url from './name.ts?worker&url'` provides. */
function startWorker(url: string): Worker {
  return new Worker(policy.createScriptURL(url), { type: 'module' })
}
