import { pipeline } from '@harmont/hm'
import { python } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = python({ uvVersion: '0.9.2', path: 'my app' })
    return pipeline([project.typecheck({ paths: ['src', 'a b'] }), project.test()])
  },
}
