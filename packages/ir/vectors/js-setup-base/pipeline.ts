import { pipeline, sh } from '@harmont/hm'
import { js } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      js
        .project({ pm: 'npm', base: sh('make', { label: 'base' }) })
        .setup('npm run codegen')
        .run('test'),
    ]),
}
