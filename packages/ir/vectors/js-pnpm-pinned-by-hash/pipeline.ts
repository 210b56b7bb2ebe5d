import { pipeline } from '@harmont/hm'
import { js } from '@harmont/hm/toolchains'

export default { slug: 'vec', pipeline: () => pipeline([js.project().run('test')]) }
