import { pipeline } from '@harmont/hm'
import { js } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => pipeline([js.project({ path: 'web', version: '20.x', image: 'debian:12' }).run('test')]),
}
