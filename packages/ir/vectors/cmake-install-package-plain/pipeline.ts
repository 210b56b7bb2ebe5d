import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = cmake().project()
    return pipeline([project.install(), project.package()])
  },
}
