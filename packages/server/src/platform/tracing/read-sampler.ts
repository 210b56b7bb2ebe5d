import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { Settings } from '../settings/read-settings.ts'

/** Returns the sampler of OTEL_TRACES_SAMPLER. The SDK reads no variables since its version 3. */
export function readSampler({
  otelSampler,
  otelSamplerArg,
}: Pick<Settings, 'otelSampler' | 'otelSamplerArg'>): Sampler {
  const [word = ''] = otelSampler.split('parentbased_').slice(-1)
  const root = rootSampler(word, otelSamplerArg)
  return otelSampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

function rootSampler(word: string, ratio: number): Sampler {
  if (word === 'always_on') return new AlwaysOnSampler()
  return word === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio)
}
