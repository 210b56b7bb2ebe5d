import { pipeline } from '@harmont/hm'
import { js } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = js.project({ pm: 'npm' })
    return pipeline([project.run('test:e2e', { args: ['--watch', 'a b', '$X'] }), project.run('my script')])
  },
}
