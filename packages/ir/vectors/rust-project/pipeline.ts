import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = rust.project()
    return pipeline([
      project.build(),
      project.test(),
      project.doctest(),
      project.clippy(),
      project.fmt(),
      project.doc({ env: { A: 'b' } }),
    ])
  },
}
