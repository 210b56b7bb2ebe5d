import { pipeline } from '@harmont/hm'
import { py, python } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => pipeline([python({ path: 'a' }).test(), py.uv({ path: 'b', version: '0.9.2' }).lint()]),
}
