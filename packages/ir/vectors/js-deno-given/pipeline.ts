import { pipeline } from '@harmont/hm'
import { js } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => pipeline([js.project({ runtime: 'deno', version: '2.1.4' }).run('test')]),
}
