import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      rust
        .toolchain()
        .featurePowerset({
          subcommand: 'test',
          eachFeature: true,
          noDevDeps: false,
          skip: ['a', 'b'],
          includeFeatures: ['c d'],
          keepGoing: true,
          flags: ['--locked'],
        }),
    ]),
}
