import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const tool = rust.toolchain({ components: ['a b', 'c'] })
    return pipeline([
      tool.build({ workspace: true, exclude: ['a b'], target: 'x y', profile: 'p q' }),
      tool.featurePowerset({ depth: 3, skip: ['a b', 'c'] }),
    ])
  },
}
