import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      rust
        .toolchain({ version: 'nightly', components: ['miri'], path: 'crates/api' })
        .project()
        .test(),
    ]),
}
