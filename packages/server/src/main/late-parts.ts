/** Loads rarely needed parts of the server on first use. */
import type { Logger } from 'pino'
import type { BuildEngine } from '../builds/engine/build-engine.ts'
import type { RemoteShells } from '../builds/shells/elsewhere/remote-shells.ts'
import type { sendSpans } from '../builds/traces/send-spans.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import type { Tracing } from '../platform/tracing/tracing.ts'

export async function openTracing(settings: Settings, log: Logger): Promise<Tracing> {
  return (await import('../platform/tracing/open-tracing.ts')).openTracing(settings, log)
}

export async function startSender(
  services: Omit<Parameters<typeof sendSpans>[0], 'store'> & { readonly engine: BuildEngine },
) {
  const { store } = services.engine
  return (await import('../builds/traces/send-spans.ts')).sendSpans({ ...services, store })
}

/**
 * Returns a function that loads `RemoteShells`, which opens shells on runners on other machines.
 * The first call loads it.
 */
export function lateShells(
  services: Omit<ConstructorParameters<typeof RemoteShells>[0], 'address'> & {
    readonly settings: Settings
    /** The port that this process listens on. */
    port(): number
  },
): () => Promise<RemoteShells> {
  const load = async () => {
    const { RemoteShells } = await import('../builds/shells/elsewhere/remote-shells.ts')
    const { processAddress } = await import('../platform/settings/process-address.ts')
    return new RemoteShells({ ...services, address: processAddress(services.settings, services.port()) })
  }
  let loading: Promise<RemoteShells> | undefined
  return () => {
    loading ??= load()
    return loading
  }
}
