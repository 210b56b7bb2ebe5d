import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'rust-release',
  pipeline: () => {
    const tool = rust.toolchain()
    return pipeline([tool.build(), tool.test(), tool.doctest(), tool.clippy(), tool.fmt(), tool.doc(), tool.warmup()])
  },
}
