import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const tool = rust.toolchain()
    return pipeline([
      tool.test({ nextest: true, workspace: true }),
      tool.clippy({ denyWarnings: false, allTargets: false }),
      tool.fmt({ all: false, flags: ['--', '--color=never'] }),
      tool.doc({ noDeps: false, documentPrivateItems: true, denyWarnings: false }),
      tool.doctest({ packages: ['$CRATE'] }),
    ])
  },
}
