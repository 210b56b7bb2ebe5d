import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = rust.project()
    return pipeline([project.install(), project.featurePowerset()])
  },
}
