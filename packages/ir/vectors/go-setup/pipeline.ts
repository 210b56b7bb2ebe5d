import { onChange, pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = go({ path: 'svc' })
    const ready = project.setup('go generate ./...', {
      cwd: 'svc',
      label: 'gen',
      cache: onChange('svc/x.proto'),
      env: { A: 1 },
    })
    return pipeline([ready.build(), ready.install().sh('make', { label: 'x' }), project.test()])
  },
}
