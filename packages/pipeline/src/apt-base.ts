import { ttl } from './cache.ts'
import { scratch } from './commands.ts'
import type { Duration } from './duration.ts'
import type { Step } from './step.ts'
import { listOf, nameOf, optionsOf, wrongUse } from './wrong-use.ts'

export interface AptBaseOptions {
  readonly packages: readonly string[]
  /** A Debian or Ubuntu image. */
  readonly image?: string | undefined
  /** By default `:apt: base`. */
  readonly label?: string | undefined
  /** The time for which the packages are kept; by default a day. */
  readonly refresh?: Duration | undefined
}

/** Makes a step that installs Debian packages: the base of a chain. */
export function aptBase(options: AptBaseOptions): Step {
  optionsOf('aptBase', options, ['packages', 'image', 'label', 'refresh'])
  const packages = listOf('aptBase, packages', options.packages, (name) =>
    nameOf('aptBase, packages', name, 'Name a package.'),
  )
  if (packages.length === 0)
    throw wrongUse('aptBase, packages', 'at least one package', undefined, 'Name the packages.')
  const { image, label = ':apt: base', refresh = '1d' } = options
  return scratch({ image }).sh(`apt-get update && apt-get install -y ${packages.join(' ')}`, {
    label,
    cache: ttl(refresh),
  })
}
