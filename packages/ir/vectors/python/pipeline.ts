import { pipeline } from '@harmont/hm'
import { python } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = python()
    return pipeline([project.test(), project.lint(), project.fmt(), project.typecheck()])
  },
}
