import { type LayoutRequest, layoutGraph } from './layout.ts'

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => self.postMessage(layoutGraph(data))
