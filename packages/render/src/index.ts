export type { Envelope, EnvelopeError, EnvelopePipeline, ListedPipeline } from './envelope.ts'
export type { KeyedRenderOptions, RenderFacts, RenderOptions } from './render-options.ts'
export type { Rendered, RenderFailure } from './rendered.ts'
