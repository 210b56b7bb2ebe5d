import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = cmake({ path: 'my app', target: 'my target' })
    return pipeline([project.test(), project.lint(), project.package({ generator: 'A B' })])
  },
}
