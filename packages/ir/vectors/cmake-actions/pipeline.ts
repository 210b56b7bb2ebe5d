import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = cmake({ path: 'my app' })
    return pipeline([
      project.build(),
      project.install({ prefix: '/opt/my app' }),
      project.package({ generator: 'TGZ' }),
      project.fmt({ fix: true }),
    ])
  },
}
