import { pipeline } from '@harmont/hm'
import { py } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = py.uv({ version: '0.9.2', path: 'svc' })
    return pipeline([
      project.test(),
      project.lint(),
      project.fmt(),
      project.typecheck({ paths: 'src' }),
      project.run('mkdocs build --strict'),
      project.build(),
      project.lockCheck(),
      project.publish({ secrets: { UV_PUBLISH_TOKEN: 'pypi' } }),
    ])
  },
}
